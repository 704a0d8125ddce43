"""A server that is told to stop drops nobody: told once it says so, told twice it only finishes what it does."""

from __future__ import annotations

import asyncio
import signal
import socket

import httpx2

from shared.actor import Role
from shared.database import Database
from shared.ids import new_id
from shared.web.app import create_app
from shared.web.front import Drain
from shared.web.server import GentleServer
from tests.shared.web.conftest import note, path
from tests.shared.web.probe import Probe
from tests.support.api import token, verifier


async def test_who_is_being_answered_when_the_server_stops_gets_the_answer(database: Database) -> None:
    drain = Drain()
    app = create_app(Probe(), database, verifier(), drain=drain, checks=[])
    server = GentleServer(app, drain, drain_seconds=60, timeout_graceful_shutdown=10, loop="asyncio")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        bearer = {"authorization": f"Bearer {token(Role.PROJECT_MANAGER)}"}
        async with httpx2.AsyncClient(base_url=url) as http:
            assert (await http.get("/health/ready")).status_code == 200
            where = f"/api/v1{path(new_id())}/copies"
            copying = asyncio.create_task(http.post(where, json=note(), headers=bearer))
            while drain.in_flight == 0:
                await asyncio.sleep(0)
            signal.raise_signal(signal.SIGTERM)
            while not drain.has_begun:
                await asyncio.sleep(0)
            assert (await http.get("/health/ready")).status_code == 503
            signal.raise_signal(signal.SIGTERM)
            while not server.should_exit:
                await asyncio.sleep(0)
            assert (await copying).status_code == 200
        await asyncio.wait_for(serving, 10)

"""A change is told to the browsers of its own tenant once it is committed, in whatever process that was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

import pytest

from services.crm.service import service
from shared.actor import Role
from shared.auth import Claims
from shared.contracts.delivery import ProjectClosed
from shared.database import Database, connect
from shared.ids import new_id
from shared.pages.live import STREAMS_OF_ONE, Signals, Streams, said, tell
from shared.web.front import Drain
from shared.web.limits import TooManyRequests
from tests.conftest import DatabaseFactory
from tests.support.api import MERIDIAN, api
from tests.support.crm import CANARY, an_account_body

READY = "retry: 3000\nevent: ready\ndata: \n\n"


def at_once() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


def at(tenant: UUID, subject: str = "helen") -> Claims:
    return Claims(subject, tenant, frozenset(), subject, 9e9)


@pytest.fixture
async def database(service_database: DatabaseFactory) -> AsyncIterator[Database]:
    """Crm's database, and what changes in it told to whoever listens."""
    connected = connect("crm", service_database("crm").app_url, pool_size=5)
    telling = asyncio.create_task(tell(connected))
    yield connected
    telling.cancel()
    with suppress(asyncio.CancelledError):
        await telling
    await connected.engine.dispose()


async def silent(streams: Streams) -> None:
    """Wait until nobody listens to the database any more."""
    assert streams._listening is not None
    with suppress(asyncio.CancelledError):
        await streams._listening


async def test_a_change_over_http_is_heard_in_another_process_by_its_own_tenant(
    database: Database, service_database: DatabaseFactory
) -> None:
    elsewhere = connect("crm", service_database("crm").app_url, pool_size=5)
    streams = Streams(elsewhere)
    ours, theirs = streams.open(at(MERIDIAN)), streams.open(at(CANARY))
    await asyncio.wait_for(streams.listening.wait(), 30)
    crm = api(service, database)
    manager, reader = crm.as_(Role.SALES_MANAGER), crm.as_(Role.AUDITOR)

    await reader.get("/accounts")
    refused = await reader.put(f"/accounts/{new_id()}", json=an_account_body())
    made = await manager.put(f"/accounts/{new_id()}", json=an_account_body())

    assert (refused.status_code, made.status_code) == (403, 201)
    assert await asyncio.wait_for(ours.get(), 30) == "accounts"
    assert ours.empty() and theirs.empty()
    streams.close(at(MERIDIAN), ours)
    streams.close(at(CANARY), theirs)
    await silent(streams)
    await elsewhere.engine.dispose()


async def test_a_stream_says_what_has_changed_and_ends_when_the_process_does() -> None:
    signals, drain = Signals(), Drain()
    signals.put_nowait("accounts")
    stream = said(at_once(), signals, drain, seconds=60)

    assert [await anext(stream), await anext(stream)] == [READY, "event: changed\ndata: accounts\n\n"]
    drain.begin()
    assert [rest async for rest in stream] == []


async def test_a_stream_ends_with_the_access_token() -> None:
    assert [each async for each in said(at_once(), Signals(), Drain(), seconds=0)] == [READY]


async def test_one_person_has_no_more_than_some_streams(database: Database) -> None:
    streams = Streams(database)
    opened = [streams.open(at(MERIDIAN)) for _ in range(STREAMS_OF_ONE)]

    with pytest.raises(TooManyRequests):
        streams.open(at(MERIDIAN))
    another = streams.open(at(MERIDIAN, "ruth"))

    for who, one in [*((at(MERIDIAN), each) for each in opened), (at(MERIDIAN, "ruth"), another)]:
        streams.close(who, one)
    await silent(streams)


async def test_nobody_listens_who_is_not_logged_in(database: Database) -> None:
    answer = await api(service, database).stranger.get("/live", headers={"accept": "text/event-stream"})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_logged_in")


def test_a_reaction_and_a_job_are_told_as_the_feature_that_they_belong_to(database: Database) -> None:
    (reaction,) = [one for one in service.all_reactions if one.event_type is ProjectClosed]

    database.changes.note(MERIDIAN, reaction.handler)
    database.changes.note(MERIDIAN, service.jobs[0].step)

    assert database.changes.take() == {MERIDIAN: {"thread", "imports"}}

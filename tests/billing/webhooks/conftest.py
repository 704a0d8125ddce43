"""A receiver of webhooks, and billing with it registered."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.billing.webhooks.jobs import jobs
from shared.actor import Role
from shared.ids import new_id
from shared.jobs import JobKind, Runner
from tests.support.billing import NOON, Billing
from tests.support.ledger import SECRET, a_new_entry, appoint_erp, map_accounts, posted, sealed
from tests.support.receiver import NAME, Receiver, a_receiver

SEALED = "throughline.billing.ledger_batch.sealed.v1"
ACKNOWLEDGED = "throughline.billing.ledger_batch.acknowledged.v1"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Where names lead, as a resolver would say it; every other name is looked up as usual."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def lookup(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        if host not in known:
            return real(host, port, *args, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return known


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]) -> Iterator[Receiver]:
    """Listen on this machine, where our sender may call it because the setting says so."""
    with a_receiver(tmp_path) as one:
        names[NAME] = ["127.0.0.1"]
        monkeypatch.setenv("SSL_CERT_FILE", str(one.certificate))
        monkeypatch.setenv("WEBHOOK_NETWORKS", "127.0.0.1/32")
        yield one


@pytest.fixture
async def mapped(billing: Billing) -> Billing:
    """Serve billing with every account mapped and the ERP appointed."""
    await map_accounts(billing)
    await appoint_erp(billing)
    return billing


async def registered(billing: Billing, url: str, *kinds: str, legal_entity: str | None = None) -> str:
    """Register a webhook, of everything unless kinds are given, and give its id."""
    webhook_id = str(new_id())
    body = {"url": url, "secret": SECRET, "kinds": kinds or [SEALED, ACKNOWLEDGED], "legal_entity": legal_entity}
    answer = await billing.as_(Role.ADMINISTRATOR, subject="ada").put(f"/webhooks/{webhook_id}", json=body)
    assert answer.is_success, answer.text
    assert SECRET not in answer.text
    return webhook_id


async def work_off(billing: Billing, steps: int = 20, kinds: tuple[JobKind, ...] = jobs) -> None:
    """Let the jobs run for as long as one is due."""
    runner = Runner(billing.database, kinds, lambda: NOON)
    for _ in range(steps):
        if not await runner.step():
            return


async def let_time_pass(billing: Billing) -> float:
    """Let what waits be due; gives for how many seconds it would have waited."""
    due = "update msg.job set due_at = msg.clock() where state = 'running' returning 1"
    waits = "select coalesce(max(extract(epoch from due_at - msg.clock())), 0) from msg.job where state = 'running'"
    async with billing.database.engine.begin() as connection:
        seconds = float((await connection.execute(text(waits))).scalar_one())
        await connection.execute(text(due))
    return seconds


async def log_of(billing: Billing, webhook_id: str) -> list[dict[str, Any]]:
    """Read the log of a webhook with its attempts, the newest first."""
    auditor = billing.as_(Role.AUDITOR)
    listed = (await auditor.get(f"/webhooks/{webhook_id}/deliveries")).json()["items"]
    return [(await auditor.get(f"/webhook-deliveries/{one['id']}")).json() for one in listed]


async def a_sealed_batch(billing: Billing) -> dict[str, Any]:
    """Post an entry and seal it."""
    await posted(billing, a_new_entry())
    return await sealed(billing)

"""Fifty people issue through three processes that are killed meanwhile: every document once, no number missing."""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from shared.clock import wall_clock
from shared.contracts.billing import CreditNoteIssued, InvoiceIssued
from shared.ids import new_id
from tests.chaos.issuer import keys_served
from tests.support.api import ISSUER, token
from tests.support.billing import (
    Billing,
    Made,
    a_draft,
    a_legal_entity,
    a_sale,
    a_time_line,
    a_timesheet,
    an_account,
    an_entry,
)
from tests.support.processes import Program, end_remains, free_ports
from tests.support.slots import slot

ISSUERS = 50
CREDITORS = 10  # of them credit what they have issued
# Where each process dies by itself, with a transaction of others under way; then the test kills each of them again.
DIES_AT = ("api.before_commit@3", "api.after_commit@5", "api.before_commit@8")
KILLED_AFTER = {20: 0, 30: 1, 40: 2}  # documents issued: the process that is killed then
PATIENCE = 240.0  # seconds
PAUSE = 0.1


@dataclass
class Offices:
    """Three processes of billing's API on one database; what dies is noted and started again."""

    directory: Path
    settings: dict[str, str]
    ports: list[int] = field(default_factory=lambda: free_ports(len(DIES_AT)))
    running: list[Program] = field(default_factory=list)
    deaths: list[tuple[int, int | None]] = field(default_factory=list)

    def open(self) -> None:
        """Start them all."""
        self.running = [self._start(number, dies_at) for number, dies_at in enumerate(DIES_AT)]

    async def watch(self) -> None:
        """Start again whatever dies, until cancelled."""
        while True:
            for number, program in enumerate(self.running):
                if not program.is_running:
                    self.deaths.append((number, program.process.returncode))
                    self.running[number] = self._start(number, "")
            await asyncio.sleep(PAUSE)

    def _start(self, number: int, dies_at: str) -> Program:
        settings = {**self.settings, "PORT": str(self.ports[number]), "CRASH_POINTS": dies_at}
        name = f"billing-api-{number}"
        return Program.start(name, "services.billing", "api", directory=self.directory, settings=settings)


@contextmanager
def offices_of(billing: Billing) -> Iterator[Offices]:
    """Run the processes over the database of `billing` inside the block."""
    with slot("issuing") as directory, keys_served() as jwks_url:
        end_remains(directory)
        directory.mkdir()
        settings = {
            "DATABASE_URL": billing.database.engine.url.render_as_string(hide_password=False),
            "ISSUER_URL": ISSUER,
            "JWKS_URL": jwks_url,
            "POOL_SIZE": "8",
            "PUBLIC_URL": "https://suite.invalid",
            "SESSION_KEY": "0f" * 32,
            "LOG_LEVEL": "ERROR",
        }
        offices = Offices(directory, settings)
        try:
            offices.open()
            yield offices
        finally:
            for program in offices.running:
                program.kill()


@dataclass
class Issuer:
    """Somebody who asks whichever process comes first, and with the same key again until there is an answer."""

    http: httpx2.AsyncClient
    offices: Offices
    chance: Random
    name: str

    async def does(self, role: Role, place: str, body: Made | None = None) -> httpx2.Response:
        """Give the first answer that settles whether it was done."""
        headers = {"Authorization": f"Bearer {token(role, subject=f'{role}-{self.name}')}"}
        headers["Idempotency-Key"] = str(new_id())
        async with asyncio.timeout(PATIENCE):
            while True:
                port = self.chance.choice(self.offices.ports)
                try:
                    answer = await self.http.post(f"http://127.0.0.1:{port}/api/v1{place}", json=body, headers=headers)
                except httpx2.TransportError:
                    await asyncio.sleep(PAUSE)
                    continue
                if not answer.is_server_error:
                    return answer
                await asyncio.sleep(PAUSE)

    async def issues(self, place: str, on: date) -> Made:
        """Issue on a day, or on the next one where the series has got there already."""
        answer = await self.does(Role.BILLING_APPROVER, f"{place}/issue", {"issued_on": on.isoformat()})
        if answer.status_code == 409 and answer.json()["code"] == "date_goes_back":
            return await self.issues(place, on + timedelta(days=1))
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def credits(self, invoice: Made) -> Made:
        """Take back all of an invoice, on the day it was issued or the next one."""
        body = {"invoice_id": invoice["id"], "reason": "Wrong month"}
        draft = await self.does(Role.BILLING_CLERK, "/credit-notes/drafts", body)
        place = f"/credit-notes/{draft.json()['id']}"
        assert (await self.does(Role.BILLING_APPROVER, f"{place}/approval")).is_success
        return await self.issues(place, date.fromisoformat(invoice["issued_on"]))


async def an_approved_invoice(billing: Billing, legal_entity: str) -> Made:
    """Have a draft of a legal entity that somebody else approved."""
    line = a_time_line("120.00")
    sale = a_sale(line, account=an_account(legal_entity=legal_entity))
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))
    draft = await a_draft(billing, contract_id)
    answer = await billing.as_(Role.BILLING_APPROVER, subject="bruno").post(f"/invoices/{draft['id']}/approval")
    assert answer.is_success, answer.text
    return dict(answer.json())


@asynccontextmanager
async def at_work(offices: Offices) -> AsyncIterator[httpx2.AsyncClient]:
    """Keep the processes running inside the block."""
    watching = asyncio.create_task(offices.watch())
    try:
        async with httpx2.AsyncClient(timeout=30) as http:
            yield http
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def everything_issued(offices: Offices, invoices: list[Made]) -> list[Made]:
    """Let everybody issue theirs at once, on any of three days, and some credit it; gives what they were told."""
    chance, told = Random(50), []  # noqa: S311 - who asks whom, nothing secret
    first_day = wall_clock().date() - timedelta(days=3)

    async def issue(http: httpx2.AsyncClient, number: int, invoice: Made) -> None:
        issuer = Issuer(http, offices, chance, str(number))
        issued = await issuer.issues(f"/invoices/{invoice['id']}", first_day + timedelta(days=chance.randrange(3)))
        told.append(issued)
        if (killed := KILLED_AFTER.get(len(told))) is not None:
            offices.running[killed].kill()
        if number < CREDITORS:
            told.append(await issuer.credits(issued))

    async with at_work(offices) as http:
        await asyncio.gather(*(issue(http, *each) for each in enumerate(invoices)))
    return told


def by_series(issued: list[Any]) -> dict[str, list[tuple[str, date]]]:
    """Numbers with their days, series by series, in order."""
    found = defaultdict(list)
    for row in sorted(issued, key=lambda row: row["number"]):
        found[row["number"][:-5]].append((row["number"], row["issued_on"]))
    return found


@pytest.mark.long  # three processes that come back after being killed, and sixty documents
async def test_numbers_have_no_gap_though_the_processes_that_give_them_die(billing: Billing) -> None:
    await a_legal_entity(billing, code="SUB", name="Meridian Süd GmbH", invoice_series="SUB-", is_default=False)
    invoices = [await an_approved_invoice(billing, ("MER", "SUB")[number % 2]) for number in range(ISSUERS)]

    with offices_of(billing) as offices:
        told = await everything_issued(offices, invoices)

    issued, credited = await billing.rows("issued_invoices"), await billing.rows("issued_credit_notes")
    documents = [*issued, *credited]
    assert set(offices.deaths) == {(number, -signal.SIGKILL) for number in range(len(DIES_AT))}
    assert {row["id"] for row in issued} == {row["id"] for row in await billing.rows("invoices")}
    assert (len(issued), len(credited)) == (ISSUERS, CREDITORS)
    assert {row["number"] for row in documents} == {each["number"] for each in told}
    series = by_series(documents)
    assert {name: len(found) for name, found in series.items()} == {
        "INV-2026-": 25,
        "SUB-": 25,
        "CN-INV-2026-": 5,
        "CN-SUB-": 5,
    }
    for name, found in series.items():
        assert [number for number, _ in found] == [f"{name}{count:05d}" for count in range(1, len(found) + 1)]
        assert [day for _, day in found] == sorted(day for _, day in found)
    news = [*await billing.announced(InvoiceIssued), *await billing.announced(CreditNoteIssued)]
    assert sorted(each.number for each in news) == sorted(row["number"] for row in documents)
    assert len(await billing.rows("journal_entries")) == len(documents)

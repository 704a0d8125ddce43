"""A whole year of the demo firm's books in a real ERP: Tryton takes every batch, once, and adds up as we do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from rich.console import Console

from deploy.connectors.tryton.rpc import Tryton, TrytonRefused
from deploy.suite import demo
from deploy.suite.commands import throw_away
from deploy.suite.desk import Desk, Desks
from deploy.suite.earning import BILLING, LEGAL_ENTITY
from deploy.suite.people import ERP_CLIENT, ERP_SECRET
from deploy.suite.postgres import EmbeddedPostgres
from deploy.suite.suite import Suite, running
from shared.ids import new_id
from tests.support.processes import Program
from tests.support.tryton import CONNECTOR, NAME, PASSWORD, TrytonServer, a_tryton, found_company, trial_balance

BATCHES = f"{BILLING}/ledger-batches"
CHART_OF_TRYTON = {"69000": "expense", "69990": "expense"}
PATIENCE_SECONDS = 300.0


class Away(Desk):
    """The demo firm's own ERP, which says nothing all year: Tryton is the one that answers."""

    async def post(self, path: str, body: Any = None) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Firm:
    """The demo firm after its year: its address, and its controller's desk."""

    url: str
    controller: Desk

    async def batches(self) -> list[dict[str, Any]]:
        """Its batches, the oldest first."""
        found = await self.controller.get(BATCHES, legal_entity=LEGAL_ENTITY, limit=200)
        return sorted(found["items"], key=lambda batch: int(batch["number"]))

    async def balances(self, up_to: date) -> Mapping[str, Decimal]:
        """Its trial balance, with the accounts named as Tryton names them."""
        told = await self.controller.get(f"{BILLING}/trial-balance", legal_entity=LEGAL_ENTITY, up_to=up_to.isoformat())
        named = await self.controller.get(f"{BILLING}/account-mappings", legal_entity=LEGAL_ENTITY, limit=200)
        names = {one["account"]: one["erp_account"] for one in named["items"]}
        found = {names[one["account"]]: Decimal(one["balance"]) for one in told["balances"]}
        return {account: balance for account, balance in found.items() if balance}


@pytest.fixture
async def firm(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Firm]:
    """Let a year pass in the demo firm whose ERP has not answered yet."""
    logged_in = demo.desks_inside

    def without_erp(suite: Suite, http: httpx2.AsyncClient) -> tuple[Desks, Desk]:
        return logged_in(suite, http)[0], Away(http, "")

    monkeypatch.setattr(demo, "desks_inside", without_erp)
    with throw_away() as directory:
        clock = demo.clock_for(directory)
        async with running(directory, port=0, now=clock, working=False) as suite:
            await demo.seed(suite, clock, Console(quiet=True))
            inside = httpx2.ASGITransport(suite.app)
            async with httpx2.AsyncClient(transport=inside, base_url=suite.url, timeout=60) as http:
                yield Firm(suite.url, without_erp(suite, http)[0]["viktor"])


@pytest.fixture
def tryton(postgres: EmbeddedPostgres) -> Iterator[TrytonServer]:
    """Run a Tryton."""
    with a_tryton(postgres) as server:
        yield server


@pytest.mark.long
async def test_tryton_takes_the_year_once_and_adds_up_as_we_do(
    firm: Firm, tryton: TrytonServer, tmp_path: Path
) -> None:
    batches = await firm.batches()
    months = [date.fromisoformat(batch["period_starts_on"]) for batch in batches]
    entries = sum(batch["entry_count"] for batch in batches)
    last_whole = max(months) - timedelta(days=1)

    async with tryton.session() as books:
        await open_books(books, firm, first=min(months), last=max(months) + timedelta(days=62))

        await connect(firm, tryton, tmp_path)
        year = await trial_balance(books)

        assert len(batches) >= 12
        assert {batch["status"] for batch in await firm.batches()} == {"accepted"}
        assert year.moves == entries
        assert (await trial_balance(books, up_to=last_whole)).balances == await firm.balances(last_whole)

        (tmp_path / "cursor").unlink()
        await connect(firm, tryton, tmp_path)

        assert await trial_balance(books) == year
        with pytest.raises(TrytonRefused, match="a move already"):
            await post_again(books)

        await correct_what_tryton_refuses(firm, tryton, tmp_path)
        after = await trial_balance(books)

        assert after.moves == entries + 2
        assert after.balances["69990"] == Decimal("180.00")

        (tmp_path / "cursor").unlink()
        await connect(firm, tryton, tmp_path)

        assert await trial_balance(books) == after


async def correct_what_tryton_refuses(firm: Firm, tryton: TrytonServer, directory: Path) -> None:
    """Seal two entries of which Tryton refuses one, map its account anew, and hand over the correction."""
    desk, today = firm.controller, max(batch["sealed_at"] for batch in await firm.batches())[:10]
    account = {"legal_entity": LEGAL_ENTITY, "code": "6900", "name": "Conferences", "kind": "expense"}
    await desk.put(f"{BILLING}/ledger-accounts/{new_id()}", account)
    mapping = {"legal_entity": LEGAL_ENTITY, "account": "6900"}
    await desk.put(f"{BILLING}/account-mappings/{new_id()}", {**mapping, "erp_account": "69000"})
    for debit, credit in (("6900", "1200"), ("1300", "1200")):
        lines = [{"account": debit, "amount": "180.00"}, {"account": credit, "amount": "-180.00"}]
        entry = {"legal_entity": LEGAL_ENTITY, "currency": "EUR", "on": today, "text": "Conference", "lines": lines}
        await desk.put(f"{BILLING}/journal-entries/{new_id()}", entry)
    # The story sealed the month before; naming the target makes this another request, not that one again.
    scope = {"legal_entity": LEGAL_ENTITY, "period": today[:7], "currency": "EUR", "target": "erp"}
    sealed = await desk.post(BATCHES, scope)

    said = await connect(firm, tryton, directory)

    refused = await desk.get(f"{BATCHES}/{sealed['id']}/entries", answer="rejected")
    assert f"batch {sealed['number']}: 1 taken, 1 refused" in said
    assert [one["text"] for one in refused["items"]] == ["Conference"]
    assert "69000" in refused["items"][0]["reason"]

    await desk.put(f"{BILLING}/account-mappings/{new_id()}", {**mapping, "erp_account": "69990"})
    correction = await desk.post(f"{BATCHES}/{sealed['id']}/correction")
    await connect(firm, tryton, directory)
    assert (await desk.get(f"{BATCHES}/{correction['id']}"))["status"] == "accepted"


async def open_books(books: Tryton, firm: Firm, *, first: date, last: date) -> None:
    """Open the firm's books in Tryton; one of its accounts is closed there."""
    chart = await firm.controller.get(f"{BILLING}/ledger-accounts", legal_entity=LEGAL_ENTITY)
    accounts = {f"{one['code']}0": one["kind"] for one in chart["accounts"]} | CHART_OF_TRYTON
    await found_company(books, "Meridian Consulting", "EUR", accounts, first=first, last=last)
    [strict] = await books.read("account.account", [["code", "=", "69000"]], "code")
    await books.call("account.account.write", [strict["id"]], {"closed": True})


async def post_again(books: Tryton) -> None:
    """Post a move of an entry that has one, past everything that looks first."""
    [move, *_] = await books.read(
        "account.move", [["state", "=", "posted"]], "company", "journal", "period", "date", "throughline_entry"
    )
    move.pop("id")
    await books.call("account.move.post_entries", [move])


async def connect(firm: Firm, tryton: TrytonServer, directory: Path) -> str:
    """Let the connector take what there is, as the program that it is; gives what it printed."""
    settings = {
        "BILLING_URL": f"{firm.url}/billing",
        "ISSUER_URL": f"{firm.url}/issuer",
        "CLIENT_ID": ERP_CLIENT,
        "CLIENT_SECRET": ERP_SECRET,
        "LEGAL_ENTITY": LEGAL_ENTITY,
        "TRYTON_URL": tryton.url,
        "TRYTON_DATABASE": NAME,
        "TRYTON_USER": CONNECTOR,
        "TRYTON_PASSWORD": PASSWORD,
        "CURSOR": str(directory / "cursor"),
    }
    program = Program.start("connector", "deploy.connectors.tryton", directory=directory, settings=settings)
    await asyncio.to_thread(program.finish, PATIENCE_SECONDS)  # our services answer it meanwhile, on this very loop
    return program.printed

"""A year of the demo firm's books: three tools that nobody here wrote add up as we do, our checker finds nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from rich.console import Console

from deploy.checker.check import check
from deploy.checker.history import History
from deploy.checker.look import looking
from deploy.checker.sightings import Sightings
from deploy.suite.commands import throw_away
from deploy.suite.demo import clock_for, desks_inside, seed
from deploy.suite.desk import Desk
from deploy.suite.earning import BILLING, LEGAL_ENTITY
from deploy.suite.handing_over import files_of_batch
from deploy.suite.members import SERVICES
from deploy.suite.suite import running
from services.billing.batches.model.canonical import BatchedEntry, read_canonical
from services.billing.batches.model.renderings.books import ROOTS, account_name
from services.billing.batches.model.renderings.renderers import Renderer
from tests.support.feeds import FEEDS, sums_read
from tests.support.judges import Judges

Balances = Mapping[str, Decimal]


@dataclass(frozen=True)
class Passed:
    """The demo firm after its year: its controller's desk, and where a superuser finds its databases."""

    controller: Desk
    addresses: Mapping[str, str]


@pytest.fixture
async def year() -> AsyncIterator[Passed]:
    """Let a year pass in the demo firm."""
    with throw_away() as directory:
        clock = clock_for(directory)
        async with running(directory, port=0, now=clock, working=False) as suite:
            await seed(suite, clock, Console(quiet=True))
            inside = httpx2.ASGITransport(suite.app)
            async with httpx2.AsyncClient(transport=inside, base_url=suite.url, timeout=60) as http:
                await suite.settled()
                addresses = {service.name: suite.postgres.superuser_dsn(service.name) for service in SERVICES}
                yield Passed(desks_inside(suite, http)[0]["viktor"], addresses)


@pytest.mark.long
async def test_every_judge_takes_every_batch_of_a_year_and_adds_up_as_we_do(
    year: Passed, hledger: Path, ledger: Path, tmp_path: Path
) -> None:
    async with looking(year.addresses, Sightings(), History(), settled=True) as look:
        report = await check(look)
    assert report.holds, str(report)

    controller = year.controller
    judges = Judges(hledger, ledger, tmp_path)
    batches = (await controller.get(f"{BILLING}/ledger-batches", legal_entity=LEGAL_ENTITY, limit=200))["items"]
    months = (await controller.get(f"{BILLING}/periods", legal_entity=LEGAL_ENTITY, limit=200))["items"]
    closed = max(date.fromisoformat(one["ends_before"]) for one in months if one["status"] == "closed")
    added_up: dict[str, Decimal] = defaultdict(Decimal)

    for batch in batches:
        files = {form: await only_file(controller, batch, form) for form in Renderer}
        entries = read_canonical(await controller.read(f"{BILLING}/ledger-batches/{batch['id']}/canonical"))
        journal, books = files[Renderer.HLEDGER].decode(), files[Renderer.BEANCOUNT].decode()
        agreed = judges.judge(hledger=journal, beancount=books)

        assert agreed == sums_of(entries, account_name), batch["number"]
        stated = sums_of(entries, lambda line: line.erp_account)
        assert {form: sums_read(form, files[form]) for form in FEEDS} == dict.fromkeys(FEEDS, stated), batch["number"]
        if date.fromisoformat(batch["period_starts_on"]) < closed:
            for account, balance in agreed.items():
                added_up[account] += balance

    assert len(batches) >= 12
    assert not_zero(added_up) == await trial_balance(controller, up_to=closed - timedelta(days=1))


async def only_file(desk: Desk, batch: dict[str, Any], form: Renderer) -> bytes:
    """Fetch a batch that fits into one file."""
    [content] = (await files_of_batch(desk, LEGAL_ENTITY, batch["number"], form)).values()
    return content


async def trial_balance(desk: Desk, *, up_to: date) -> Balances:
    """Our own trial balance, with the accounts named as the judges name them."""
    told = await desk.get(f"{BILLING}/trial-balance", legal_entity=LEGAL_ENTITY, up_to=up_to.isoformat())
    assert {one["currency"] for one in told["balances"]} == {"EUR"}
    return not_zero({f"{ROOTS[one['kind']]}:{one['account']}": Decimal(one["balance"]) for one in told["balances"]})


def sums_of(entries: list[BatchedEntry], named: Any) -> Balances:
    """Add up what entries say of each account, by the name that `named` gives a line's account."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in (line for entry in entries for line in entry.lines):
        found[named(line)] += line.amount
    return not_zero(found)


def not_zero(balances: Balances) -> Balances:
    """Leave out what is nought."""
    return {account: balance for account, balance in balances.items() if balance}

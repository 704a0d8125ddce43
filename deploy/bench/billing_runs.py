"""A billing run of a larger firm, from open work to drafts, to issued invoices and to the sealed batch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

import asyncpg
import psutil

from deploy.bench.larger import SELLER, Firm
from deploy.bench.memory import watched
from deploy.bench.open_work import sold, worked
from deploy.bench.servers import spent
from services.billing.account_mappings.actions import map_account
from services.billing.batches.actions import seal_batch
from services.billing.batches.model.batch import Scope
from services.billing.billing_runs.actions import prepare_run, review_pre_bills, start_run
from services.billing.billing_runs.model import Choice
from services.billing.billing_runs.queries import pre_bills_of
from services.billing.invoices.actions import approve_invoices, issue_invoices
from services.billing.ledger.model.accounts import FIRST_CHART
from services.billing.service import service as billing
from shared.clock import wall_clock
from shared.database import LIMIT_MAX, Database
from shared.ids import new_id
from shared.jobs import Runner

PROJECTS, ENTRIES = 500, 100_000
REVIEWED_AT_ONCE, ISSUED_AT_ONCE = 500, 100  # what the API takes
BARE = """
create temporary table bare (item_id uuid, turn integer, line_id uuid, amount numeric, primary key (item_id, turn));
insert into bare select gen_random_uuid(), 1, gen_random_uuid(), number from generate_series(1, {rows}) number
"""
MOST_INVOICES, MOST_NET = 100_000, Decimal(10**12)


@dataclass
class Stages:
    """What each stage took: seconds, and processor seconds of this process and PostgreSQL together."""

    postgres: psutil.Process
    figures: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done until the block ends."""
        began, used = time.perf_counter(), self._used()
        yield
        self.figures[f"{name}_s"] = time.perf_counter() - began
        self.figures[f"{name}_cpu_s"] = self._used() - used

    def _used(self) -> float:
        return time.process_time() + spent(self.postgres)


async def bare_rows(floor_url: str, rows: int = ENTRIES) -> dict[str, float]:
    """The floor of drafting: PostgreSQL alone writes a keyed row for each entry, in one statement."""
    connection = await asyncpg.connect(floor_url)
    try:
        began = time.perf_counter()
        await connection.execute(BARE.format(rows=rows))
        return {"per_second": rows / (time.perf_counter() - began)}
    finally:
        await connection.close()


async def billing_run(database: Database, postgres: psutil.Process) -> dict[str, float]:
    """A hundred thousand open entries over five hundred projects, all the way to the batch."""
    firm = Firm(database)
    contracts = await worked(firm, await sold(firm, PROJECTS), ENTRIES // PROJECTS)
    await map_accounts(firm)
    return {"entries": ENTRIES, **await billed(firm, contracts, postgres)}


async def billed(
    firm: Firm, contracts: Sequence[UUID], postgres: psutil.Process, *, most_issued: int = MOST_INVOICES
) -> dict[str, float]:
    """What each stage of billing these contracts takes, of which `most_issued` invoices are issued, and the memory."""
    stages = Stages(postgres)
    with watched(postgres) as memory:
        with stages.stage("prepare"):
            run_id = await _prepared(firm, contracts)
        with stages.stage("draft"):
            await _drafted(firm, run_id)
        drafts = await _drafts(firm, run_id)
        issued = drafts[:most_issued]
        with stages.stage("approve"):
            for some in range(0, len(drafts), LIMIT_MAX):
                async with firm.work("approver") as work:
                    await approve_invoices(work, drafts[some : some + LIMIT_MAX])
        with stages.stage("issue"):
            for some in range(0, len(issued), ISSUED_AT_ONCE):
                async with firm.work("approver") as work:
                    await issue_invoices(work, issued[some : some + ISSUED_AT_ONCE])
        with stages.stage("seal"):
            async with firm.work("controller") as work:
                month = work.now.date().replace(day=1)
                await seal_batch(work, new_id(), Scope(SELLER.code, month, "EUR", "bench"))
    return {"invoices": len(drafts), "issued": len(issued), **stages.figures, **memory.figures}


async def map_accounts(firm: Firm) -> None:
    """Say where each account goes in the books of the ERP."""
    async with firm.work("controller") as work:
        for code, *_ in FIRST_CHART:
            await map_account(
                work, new_id(), legal_entity=SELLER.code, target="bench", account=code, erp_account=f"9{code}"
            )


async def _prepared(firm: Firm, contracts: Sequence[UUID]) -> UUID:
    """Prepare a run, review all of it and start it."""
    run_id = new_id()
    async with firm.work("clerk") as work:
        await prepare_run(work, run_id, Choice(work.now.date()))
    for some in range(0, len(contracts), REVIEWED_AT_ONCE):
        async with firm.work("manager") as work:
            await review_pre_bills(work, run_id, contracts[some : some + REVIEWED_AT_ONCE], note="")
    async with firm.work("clerk") as work:
        await start_run(work, run_id, most_invoices=MOST_INVOICES, most_net=MOST_NET)
    return run_id


async def _drafted(firm: Firm, run_id: UUID) -> None:
    """Let the job draft it, step by step."""
    runner = Runner(firm.database, billing.jobs, wall_clock)
    while await runner.step():
        pass


async def _drafts(firm: Firm, run_id: UUID) -> list[UUID]:
    found: list[UUID] = []
    cursor: str | None = None
    async with firm.work("clerk") as work:
        while True:
            page = await pre_bills_of(work, run_id, cursor=cursor, limit=LIMIT_MAX)
            found += [bill.invoice_id for bill in page.items]
            cursor = page.next
            if cursor is None:
                return found

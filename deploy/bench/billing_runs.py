"""A billing run of a larger firm: 100,000 open entries over 500 projects, to drafts, invoices and a batch."""

from __future__ import annotations

import resource
import time
from decimal import Decimal
from uuid import UUID

from deploy.bench.larger import SELLER, Firm, accepted, sheets
from deploy.bench.setting import heard, won
from services.billing.account_mappings.actions import map_account
from services.billing.batches.actions import seal_batch
from services.billing.batches.model.batch import Scope
from services.billing.billing_runs.actions import prepare_run, review_pre_bills, start_run
from services.billing.billing_runs.model import Choice
from services.billing.billing_runs.queries import pre_bills_of
from services.billing.contracts.model import contract_id_of
from services.billing.invoices.actions.issuing import issue_invoice
from services.billing.invoices.actions.preparing import approve_invoice
from services.billing.ledger.model.accounts import FIRST_CHART
from services.billing.service import service as billing
from shared.clock import wall_clock
from shared.database import LIMIT_MAX, Database
from shared.ids import new_id
from shared.jobs import Runner

PROJECTS, ENTRIES = 500, 100_000
MEBIBYTE = 1024


async def billing_run(database: Database) -> dict[str, float]:
    """Seconds from open entries to drafts, to issued invoices, to the batch; memory is the most this process had."""
    firm = Firm(database)
    deals = [won(new_id()) for _ in range(PROJECTS)]
    await heard(billing, database, [*deals, *map(accepted, deals)])
    for deal in deals:
        await heard(billing, database, sheets(deal, ENTRIES // PROJECTS))
    began = time.perf_counter()
    invoices = await _drafted(firm, [contract_id_of(deal.opportunity_id) for deal in deals])
    drafted = time.perf_counter()
    for invoice_id in invoices:
        async with firm.work("approver") as work:
            await approve_invoice(work, invoice_id)
        async with firm.work("approver") as work:
            await issue_invoice(work, invoice_id)
    issued = time.perf_counter()
    await _sealed(firm)
    return {
        "invoices": len(invoices),
        "draft_s": drafted - began,
        "approve_and_issue_s": issued - drafted,
        "map_and_seal_s": time.perf_counter() - issued,
        "most_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE,
    }


async def _drafted(firm: Firm, contracts: list[UUID]) -> list[UUID]:
    """Prepare, review and start a run, and let the job draft it; gives the invoices."""
    run_id = new_id()
    async with firm.work("clerk") as work:
        await prepare_run(work, run_id, Choice(work.now.date()))
    async with firm.work("manager") as work:
        await review_pre_bills(work, run_id, contracts, note="")
    async with firm.work("clerk") as work:
        await start_run(work, run_id, most_invoices=PROJECTS, most_net=Decimal(10**10))
    runner = Runner(firm.database, billing.jobs, wall_clock)
    while await runner.step():
        pass
    return await _invoices(firm, run_id)


async def _invoices(firm: Firm, run_id: UUID) -> list[UUID]:
    found: list[UUID] = []
    cursor: str | None = None
    async with firm.work("clerk") as work:
        while True:
            page = await pre_bills_of(work, run_id, cursor=cursor, limit=LIMIT_MAX)
            found += [bill.invoice_id for bill in page.items]
            cursor = page.next
            if cursor is None:
                return found


async def _sealed(firm: Firm) -> None:
    """Seal the batch of this month, every account mapped."""
    async with firm.work("controller") as work:
        for code, *_ in FIRST_CHART:
            await map_account(
                work, new_id(), legal_entity=SELLER.code, target="bench", account=code, erp_account=f"9{code}"
            )
    async with firm.work("controller") as work:
        month = work.now.date().replace(day=1)
        await seal_batch(work, new_id(), Scope(SELLER.code, month, "EUR", "bench"))

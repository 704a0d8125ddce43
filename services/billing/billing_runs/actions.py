"""Preparing a run, reviewing its pre-bills, and drafting them step by step."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from services.billing.billing_runs import store
from services.billing.billing_runs.model import (
    BillingRun,
    Choice,
    NoSuchBillingRun,
    NothingToRun,
    NotInThisState,
    PreBillStatus,
    check_bounds,
    extents,
)
from services.billing.invoice_layouts.model import check_wording
from services.billing.invoice_preferences.actions import units_of
from services.billing.invoices.actions.preparing import draft_invoices
from services.billing.invoices.model.selection import Selection
from services.billing.permissions import Permission
from shared.errors import AlreadyExists
from shared.jobs import Job, JobKind, Progress, start
from shared.work import Work

# What one step drafts, so that it takes seconds, however large the firm or a project.
CONTRACTS_AT_ONCE, ITEMS_AT_ONCE = 25, 20_000


async def prepare_run(work: Work, run_id: UUID, choice: Choice) -> BillingRun:
    """Find the contracts on which something waits; asked again, it gives the run as it stands.

    Raises AlreadyExists, NothingToRun, UnknownPlaceholder.
    """
    work.actor.must(Permission.PREPARE_INVOICES)
    standing = await store.get(work, run_id)
    if standing is not None:
        if standing.choice != choice:
            raise AlreadyExists()
        return standing
    if choice.wording is not None:
        check_wording(choice.wording)
    run = BillingRun(
        id=run_id,
        up_to=choice.up_to,
        customer_id=choice.customer_id,
        project_id=choice.project_id,
        method=choice.method,
        grouping=choice.grouping,
        wording=choice.wording,
        prepared_by=work.actor.subject,
        prepared_at=work.now,
    )
    if not await store.add(work, run):
        raise NothingToRun()
    return run


async def review_pre_bills(work: Work, run_id: UUID, contract_ids: Sequence[UUID], *, note: str) -> None:
    """Let pre-bills go on, all of them or none. Raises NoSuchBillingRun, RunStartedAlready, NotInThisState."""
    work.actor.must(Permission.REVIEW_PRE_BILLS)
    await _decide(work, run_id, contract_ids, status=PreBillStatus.REVIEWED, note=note)


async def leave_out(work: Work, run_id: UUID, contract_ids: Sequence[UUID], *, reason: str) -> None:
    """Take pre-bills out of a run; their work stays open.

    Raises NoSuchBillingRun, RunStartedAlready, NotInThisState.
    """
    work.actor.must(Permission.REVIEW_PRE_BILLS)
    await _decide(work, run_id, contract_ids, status=PreBillStatus.LEFT_OUT, note=reason)


async def start_run(work: Work, run_id: UUID, *, most_invoices: int, most_net: Decimal) -> BillingRun:
    """Begin to draft everything that was reviewed, within the limits that are confirmed here.

    Raises NoSuchBillingRun, RunStartedAlready, NotReviewedYet, NothingToRun, TooMuchForOneRun.
    """
    work.actor.must(Permission.PREPARE_INVOICES)
    run = await _locked(work, run_id)
    run.must_be_prepared()
    waiting = await store.standing(work, run_id)
    units = await units_of(work, [one.contract_id for one in waiting])
    check_bounds(extents(waiting, units), most_invoices=most_invoices, most_net=most_net)
    await store.join(work, run_id, units)
    run.start(by=work.actor.subject, at=work.now, most_invoices=most_invoices, most_net=most_net)
    await store.keep(work)
    _, total = await store.counts(work, run_id)
    await start(work, RUN, id=run_id, payload={}, total=total)
    return run


async def _advance(work: Work, job: Job) -> Progress:
    """Draft the next contracts; a step that was cut off leaves nothing and is done again."""
    contracts = await store.next_reviewed(work, job.id, contracts=CONTRACTS_AT_ONCE, items=ITEMS_AT_ONCE)
    run = await _locked(work, job.id)
    if not contracts:
        run.end()
        await store.keep(work)
        done, total = await store.counts(work, job.id)
        return Progress(done, total, result={"pre_bills": done})
    choice = run.choice
    chosen = Selection(choice.up_to, choice.method, choice.grouping, choice.wording)
    made = await draft_invoices(work, contracts, chosen)
    await store.settle(work, job.id, {contract_id: made.get(contract_id) for contract_id in contracts})
    done, total = await store.counts(work, job.id)
    return Progress(done, total, cursor={"done": done})


RUN = JobKind("billing.run", _advance)


async def _decide(work: Work, run_id: UUID, contract_ids: Sequence[UUID], *, status: PreBillStatus, note: str) -> None:
    (await _locked(work, run_id)).must_be_prepared()
    await work.because(note or status.value)
    if await store.decide(work, run_id, contract_ids, status=status, note=note) != set(contract_ids):
        raise NotInThisState()


async def _locked(work: Work, run_id: UUID) -> BillingRun:
    found = await store.get(work, run_id)
    if found is None:
        raise NoSuchBillingRun()
    return found

"""Recognising the revenue of a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from services.billing.ledger.actions import post_entries
from services.billing.ledger.queries import books_of
from services.billing.periods.actions import day_to_post
from services.billing.permissions import Permission
from services.billing.recognition.actions.providing import provided_entries
from services.billing.recognition.model.earned import (
    Earned,
    LossProvision,
    RecognisedLine,
    RecognitionRun,
    earned_by_line,
    entry_for,
    last_day_of,
    measured,
    recognised,
)
from services.billing.recognition.model.losses import provisions_for
from services.billing.recognition.store import delivered, obligations, runs
from shared.contracts.billing import RevenueRecognised
from shared.period import Period
from shared.work import Work


@dataclass(frozen=True)
class Found:
    """What a month has earned and not recognised, and what its estimates change of the provisions for losses."""

    earned: Sequence[Earned]
    provisions: Sequence[LossProvision]


async def preview_recognition(work: Work, *, legal_entity: str, period: Period) -> RecognitionRun:
    """What a run would recognise now, without doing it. Raises NoBooks."""
    work.actor.must(Permission.RECOGNISE_REVENUE)
    await books_of(work, legal_entity)
    found = await _found(work, legal_entity, period, run_id=None)
    lines = [recognised(one, run_id=None) for one in found.earned]
    return RecognitionRun(None, legal_entity, period.starts_on, work.actor.subject, work.now, lines, found.provisions)


async def recognise_revenue(work: Work, run_id: UUID, *, legal_entity: str, period: Period) -> RecognitionRun:
    """Recognise everything that was earned before the end of the month and not recognised yet.

    One entry per contract line, with its items or its measured progress as origin; a second run finds nothing. Work
    that came late counts in the month of the run and keeps its service days. Raises NoBooks, PeriodClosed.
    """
    work.actor.must(Permission.RECOGNISE_REVENUE)
    await books_of(work, legal_entity)
    run = await begin_run(work, run_id, legal_entity=legal_entity, period=period)
    return await recognise_contracts(work, run, period, contract_ids=None)


async def begin_run(work: Work, run_id: UUID, *, legal_entity: str, period: Period) -> RecognitionRun:
    """Keep that a run is on, if it was not yet, and let no other run begin before this work ends."""
    await day_to_post(work, legal_entity, last_day_of(period))
    await runs.wait_for_turn(work, legal_entity)
    run = RecognitionRun(run_id, legal_entity, period.starts_on, work.actor.subject, work.now)
    await runs.add_run(work, run)
    return run


async def recognise_contracts(
    work: Work, run: RecognitionRun, period: Period, *, contract_ids: Sequence[UUID] | None
) -> RecognitionRun:
    """Recognise what these contracts, or all of them, have earned; gives the run with what that was."""
    run_id, owner = run.kept_as, run.legal_entity
    found = await _found(work, owner, period, run_id=run_id, contract_ids=contract_ids)
    entries = [entry_for(one, legal_entity=owner, run_id=run_id, period=period) for one in found.earned if one.amount]
    losses = await provided_entries(work, found.provisions, legal_entity=owner, period=period)
    await post_entries(work, [*entries, *losses])
    lines = [recognised(one, run_id=run_id) for one in found.earned]
    part = replace(run, lines=lines, provisions=found.provisions)
    await runs.add_lines(work, part, found.earned)
    await obligations.add_provisions(work, part)
    in_run: dict[UUID, Decimal] = defaultdict(Decimal)
    for one, line in zip(found.earned, lines, strict=True):
        in_run[line.contract_line_id] += one.revenue
        so_far = one.line.revenue_before + in_run[line.contract_line_id]
        work.publish(_recognised(one, line, run=run, cumulative=so_far))
    return part


async def _found(
    work: Work, legal_entity: str, period: Period, *, run_id: UUID | None, contract_ids: Sequence[UUID] | None = None
) -> Found:
    before = period.ends_before or period.starts_on
    items = await delivered.delivered(work, legal_entity, period, contract_ids=contract_ids)
    lines = await runs.sold_lines(work, {item.contract_line_id for item in items})
    priced = await obligations.measured_lines(work, legal_entity, before=before, contract_ids=contract_ids)
    progressed = [measured(one, period) for one in priced]
    earned = [*earned_by_line(items, lines), *(one for one in progressed if one is not None and one.amount)]
    return Found(earned, provisions_for(priced, period, run_id=run_id))


def _recognised(earned: Earned, line: RecognisedLine, *, run: RecognitionRun, cumulative: Decimal) -> RevenueRecognised:
    return RevenueRecognised(
        thread_id=earned.line.thread_id,
        run_id=run.kept_as,
        contract_id=line.contract_id,
        billing_line_id=line.contract_line_id,
        opportunity_id=earned.line.opportunity_id,
        project_id=earned.project_id,
        account_id=earned.line.customer_id,
        period_starts_on=run.period_starts_on,
        currency=line.currency,
        amount=earned.revenue,
        cumulative=cumulative,
    )

"""Recognising the revenue of a month."""

from __future__ import annotations

from uuid import UUID

from services.billing.ledger.actions import post_entries
from services.billing.ledger.queries import books_of
from services.billing.periods.actions import day_to_post
from services.billing.permissions import Permission
from services.billing.recognition import store
from services.billing.recognition.model import (
    Earned,
    RecognisedLine,
    RecognitionRun,
    earned_by_line,
    entry_for,
    last_day_of,
    recognised,
)
from shared.contracts.billing import RevenueRecognised
from shared.period import Period
from shared.work import Work


async def preview_recognition(work: Work, *, legal_entity: str, period: Period) -> RecognitionRun:
    """What a run would recognise now, without doing it. Raises NoBooks."""
    work.actor.must(Permission.RECOGNISE_REVENUE)
    await books_of(work, legal_entity)
    lines = [recognised(one, run_id=None) for one in await _earned(work, legal_entity, period)]
    return RecognitionRun(None, legal_entity, period.starts_on, work.actor.subject, work.now, lines)


async def recognise_revenue(work: Work, run_id: UUID, *, legal_entity: str, period: Period) -> RecognitionRun:
    """Recognise everything delivered before the end of the month that was not recognised yet.

    One entry per contract line, with its items as origin; a second run finds nothing. Work that came late counts in
    the month of the run and keeps its service days. Raises NoBooks, PeriodClosed.
    """
    work.actor.must(Permission.RECOGNISE_REVENUE)
    await books_of(work, legal_entity)
    await day_to_post(work, legal_entity, last_day_of(period))
    await store.wait_for_turn(work, legal_entity)
    earned = await _earned(work, legal_entity, period)
    entries = [entry_for(one, legal_entity=legal_entity, run_id=run_id, period=period) for one in earned if one.amount]
    await post_entries(work, entries)
    lines = [recognised(one, run_id=run_id) for one in earned]
    run = RecognitionRun(run_id, legal_entity, period.starts_on, work.actor.subject, work.now, lines)
    await store.add_run(work, run, earned)
    for one, line in zip(earned, run.lines, strict=True):
        work.publish(_recognised(one, line, run_id=run_id, period=period))
    return run


async def _earned(work: Work, legal_entity: str, period: Period) -> list[Earned]:
    items = await store.delivered(work, legal_entity, before=period.ends_before or period.starts_on)
    lines = await store.sold_lines(work, {item.contract_line_id for item in items})
    return earned_by_line(items, lines)


def _recognised(earned: Earned, line: RecognisedLine, *, run_id: UUID, period: Period) -> RevenueRecognised:
    return RevenueRecognised(
        thread_id=earned.line.thread_id,
        run_id=run_id,
        contract_id=line.contract_id,
        billing_line_id=line.contract_line_id,
        opportunity_id=earned.line.opportunity_id,
        project_id=earned.project_id,
        account_id=earned.line.customer_id,
        period_starts_on=period.starts_on,
        currency=line.currency,
        amount=line.amount,
        cumulative=line.cumulative,
    )

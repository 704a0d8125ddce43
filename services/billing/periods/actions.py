"""What happens to the months of the books."""

from __future__ import annotations

from datetime import date

from services.billing.periods import store
from services.billing.periods.model import (
    EarlierPeriodOpen,
    FiscalPeriod,
    LaterPeriodClosed,
    NoSuchPeriod,
    PeriodClosed,
    PeriodStatus,
)
from services.billing.permissions import Permission
from shared.period import Period, month_of
from shared.reasons import because
from shared.work import Work


async def day_to_post(work: Work, legal_entity: str, on: date) -> date:
    """The day on which something of `on` is posted; its month is not closed before this work ends.

    A person is refused a month that is shut for them. What comes late by itself goes to the first month behind it.
    """
    shut = _shut_for(work)
    day = max(on, await store.closed_before(work, legal_entity, shut=shut))
    if day != on and not work.actor.is_service:
        raise PeriodClosed(f"The books of {legal_entity} are closed for {on:%Y-%m}.", field="/on")
    await store.open_if_new(work, legal_entity, month_of(day))
    period = await store.locked_for_posting(work, legal_entity, day)
    if period is None or period.status in shut:
        # Closed between the two looks: look again, now that the closing has been committed.
        return await day_to_post(work, legal_entity, on)
    return day


async def begin_closing(work: Work, legal_entity: str, month: Period) -> FiscalPeriod:
    """Keep everybody from posting into a month but those who close it."""
    period = await take_for_closing(work, legal_entity, month)
    period.begin_closing()
    return period


async def take_for_closing(work: Work, legal_entity: str, month: Period) -> FiscalPeriod:
    """Lock a month that is to be closed; months are closed in their order. Raises EarlierPeriodOpen."""
    work.actor.must(Permission.CLOSE_PERIODS)
    await store.open_if_new(work, legal_entity, month)
    period = await store.locked_for_change(work, legal_entity, month.starts_on)
    if period is None:
        raise NoSuchPeriod()
    earlier = await store.open_before(work, legal_entity, month.starts_on)
    if earlier is not None:
        raise EarlierPeriodOpen(
            because(
                "%(month)s of %(legal_entity)s is still open.", month=f"{earlier:%Y-%m}", legal_entity=legal_entity
            ),
            field="/period",
        )
    return period


async def reopen_period(work: Work, legal_entity: str, *, month: Period, reason: str) -> FiscalPeriod:
    """Let postings into a closed month again; the reason stays in the audit trail."""
    work.actor.must(Permission.CLOSE_PERIODS)
    period = await store.locked_for_change(work, legal_entity, month.starts_on)
    if period is None:
        raise NoSuchPeriod()
    if await store.closed_before(work, legal_entity, shut=(PeriodStatus.CLOSED,)) > period.ends_before:
        raise LaterPeriodClosed(field="/period")
    await work.because(reason)
    period.reopen()
    return period


def _shut_for(work: Work) -> tuple[PeriodStatus, ...]:
    closes_books = not work.actor.is_service and work.actor.may(Permission.CLOSE_PERIODS)
    return (PeriodStatus.CLOSED,) if closes_books else (PeriodStatus.CLOSING, PeriodStatus.CLOSED)

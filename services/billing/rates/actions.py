"""Agreeing rates, and valuing work by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from services.billing.permissions import Permission
from services.billing.premiums.queries import holidays_with_premium
from services.billing.rates import store
from services.billing.rates.model import (
    NAMES,
    NoSuchRate,
    Rate,
    Reach,
    Scope,
    Unbilled,
    ValuedWork,
    check_gap,
    check_overlap,
    digits_of,
    ended,
    sold_rate_id,
)
from services.billing.rates.store import overtime
from services.billing.rates.store.valuing import value, worth
from shared.contracts.billing import RateCardChanged, ValuedEntry, WorkValued
from shared.contracts.resourcing import PersonChanged
from shared.money import Money
from shared.period import Period
from shared.work import Work

ENTRIES_PER_EVENT = 500


async def agree_rate(work: Work, rate: Rate, *, gap_is_meant: bool = False) -> Rate:
    """Let `rate` count, and value with it what waited for one. Raises RateOverlaps, RateLeavesGap."""
    work.actor.must(Permission.AGREE_RATES)
    await store.lock_book(work)
    others = await store.beside(work, rate)
    check_overlap(rate, others)
    if not gap_is_meant:
        check_gap(rate, others)
    await store.add(work, rate, digits=digits_of(rate.hourly_rate.currency))
    work.publish(_changed(rate))
    announce_valued(work, await _value(work))
    return rate


async def end_rate(work: Work, rate_id: UUID, *, ends_before: date, gap_is_meant: bool = False) -> Rate:
    """Let a rate end earlier; what was valued with it stays as it is.

    Raises NoSuchRate, RateEndsTooEarly, RateLeavesGap.
    """
    work.actor.must(Permission.AGREE_RATES)
    await store.lock_book(work)
    rate = await store.get(work, rate_id)
    if rate is None:
        raise NoSuchRate()
    ended_rate = Rate(rate.id, rate.reach, rate.hourly_rate, ended(rate, ends_before))
    if not gap_is_meant:
        check_gap(ended_rate, await store.beside(work, rate), is_new=False)
    await store.end(work, rate_id, ended_rate.period)
    work.publish(_changed(ended_rate))
    return ended_rate


async def remember_standing(work: Work, person: PersonChanged, *, sequence: int) -> None:
    """Know the practice and the grade of a person; what was valued before stays as it is."""
    await store.remember_standing(
        work, person.person_id, practice=person.practice, grade=person.grade, sequence=sequence
    )


async def agree_sold_rate(
    work: Work, *, contract_line_id: UUID, staffing_role: str, hourly_rate: Money, starts_on: date
) -> None:
    """Let the rate count that a contract line was sold at, from the sale on."""
    reach = Reach(Scope.CONTRACT_LINE, contract_line_id=contract_line_id, staffing_role=staffing_role)
    rate = Rate(sold_rate_id(contract_line_id), reach, hourly_rate, Period(starts_on))
    await store.put_sold(work, rate, digits=digits_of(hourly_rate.currency))


async def hold_rates(work: Work) -> None:
    """Let no rate change until this work ends; called before any contract is locked."""
    await store.share_book(work)


async def value_new_work(work: Work, *, contract_id: UUID, entry_ids: Sequence[UUID]) -> list[ValuedWork]:
    """Value entries that are new and the corrections that waited for them; `hold_rates` comes first."""
    return await _value(work, contract_id=contract_id, entry_ids=entry_ids)


async def value_waiting_work(work: Work, *, contract_id: UUID) -> None:
    """Value what waits on a contract, and say what it is worth; `hold_rates` comes first."""
    announce_valued(work, await _value(work, contract_id=contract_id))


def announce_valued(work: Work, valued: Iterable[ValuedWork]) -> None:
    """Tell what entries are worth, project by project."""
    ordered = sorted(valued, key=lambda each: (each.project_id, each.contract_id, each.entry_id))
    for _, of_project in groupby(ordered, key=lambda each: (each.project_id, each.contract_id)):
        entries = list(of_project)
        for start in range(0, len(entries), ENTRIES_PER_EVENT):
            work.publish(_work_valued(entries[start : start + ENTRIES_PER_EVENT]))


async def announce_worth(work: Work, item_ids: Sequence[UUID]) -> None:
    """Tell what the entries behind items are worth by now."""
    announce_valued(work, await worth(work, item_ids))


async def follow_overtime(work: Work, chosen: Unbilled, *, contract_ids: Sequence[UUID]) -> None:
    """Let overtime on locked contracts come to what is agreed by now, and tell it."""
    if await overtime.is_agreed(work):
        await announce_worth(work, await overtime.follow_chosen(work, chosen, contract_ids))


async def _value(
    work: Work, *, contract_id: UUID | None = None, entry_ids: Sequence[UUID] | None = None
) -> list[ValuedWork]:
    """Value what waits, and let overtime follow; what has another worth by that."""
    holidays = await holidays_with_premium(work)
    valued = await value(work, holidays, contract_id=contract_id, entry_ids=entry_ids)
    touched = [each.entry_id for each in valued] if entry_ids is None else entry_ids
    if touched and await overtime.is_agreed(work):
        valued += await worth(work, await overtime.follow_entries(work, touched))
    return list({each.entry_id: each for each in valued}.values())


def _changed(rate: Rate) -> RateCardChanged:
    return RateCardChanged(
        rate_id=rate.id,
        scope=rate.reach.scope.value,
        **{name: getattr(rate.reach, name) for name in NAMES},
        currency=rate.hourly_rate.currency,
        hourly_rate=rate.hourly_rate.amount,
        starts_on=rate.period.starts_on,
        ends_before=rate.period.ends_before,
    )


def _work_valued(valued: Sequence[ValuedWork]) -> WorkValued:
    first = valued[0]
    return WorkValued(
        thread_id=first.thread_id,
        project_id=first.project_id,
        contract_id=first.contract_id,
        currency=first.currency,
        entries=[
            ValuedEntry(
                entry_id=each.entry_id,
                billing_line_id=each.contract_line_id,
                minutes=each.minutes,
                value=each.value,
                rate=each.rate,
                rule=each.rule,
            )
            for each in valued
        ],
    )

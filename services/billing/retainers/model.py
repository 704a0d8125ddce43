"""The months of a retainer: what each pays for, what was used, what rolls over, what expires, what is beyond.

Months are counted from the day the contract starts, as many as were sold; where none are told, as many as begin before
the contract ends. A month that has begun costs its whole fee and grants all of its minutes, also where the end of the
contract cuts it short: a retainer pays for being there, and what was sold is fees times months. Minutes are used oldest
first; what is left of a month stays good for `rollover_months` more, then it expires. Time beyond it is overage.

An amendment changes the months that begin on its day or later, or the last one where none does: what it adds to the
amount, or takes away, is spread over them. Where it moves the end alone, each month goes on as before, if a fee or
minutes are agreed for each month; an amount agreed for all of them is spread anew. A retainer that was sold for fewer
months than the contract has keeps to them: a later end adds none, an earlier one takes away those that begin after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar
from uuid import UUID

from services.billing.contracts.model import Amendment, Contract, ContractLine, Method, in_force_order
from shared.money import Money
from shared.period import Period, months_later

RETAINER_RULE = "retainer"
OVERAGE_RULE = "overage"
MINUTES_PER_HOUR = 60
Amount = TypeVar("Amount", int, Decimal)


@dataclass(frozen=True)
class RetainerLine:
    """What is agreed on a retainer: its months, the fee of each and the minutes it pays for (None: all of them)."""

    id: UUID
    description: str
    months: Sequence[Period]
    fees: Sequence[Decimal]
    minutes: Sequence[int] | None
    rollover_months: int
    overage_rate: Decimal | None
    currency: str


@dataclass(frozen=True)
class Change:
    """What an amendment makes of a retainer from a day on."""

    effective_on: date
    new_ends_before: date | None
    amount_delta: Decimal = Decimal()
    minutes_delta: int = 0

    def before(self, last: date | None) -> Change:
        """The same for a retainer that ends on `last`, whatever becomes of its contract."""
        if last is None or self.new_ends_before is None:
            return self
        return replace(self, new_ends_before=min(self.new_ends_before, last))


@dataclass(frozen=True)
class RetainerMonth:
    """What became of the minutes of one month."""

    period: Period
    fee: Decimal
    granted: int
    carried_in: int
    worked: int
    used: int
    overage: int
    expired: int
    carried_out: int

    @property
    def starts_on(self) -> date:
        """The first day of the month."""
        return self.period.starts_on

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return list(self.period.days())[-1]


def retainer_lines(contract: Contract, amendments: Iterable[Amendment]) -> list[RetainerLine]:
    """The retainers of a contract, for as long as it lasts by now; one that ended before it began has no months."""
    days = Period(contract.starts_on, contract.ends_before)
    return [
        _agreed(
            line,
            *sold_for(line.months, days, (_change(amendment, line) for amendment in in_force_order(amendments))),
            contract.currency,
        )
        for line in contract.lines
        if line.method is Method.RETAINER
    ]


def months_of(days: Period) -> Iterator[Period]:
    """The months of a contract, from its first day on; the last one may be cut short. It needs an end."""
    if days.ends_before is None:
        raise ValueError("a retainer without end has no last month")
    starts, number = days.starts_on, 0
    while starts < days.ends_before:
        number += 1
        ends = months_later(days.starts_on, number)
        yield Period(starts, min(ends, days.ends_before))
        starts = ends


def sold_for(months: int | None, days: Period, changes: Iterable[Change]) -> tuple[Period, list[Change]]:
    """The days of a retainer that was sold for some months of a contract of `days`, and what changes of them."""
    own = None if months is None else months_later(days.starts_on, months)
    if own is None or days.ends_before is None or own >= days.ends_before:
        return days, list(changes)
    return Period(days.starts_on, own), [change.before(own) for change in changes]


def fees_in_all(monthly_fee: Decimal, days: Period, changes: Iterable[Change], currency: str) -> Decimal:
    """What the months of a retainer sold for `days` come to by now, one fee each, as they are billed."""
    changes = list(changes)
    fees = _fees([monthly_fee] * len(list(months_of(days))), days, changes, currency, is_monthly=True)
    return sum(fees[: len(_months_by_now(days, changes))], Decimal())


def amended_days(days: Period, new_ends: Iterable[date | None]) -> Period:
    """The days of a contract by now. One that was ended before it began keeps its first: it may be taken up again."""
    ends = [day for day in new_ends if day is not None]
    return Period(days.starts_on, max(ends[-1], days.starts_on + timedelta(days=1)) if ends else days.ends_before)


def by_month(months: Sequence[Period], worked: Mapping[date, int]) -> list[int]:
    """The minutes worked in each month; what lies before the first or behind the last counts in that one."""
    sums = [0] * len(months)
    for day, minutes in worked.items() if months else ():
        place = sum(month.starts_on <= day for month in months) - 1
        sums[max(place, 0)] += minutes
    return sums


def balances(worked: Iterable[int], line: RetainerLine) -> list[RetainerMonth]:
    """What became of the minutes of each month.

    Where more was taken back than worked, nothing was worked; where an amendment takes back more than a month has, it
    has none.
    """
    buckets: list[tuple[int, int]] = []  # the last month in which they are good, and how many are left
    found = []
    for number, (period, recorded) in enumerate(zip(line.months, worked, strict=True)):
        minutes = max(recorded, 0)
        granted = minutes if line.minutes is None else max(line.minutes[number], 0)
        carried_in = sum(left for _, left in buckets)
        used, buckets = _use(minutes, [*buckets, (number + line.rollover_months, granted)])
        expired = sum(left for last, left in buckets if last <= number)
        buckets = [(last, left) for last, left in buckets if last > number]
        carried_out = sum(left for _, left in buckets)
        found.append(
            RetainerMonth(
                period, line.fees[number], granted, carried_in, minutes, used, minutes - used, expired, carried_out
            )
        )
    return found


def overage_value(month: RetainerMonth, line: RetainerLine) -> Decimal:
    """What the time beyond a month's minutes is billed at, rounded half up month by month."""
    if line.overage_rate is None:
        return Decimal()
    return Money(line.overage_rate * month.overage / MINUTES_PER_HOUR, line.currency).rounded().amount


def _agreed(line: ContractLine, days: Period, changes: Sequence[Change], currency: str) -> RetainerLine:
    count = len(list(months_of(days)))
    fees = [line.monthly_fee or Decimal()] * count
    if line.monthly_fee is None:
        fees = _parts(line.amount, count, currency)
    minutes = line.monthly_minutes
    if minutes is None and line.added_by is not None and any(change.minutes_delta for change in changes):
        minutes = 0
    months = _months_by_now(days, changes)
    return RetainerLine(
        id=line.id,
        description=line.description,
        months=months,
        fees=_fees(fees, days, changes, currency, is_monthly=line.monthly_fee is not None)[: len(months)],
        minutes=None if minutes is None else _minutes([minutes] * count, days, changes),
        rollover_months=line.rollover_months or 0,
        overage_rate=line.overage_rate,
        currency=currency,
    )


def _change(amendment: Amendment, line: ContractLine) -> Change:
    of_line = [change for change in amendment.changes if change.line_id == line.id]
    return Change(
        amendment.effective_on,
        amendment.new_ends_before,
        sum((change.amount_delta for change in of_line), Decimal()),
        sum(change.minutes_delta or 0 for change in of_line),
    )


def _months_by_now(days: Period, changes: Iterable[Change]) -> list[Period]:
    ends = [change.new_ends_before for change in changes if change.new_ends_before is not None]
    return [] if ends and ends[-1] <= days.starts_on else list(months_of(amended_days(days, ends)))


def _fees(
    fees: list[Decimal], days: Period, changes: Iterable[Change], currency: str, *, is_monthly: bool
) -> list[Decimal]:
    spread = partial(_parts, currency=currency)
    for change in changes:
        before, days = len(fees), amended_days(days, [change.new_ends_before])
        if change.amount_delta or (not is_monthly and len(list(months_of(days))) != before):
            fees = _spread(fees, days, change.effective_on, change.amount_delta, spread)
        else:
            fees = _going_on(fees, days)
    return fees


def _minutes(minutes: list[int], days: Period, changes: Iterable[Change]) -> list[int]:
    for change in changes:
        days = amended_days(days, [change.new_ends_before])
        if change.minutes_delta:
            minutes = _spread(minutes, days, change.effective_on, change.minutes_delta, _whole_parts)
        else:
            minutes = _going_on(minutes, days)
    return minutes


def _spread(
    before: list[Amount], days: Period, on: date, delta: Amount, parts: Callable[[Amount, int], list[Amount]]
) -> list[Amount]:
    """What the months that began before `on` had, and behind them everything else, `delta` with it, month by month."""
    months = list(months_of(days))
    kept = before[: min(sum(month.starts_on < on for month in months), len(months) - 1)]
    return kept + parts(sum(before[len(kept) :], delta), len(months) - len(kept))


def _going_on(before: list[Amount], days: Period) -> list[Amount]:
    """What each month had; those that are new have what the last one had."""
    count = len(list(months_of(days)))
    return (before + before[-1:] * count)[:count]


def _parts(amount: Decimal, count: int, currency: str) -> list[Decimal]:
    return [part.amount for part in Money(amount, currency).allocate([1] * count)]


def _whole_parts(minutes: int, count: int) -> list[int]:
    return [minutes * (number + 1) // count - minutes * number // count for number in range(count)]


def _use(minutes: int, buckets: Sequence[tuple[int, int]]) -> tuple[int, list[tuple[int, int]]]:
    used, left_over = 0, []
    for last, left in buckets:
        taken = min(left, minutes - used)
        used += taken
        left_over.append((last, left - taken))
    return used, left_over

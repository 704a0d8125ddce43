"""The months of a retainer: what each pays for, what was used, what rolls over, what expires, what is beyond.

Months are counted from the day the contract starts. Minutes are used oldest first; what is left of a month stays good
for `rollover_months` more, then it expires. Time beyond what is there is overage.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.model import Amendment, Contract, ContractLine, Method, ends_before_on
from shared.money import Money
from shared.period import Period

RETAINER_RULE = "retainer"
OVERAGE_RULE = "overage"
MINUTES_PER_HOUR = 60


@dataclass(frozen=True)
class RetainerLine:
    """What is agreed on a retainer: its days, the fee of each month and the minutes it pays for (None: all of them)."""

    id: UUID
    description: str
    days: Period
    fees: Sequence[Decimal]
    minutes: int | None
    rollover_months: int
    overage_rate: Decimal | None
    currency: str


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
    """The retainers of a contract, for as long as it lasts by now."""
    ends = ends_before_on(contract, amendments)
    if ends <= contract.starts_on:
        return []
    days = Period(contract.starts_on, ends)
    count = len(list(months_of(days)))
    return [
        RetainerLine(
            id=line.id,
            description=line.description,
            days=days,
            fees=_fees(line, count, contract.currency),
            minutes=line.monthly_minutes,
            rollover_months=line.rollover_months or 0,
            overage_rate=line.overage_rate,
            currency=contract.currency,
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
        ends = _months_later(days.starts_on, number)
        yield Period(starts, min(ends, days.ends_before))
        starts = ends


def fees_in_all(monthly_fee: Decimal, days: Period) -> Decimal:
    """What the months of `days` come to, one fee each, as they are billed."""
    return monthly_fee * len(list(months_of(days)))


def by_month(months: Sequence[Period], worked: Mapping[date, int]) -> list[int]:
    """The minutes worked in each month; what lies before the first or behind the last counts in that one."""
    sums = [0] * len(months)
    for day, minutes in worked.items():
        place = sum(month.starts_on <= day for month in months) - 1
        sums[max(place, 0)] += minutes
    return sums


def balances(months: Sequence[Period], worked: Iterable[int], line: RetainerLine) -> list[RetainerMonth]:
    """What became of the minutes of each month; where more was taken back than worked, nothing was worked."""
    buckets: list[tuple[int, int]] = []  # the last month in which they are good, and how many are left
    found = []
    for number, (period, recorded) in enumerate(zip(months, worked, strict=True)):
        minutes = max(recorded, 0)
        granted = minutes if line.minutes is None else line.minutes
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


def _fees(line: ContractLine, count: int, currency: str) -> list[Decimal]:
    if line.monthly_fee is not None:
        return [line.monthly_fee] * count
    return [part.amount for part in Money(line.amount, currency).allocate([1] * count)]


def _use(minutes: int, buckets: Sequence[tuple[int, int]]) -> tuple[int, list[tuple[int, int]]]:
    used, left_over = 0, []
    for last, left in buckets:
        taken = min(left, minutes - used)
        used += taken
        left_over.append((last, left - taken))
    return used, left_over


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))

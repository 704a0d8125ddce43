"""Premiums: what comes on top of a rate for work on some days, in per cent of it.

For each kind of day, what is agreed for the contract counts before what is agreed with the customer, and that before
what counts everywhere; nought says that nothing comes on top. Of all that fits a day the highest counts: premiums are
not added up.

Overtime is what a person works on a contract beyond so many minutes a day or a week, Monday to Sunday, in the order of
the days and of the ids of the entries, whatever was heard of first. Several steps may be agreed (25 % beyond 8 hours,
50 % beyond 10): each minute has the highest that it is beyond. docs/decisions/0055-overtime-is-an-item-of-its-own.md
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound
from shared.period import Period, week_of
from shared.reasons import Reason, because

SATURDAY, SUNDAY = 6, 7  # ISO 8601
MINUTES_A_DAY = 24 * 60


class NoSuchPremium(NotFound):
    """There is no such premium."""


class PremiumOverlaps(Conflict):
    """Another premium counts on some of these days for the same kind of day and the same customer or contract.

    End that premium first, or choose other days.
    """


class PremiumForBoth(Invalid):
    """A premium is for a contract, for a customer, or for everybody.

    Give contract_id or customer_id, or neither.
    """


class HolidaysOfWhere(Invalid):
    """Public holidays are those of a country; other days have none.

    Give `country` as ISO 3166 alpha-2 and `region` as its ISO 3166-2 subdivision, for example DE and BY, for a premium
    on public holidays and for no other.
    """


class OvertimeBeyondWhat(Invalid):
    """Overtime is what is beyond so many minutes a day or a week, fewer than it has; other premiums say neither.

    Give `counted_by` as day or week and `beyond_minutes`, for example day and 480, for a premium on overtime and for no
    other.
    """


class PremiumEndsTooEarly(Invalid):
    """A premium ends after it starts, and an end that was agreed is not moved to a later day.

    Choose a day after it starts and not after its present end.
    """


class PremiumKind(StrEnum):
    """The days on which something comes on top, or the time beyond what is usual."""

    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    OVERTIME = "overtime"

    @property
    def words(self) -> Reason:
        """What for, as an invoice's reader understands it."""
        return WORDS[self]


WORDS = {
    PremiumKind.SATURDAY: because("work on a Saturday"),
    PremiumKind.SUNDAY: because("work on a Sunday"),
    PremiumKind.HOLIDAY: because("work on a public holiday"),
    PremiumKind.OVERTIME: because("overtime"),
}
OVERTIME = {
    "day": because("Overtime beyond %(beyond)s a day, %(percent)s %% on top"),
    "week": because("Overtime beyond %(beyond)s a week, %(percent)s %% on top"),
}


class CountedBy(StrEnum):
    """The days whose minutes are counted together."""

    DAY = "day"
    WEEK = "week"

    @property
    def minutes(self) -> int:
        """How many there are in all."""
        return MINUTES_A_DAY if self is CountedBy.DAY else 7 * MINUTES_A_DAY

    def words(self, beyond_minutes: int, percent: Decimal) -> Reason:
        """What is billed with so many per cent on top."""
        return because(OVERTIME[self].text, beyond=timedelta(minutes=beyond_minutes), percent=percent)


@dataclass(frozen=True)
class Premium:
    """So many per cent of the rate, from `period.starts_on` up to, not including, `period.ends_before`."""

    id: UUID
    kind: PremiumKind
    percent: Decimal
    period: Period
    contract_id: UUID | None = None
    customer_id: UUID | None = None
    country: str | None = None
    region: str | None = None
    counted_by: CountedBy | None = None
    beyond_minutes: int | None = None

    def check(self) -> None:
        """Refuse what is for two at once, or whose days or minutes are not clear."""
        if self.contract_id and self.customer_id:
            raise PremiumForBoth(field="/customer_id")
        is_of_holidays = self.kind is PremiumKind.HOLIDAY
        if is_of_holidays != (self.country is not None) or (self.region is not None and self.country is None):
            raise HolidaysOfWhere(field="/country")
        is_of_overtime = self.kind is PremiumKind.OVERTIME
        if is_of_overtime != (self.counted_by is not None) or is_of_overtime != (self.beyond_minutes is not None):
            raise OvertimeBeyondWhat(field="/beyond_minutes")
        if self.counted_by and self.beyond_minutes is not None and self.beyond_minutes >= self.counted_by.minutes:
            raise OvertimeBeyondWhat(field="/beyond_minutes")

    @property
    def reach(self) -> tuple[PremiumKind, UUID | None, UUID | None, CountedBy | None, int | None]:
        """What it is for; of premiums that are for the same, one counts on a day."""
        return self.kind, self.contract_id, self.customer_id, self.counted_by, self.beyond_minutes

    def fits(self, day: date, holidays: Iterable[date]) -> bool:
        """Whether `day` is one of its days; `holidays` are those of its country and region."""
        if self.kind is PremiumKind.OVERTIME:
            return False  # not all of a day's work is overtime
        if self.kind is PremiumKind.HOLIDAY:
            return day in holidays
        return day.isoweekday() == (SATURDAY if self.kind is PremiumKind.SATURDAY else SUNDAY)

    def ended(self, ends_before: date) -> Premium:
        """The premium when it ends at `ends_before`. Raises PremiumEndsTooEarly."""
        period = self.period
        if ends_before <= period.starts_on or (period.ends_before is not None and ends_before > period.ends_before):
            raise PremiumEndsTooEarly(field="/ends_before")
        return Premium(**{**self.__dict__, "period": Period(period.starts_on, ends_before)})


def choose(
    premiums: Iterable[Premium], day: date, *, contract_id: UUID, customer_id: UUID, holidays: Mapping[UUID, set[date]]
) -> Premium | None:
    """The premium that counts for work on `day`; `holidays` are the public holidays of each premium on them."""
    counting: dict[PremiumKind, Premium] = {}
    for one in premiums:
        is_for_it = one.contract_id in (None, contract_id) and one.customer_id in (None, customer_id)
        if is_for_it and day in one.period:
            known = counting.get(one.kind)
            if known is None or _rank(one) < _rank(known):
                counting[one.kind] = one
    fitting = [one for one in counting.values() if one.fits(day, holidays.get(one.id, set()))]
    return max(fitting, key=lambda one: (one.percent, one.kind), default=None)


@dataclass(frozen=True)
class Time:
    """What one entry of a person on a contract comes to by now, with what corrects it; `billed` in whole increments."""

    entry_id: UUID
    day: date
    minutes: int
    billed: int


def overtime(
    worked: Iterable[Time], premiums: Iterable[Premium], *, contract_id: UUID, customer_id: UUID, increment: int = 1
) -> dict[tuple[UUID, UUID], int]:
    """How many minutes of each entry are billed with each premium, by the ids of both.

    What is beyond is counted in recorded minutes, then rounded up to whole increments, to no more than is billed.
    """
    agreed = [one for one in premiums if one.kind is PremiumKind.OVERTIME]
    agreed = [
        one for one in agreed if one.contract_id in (None, contract_id) and one.customer_id in (None, customer_id)
    ]
    so_far: dict[date, int] = defaultdict(int)
    found = {}
    for time in sorted(worked, key=lambda one: (one.day, one.entry_id)):
        monday = week_of(time.day).starts_on
        in_week = sum(minutes for day, minutes in so_far.items() if week_of(day).starts_on == monday) + time.minutes
        so_far[time.day] += time.minutes
        counted = {CountedBy.DAY: so_far[time.day], CountedBy.WEEK: in_week}
        has_higher = 0
        for premium in _highest_first(agreed, time.day):
            beyond = counted[premium.counted_by or CountedBy.DAY] - (premium.beyond_minutes or 0)
            beyond = -(-min(max(beyond, 0), max(time.minutes, 0)) // increment) * increment
            beyond = min(beyond, max(time.billed, 0))
            if beyond > has_higher:
                found[time.entry_id, premium.id] = beyond - has_higher
            has_higher = max(beyond, has_higher)
    return found


def check_overlap(premium: Premium, others: Iterable[Premium]) -> None:
    """Refuse a premium when another one counts for the same on one of its days."""
    for other in others:
        if other.reach == premium.reach and other.id != premium.id and other.period.overlaps(premium.period):
            raise PremiumOverlaps(
                because("%(percent)s %% counts %(period)s already.", percent=other.percent, period=other.period),
                field="/starts_on",
            )


def _highest_first(premiums: Iterable[Premium], day: date) -> Sequence[Premium]:
    """Of what counts on a day all that is agreed closest to the contract."""
    counting = [one for one in premiums if day in one.period]
    first = min((_rank(one) for one in counting), default=None)
    return sorted((one for one in counting if _rank(one) == first), key=lambda one: (-one.percent, one.id))


def _rank(premium: Premium) -> int:
    """The place in the order in which agreements count."""
    return 0 if premium.contract_id else 1 if premium.customer_id else 2

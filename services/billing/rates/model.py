"""Rates: what an hour is worth from one day up to another, and which of several counts.

The cascade, from the most specific to the most general. The first scope that has a rate in the contract's currency
on the day worked decides, and no other is looked at:

1. this person on this contract
2. this staffing role on this contract line (first of all the rate that was sold)
3. this person for this account
4. this staffing role for this account
5. this person, for every customer
6. this staffing role at this person's grade
7. this staffing role in this person's practice
8. this staffing role, for every customer
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from shared.errors import Conflict, Invalid, NotFound
from shared.money import Money, plain
from shared.period import Period
from shared.reasons import Reason, because

SOLD_RATES = UUID("8a4b1d57-9f5d-5d2c-8d3f-1b3b0f6b7a42")
MINUTES_PER_HOUR = 60
OVERTIME_RULE = "overtime"


class NoSuchRate(NotFound):
    """There is no such rate."""


class RateOverlaps(Conflict):
    """Another rate counts on some of these days for the same scope.

    End that rate first, or choose other days.
    """


class RateHasNoScope(Invalid):
    """What this rate is for is not clear.

    contract_person needs contract_id and person_id; contract_line needs contract_line_id and staffing_role;
    account_person needs account_id and person_id; account needs account_id and staffing_role; person needs person_id;
    grade, practice and firm need staffing_role, the first two with what they are named after; nothing else is taken.
    """


class RateLeavesGap(Conflict):
    """Between this rate and another one for the same scope, days are left without any.

    Choose days that meet, or say with gap_is_meant that nothing is agreed in between.
    """


class RateEndsTooEarly(Invalid):
    """A rate ends after it starts, and an end that was agreed is not moved to a later day.

    Choose a day after it starts and not after its present end.
    """


class Scope(StrEnum):
    """How far a rate reaches; the cascade goes in this order."""

    CONTRACT_PERSON = "contract_person"
    CONTRACT_LINE = "contract_line"
    ACCOUNT_PERSON = "account_person"
    ACCOUNT = "account"
    PERSON = "person"
    GRADE = "grade"
    PRACTICE = "practice"
    FIRM = "firm"

    @property
    def words(self) -> Reason:
        """Why this rate, as an invoice's reader understands it."""
        return WORDS[self]


WORDS = {
    Scope.CONTRACT_PERSON: because("agreed for this person on this contract"),
    Scope.CONTRACT_LINE: because("agreed for this role on this contract line"),
    Scope.ACCOUNT_PERSON: because("agreed for this person with this customer"),
    Scope.ACCOUNT: because("agreed for this role with this customer"),
    Scope.PERSON: because("our rate for this person"),
    Scope.GRADE: because("our rate for this role at this grade"),
    Scope.PRACTICE: because("our rate for this role in this practice"),
    Scope.FIRM: because("our standard rate for this role"),
}
CASCADE = tuple(Scope)


NAMES = ("contract_id", "contract_line_id", "person_id", "account_id", "practice", "grade", "staffing_role")
FREE = frozenset({"practice", "grade"})  # texts that may have any sign in them
NEEDED = {
    Scope.CONTRACT_PERSON: frozenset({"contract_id", "person_id"}),
    Scope.CONTRACT_LINE: frozenset({"contract_line_id", "staffing_role"}),
    Scope.ACCOUNT_PERSON: frozenset({"account_id", "person_id"}),
    Scope.ACCOUNT: frozenset({"account_id", "staffing_role"}),
    Scope.PERSON: frozenset({"person_id"}),
    Scope.GRADE: frozenset({"grade", "staffing_role"}),
    Scope.PRACTICE: frozenset({"practice", "staffing_role"}),
    Scope.FIRM: frozenset({"staffing_role"}),
}


@dataclass(frozen=True)
class Reach:
    """What a rate is for: the scope and the records that it names."""

    scope: Scope
    contract_id: UUID | None = None
    contract_line_id: UUID | None = None
    person_id: UUID | None = None
    account_id: UUID | None = None
    practice: str | None = None
    grade: str | None = None
    staffing_role: str | None = None

    def __post_init__(self) -> None:
        named = frozenset(name for name in NAMES if getattr(self, name) is not None)
        if named != NEEDED[self.scope]:
            raise RateHasNoScope(field="/scope")

    @property
    def key(self) -> str:
        """The reach as one text, by which rates are looked up: the scope and the ids that it names."""
        named = [(name, str(getattr(self, name))) for name in NAMES if name in NEEDED[self.scope]]
        return "/".join([self.scope.value, *(f"{len(text)}:{text}" if name in FREE else text for name, text in named)])


@dataclass(frozen=True)
class Rate:
    """An hourly rate that counts from `period.starts_on` up to, not including, `period.ends_before`."""

    id: UUID
    reach: Reach
    hourly_rate: Money
    period: Period


@dataclass(frozen=True)
class Worked:
    """Time as far as its rate depends on it."""

    day: date
    minutes: int
    staffing_role: str
    person_id: UUID
    contract_line_id: UUID
    contract_id: UUID
    account_id: UUID
    currency: str
    practice: str | None = None
    grade: str | None = None


@dataclass(frozen=True)
class ValuedWork:
    """One time entry and what it is worth: no value yet means unrated, nought means not billed by the hour."""

    entry_id: UUID
    project_id: UUID
    contract_id: UUID
    contract_line_id: UUID | None
    thread_id: UUID
    currency: str
    minutes: int
    value: Decimal | None = None
    rate: Decimal | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Unbilled:
    """Unbilled work of some days that is looked at again: of a contract, of a customer, or all of it."""

    contract_id: UUID | None = None
    customer_id: UUID | None = None
    from_on: date | None = None
    up_to: date | None = None


@dataclass(frozen=True)
class ReRated:
    """An item by the rate that it has and by the one that would count now, and what it is worth more, or less."""

    item_id: UUID
    contract_id: UUID
    currency: str
    minutes: int
    amount: Decimal
    from_rate_id: UUID
    from_rate: Decimal
    from_rule: str
    from_premium: str | None
    from_premium_percent: Decimal | None
    to_rate_id: UUID
    to_rate: Decimal
    to_rule: str
    to_premium: str | None
    to_premium_percent: Decimal | None

    @property
    def is_overtime(self) -> bool:
        """Whether it comes on top of an entry, so that it follows what the entry has."""
        return self.to_rule == OVERTIME_RULE


def choose(rates: Iterable[Rate], worked: Worked) -> Rate | None:
    """The rate that counts for `worked`, by the cascade above; none leaves the time unrated."""
    fitting = [rate for rate in rates if _fits(rate, worked)]
    return min(fitting, key=lambda rate: CASCADE.index(rate.reach.scope), default=None)


def value_of(hourly_rate: Money, minutes: int) -> Money:
    """What `minutes` are worth: hours times rate, rounded half up to the cent, entry by entry.

    Rounding each entry lets every line of an invoice add up from its entries.
    """
    return Money(hourly_rate.amount * minutes / MINUTES_PER_HOUR, hourly_rate.currency).rounded()


def with_premium(hourly_rate: Money, percent: Decimal | None) -> Money:
    """The rate with what comes on top of it, rounded half up to the cent, as it stands on the invoice."""
    return (hourly_rate * (1 + percent / 100)).rounded() if percent else hourly_rate


def on_top(base: Money, day_percent: Decimal | None, overtime_percent: Decimal) -> Money:
    """What an hour of overtime is billed at beyond its rate, in which the premium of its day is already."""
    of_day, of_overtime = with_premium(base, day_percent), with_premium(base, overtime_percent)
    return max(of_overtime - of_day, Money(Decimal(0), base.currency), key=lambda one: one.amount)


def digits_of(currency: str) -> int:
    """How many places behind the point an amount in `currency` has."""
    exponent = Money(Decimal(1), currency).rounded().amount.as_tuple().exponent
    return -int(exponent)


def check_overlap(rate: Rate, others: Iterable[Rate]) -> None:
    """Refuse `rate` when another one counts for the same reach on one of its days."""
    for other in others:
        if other.reach == rate.reach and other.period.overlaps(rate.period):
            rate_there = f"{plain(other.hourly_rate.amount)} {other.hourly_rate.currency}"
            raise RateOverlaps(
                because(
                    "A rate of %(rate_there)s counts %(period)s already.", rate_there=rate_there, period=other.period
                ),
                field="/starts_on",
            )


def check_gap(rate: Rate, others: Iterable[Rate], *, is_new: bool = True) -> None:
    """Refuse `rate` when days are left without one until the next begins, or, for a new one, since another ended."""
    periods = [other.period for other in others if other.reach == rate.reach and other.id != rate.id]
    ends = [one.ends_before for one in periods if one.ends_before and one.ends_before <= rate.period.starts_on]
    if is_new and ends and max(ends) < rate.period.starts_on:
        raise RateLeavesGap(because("The rate before ends on %(ends)s.", ends=max(ends)), field="/starts_on")
    until = rate.period.ends_before
    starts = [one.starts_on for one in periods if until and one.starts_on >= until]
    if until and starts and until < min(starts):
        raise RateLeavesGap(because("The next rate starts on %(starts)s.", starts=min(starts)), field="/ends_before")


def in_increments(minutes: int, increment: int | None) -> int:
    """What is billed for `minutes`: every entry begun is rounded up to whole increments, time taken back as well."""
    if not increment:
        return minutes
    whole = -(-abs(minutes) // increment) * increment
    return whole if minutes >= 0 else -whole


def ended(rate: Rate, ends_before: date) -> Period:
    """The days of `rate` when it ends at `ends_before`."""
    present = rate.period
    if ends_before <= present.starts_on or (present.ends_before is not None and ends_before > present.ends_before):
        raise RateEndsTooEarly(field="/ends_before")
    return Period(present.starts_on, ends_before)


def sold_rate_id(contract_line_id: UUID) -> UUID:
    """The rate that a sold line brings with it."""
    return uuid5(SOLD_RATES, str(contract_line_id))


def _fits(rate: Rate, worked: Worked) -> bool:
    named = {name: getattr(rate.reach, name) for name in NEEDED[rate.reach.scope]}
    return (
        worked.day in rate.period
        and rate.hourly_rate.currency == worked.currency
        and all(getattr(worked, name) == wanted for name, wanted in named.items())
    )

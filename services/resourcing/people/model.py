"""People, their skills and their dated cost."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from shared.errors import Conflict, Invalid, NotFound
from shared.period import Period
from shared.reasons import because


class NoSuchPerson(NotFound):
    """There is no such person, or you may not see them.

    Look the person up under /api/v1/people.
    """


class NameMissing(Invalid):
    """A person needs a name."""


class EmploymentEndsTooEarly(Invalid):
    """Employment ends before it begins.

    Let it end after the day on which it begins, or leave the end out while the person works here.
    """


class UnknownStaffingRole(Invalid):
    """There is no such staffing role.

    Use one of /api/v1/staffing-roles, or add the role there first.
    """


class StaffingRoleExists(Conflict):
    """There is a staffing role of this name already."""


class LogInTaken(Conflict):
    """Another person has this log-in already.

    Give each person a log-in of their own, or free it at the other person first.
    """


class OwnManager(Invalid):
    """Nobody is their own manager."""


class BadSkillLevel(Invalid):
    """A skill has a level from 1 to 3.

    1 knows it, 2 has used it, 3 leads others in it.
    """


class CostNotPositive(Invalid):
    """An hour of a person costs more than nothing."""


class CostRateEndsTooEarly(Invalid):
    """A cost rate ends before it begins.

    Let it end after the day on which it starts, or leave the end out until the rate changes.
    """


class CostRatesOverlap(Conflict):
    """This person has another cost rate on some of these days.

    Start where the other rate ends; a rate without end is closed by a later one.
    """


class OtherCostCurrency(Conflict):
    """This person's cost is kept in another currency.

    Keep all cost rates of one person in one currency.
    """


@dataclass(eq=False)
class StaffingRole:
    """A kind of work that people are booked for, such as "Consultant"; not an access role."""

    id: UUID
    name: str
    description: str = ""


@dataclass(eq=False)
class Skill:
    """What a person can do, how well (1 knows it, 2 has used it, 3 leads others), and when that was assessed."""

    id: UUID
    person_id: UUID
    skill: str
    level: int
    assessed_on: date


@dataclass(frozen=True)
class PersonDetails:
    """What is said about a person: who they are, what they do, and when they are employed."""

    name: str
    employed_from: date
    employed_until: date | None = None
    email: str = ""
    subject_id: str | None = None
    practice: str = ""
    region: str = ""
    grade: str = ""
    manager_id: UUID | None = None
    staffing_roles: tuple[str, ...] = ()
    """The main one first."""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise NameMissing(field="/name")
        if self.employed_until is not None and self.employed_until <= self.employed_from:
            raise EmploymentEndsTooEarly(field="/employed_until")


@dataclass(eq=False)
class Person:
    """Somebody who works here, employed over `[employed_from, employed_until)`."""

    id: UUID
    name: str
    employed_from: date
    employed_until: date | None = None
    email: str = ""
    subject_id: str | None = None
    practice: str = ""
    region: str = ""
    grade: str = ""
    manager_id: UUID | None = None
    staffing_roles: list[str] = field(default_factory=list)
    skills: list[Skill] = field(default_factory=list)
    version: int | None = None

    def describe(self, details: PersonDetails) -> None:
        """Let all of `details` hold from now on."""
        if details.manager_id == self.id:
            raise OwnManager(field="/manager_id")
        for one in fields(details):
            setattr(self, one.name, getattr(details, one.name))
        self.staffing_roles = list(details.staffing_roles)

    def assess(self, skill: str, *, level: int, on: date) -> None:
        """Record how well the person can do something: 1 knows it, 2 has used it, 3 leads others in it."""
        if not 1 <= level <= 3:
            raise BadSkillLevel(field="/level")
        known = next((one for one in self.skills if one.skill == skill), None)
        if known is None:
            self.skills.append(Skill(uuid5(self.id, skill), self.id, skill, level, on))
        else:
            known.level, known.assessed_on = level, on


@dataclass(eq=False)
class CostRate:
    """What an hour of a person costs over `[starts_on, ends_before)`."""

    id: UUID
    person_id: UUID
    starts_on: date
    ends_before: date | None
    hourly_cost: Decimal
    currency: str

    @property
    def period(self) -> Period:
        """The days on which this rate holds."""
        return Period(self.starts_on, self.ends_before)

    def check(self) -> None:
        """Refuse what cannot be true of a rate."""
        if self.hourly_cost <= 0:
            raise CostNotPositive(field="/hourly_cost")
        if self.ends_before is not None and self.ends_before <= self.starts_on:
            raise CostRateEndsTooEarly(field="/ends_before")


def fit_in(rate: CostRate, among: list[CostRate]) -> None:
    """Make room for `rate` among a person's rates: a former one without end is closed, any other overlap refused.

    Days without a rate may lie between two rates.
    """
    rate.check()
    for other in among:
        if other.currency != rate.currency:
            raise OtherCostCurrency(
                because(
                    "This person's cost is kept in %(currency)s, not %(currency_2)s.",
                    currency=other.currency,
                    currency_2=rate.currency,
                ),
                field="/currency",
            )
    clashing = [other for other in among if other.period.overlaps(rate.period)]
    for other in clashing:
        if other.ends_before is None and other.starts_on < rate.starts_on:
            other.ends_before = rate.starts_on
        else:
            raise CostRatesOverlap(
                because("Another cost rate holds over %(period)s.", period=other.period), field="/starts_on"
            )


def cost_on(day: date, rates: list[CostRate]) -> CostRate | None:
    """The rate that holds on `day`, if there is one."""
    return next((rate for rate in rates if day in rate.period), None)

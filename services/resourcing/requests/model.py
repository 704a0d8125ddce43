"""Who is wanted: named by projects, unnamed by deals that may be won, weighted by their probability."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from shared.errors import Invalid, NotFound
from shared.period import Period, month_of


class NoSuchRequest(NotFound):
    """There is no such request.

    It comes by announcement when delivery asks for somebody; try again in a moment.
    """


class RequestMakesNoSense(Invalid):
    """A request is for some minutes of work within a period that ends after it starts.

    Announce the request again with a period and minutes that can be worked.
    """


@dataclass(frozen=True)
class RequiredSkill:
    """What somebody must be able to do, and how well: 1 knows it, 2 has used it, 3 leads others in it."""

    skill: str
    level: int = 1


@dataclass(eq=False)
class ResourceRequest:
    """A project needs somebody in a role for `minutes` of work within `[starts_on, ends_before)`."""

    id: UUID
    project_id: UUID
    project_name: str
    account_name: str
    staffing_role: str
    required_skills: list[dict[str, str | int]]
    minutes: int
    starts_on: date
    ends_before: date
    currency: str
    hourly_cost_limit: Decimal | None
    requested_by: str
    thread_id: UUID | None
    booked_minutes: int = 0

    @property
    def skills(self) -> list[RequiredSkill]:
        """The skills asked for."""
        return [RequiredSkill(str(one["skill"]), int(one["level"])) for one in self.required_skills]

    @property
    def period(self) -> Period:
        """The days within which the work is to be done."""
        return Period(self.starts_on, self.ends_before)

    @property
    def is_covered(self) -> bool:
        """Whether hard bookings reach the minutes asked for."""
        return self.booked_minutes >= self.minutes

    def cover(self, booked_minutes: int) -> bool:
        """Take note of the minutes that are hard-booked by now; whether that covers a request that was not."""
        was_covered, self.booked_minutes = self.is_covered, booked_minutes
        return self.is_covered and not was_covered


@dataclass(frozen=True)
class ExpectedWork:
    """Work of one role that a deal will bring, in minutes."""

    staffing_role: str
    minutes: int


@dataclass(frozen=True)
class Demand:
    """Minutes of work in a role, wanted within `[starts_on, ends_before)`, as probable as `probability` (0 to 1)."""

    staffing_role: str
    minutes: int
    starts_on: date
    ends_before: date
    probability: Decimal = Decimal(1)

    @property
    def weighted_minutes(self) -> int:
        """Minutes times probability, rounded half up."""
        return int((self.minutes * self.probability).quantize(Decimal(1), ROUND_HALF_UP))

    def by_month(self) -> dict[date, int]:
        """The weighted minutes spread evenly over the weekdays of the period, by first day of the month.

        The parts add up exactly; a period without a weekday puts all into the month of its start.
        """
        days = [day for day in Period(self.starts_on, self.ends_before).days() if day.weekday() < 5]
        days = days or [self.starts_on]
        spread: dict[date, int] = {}
        given = 0
        for position, day in enumerate(days, start=1):
            upto = self.weighted_minutes * position // len(days)
            month = month_of(day).starts_on
            spread[month] = spread.get(month, 0) + upto - given
            given = upto
        return spread


@dataclass(frozen=True)
class Deal:
    """A deal as crm last announced it, open or won, with the work it will bring."""

    work: Sequence[ExpectedWork]
    probability: Decimal
    starts_on: date | None
    ends_before: date | None
    closes_on: date | None = None

    def demand(self, today: date) -> list[Demand]:
        """What the deal asks of people; without a start it begins when the deal closes, without an end at once."""
        starts_on = self.starts_on or self.closes_on or today
        after = starts_on + timedelta(days=1)
        ends_before = max(self.ends_before or after, after)
        return [Demand(one.staffing_role, one.minutes, starts_on, ends_before, self.probability) for one in self.work]


@dataclass
class MonthOfDemand:
    """What is wanted of a role in a month against what its people can give, in minutes."""

    month: date
    staffing_role: str
    pipeline_minutes: int = 0
    requested_minutes: int = 0
    supply_minutes: int = 0

    @property
    def wanted_minutes(self) -> int:
        """What deals and projects want together."""
        return self.pipeline_minutes + self.requested_minutes

    @property
    def gap_minutes(self) -> int:
        """Demand - supply; more than nothing means that people are missing."""
        return self.wanted_minutes - self.supply_minutes

    @property
    def wanted_share(self) -> Decimal | None:
        """Demand as a share of supply, 1 = all of it; None where nobody can give anything."""
        return Decimal(self.wanted_minutes) / self.supply_minutes if self.supply_minutes else None


@dataclass(frozen=True)
class DemandOfRole:
    """What is wanted of one role, month by month, without a gap between them."""

    staffing_role: str
    months: Sequence[MonthOfDemand]

    @property
    def missing_minutes(self) -> int:
        """What its people cannot give, month by month; what is left over in one helps no other."""
        return sum(max(month.gap_minutes, 0) for month in self.months)


def in_all(roles: Iterable[DemandOfRole]) -> list[MonthOfDemand]:
    """What is wanted of several roles together, month by month."""
    together: dict[date, MonthOfDemand] = {}
    for one in (month for role in roles for month in role.months):
        month = together.setdefault(one.month, MonthOfDemand(one.month, ""))
        month.pipeline_minutes += one.pipeline_minutes
        month.requested_minutes += one.requested_minutes
        month.supply_minutes += one.supply_minutes
    return list(together.values())


@dataclass
class DemandTable:
    """Demand and supply by month and role, within `period`."""

    period: Period
    cells: dict[tuple[date, str], MonthOfDemand] = field(default_factory=dict)

    def add_pipeline(self, wanted: Iterable[Demand]) -> None:
        """Count what deals ask for."""
        for demand in wanted:
            for month, minutes in demand.by_month().items():
                if month in self.period:
                    self._cell(month, demand.staffing_role).pipeline_minutes += minutes

    def add_requested(self, wanted: Iterable[Demand]) -> None:
        """Count what projects ask for."""
        for demand in wanted:
            for month, minutes in demand.by_month().items():
                if month in self.period:
                    self._cell(month, demand.staffing_role).requested_minutes += minutes

    def add_supply(self, month: date, staffing_role: str, minutes: int) -> None:
        """Count what a person can give in a month, named by its first day."""
        if minutes:
            self._cell(month, staffing_role).supply_minutes += minutes

    def months(self) -> list[Period]:
        """The months of the table."""
        return [month_of(day) for day in self.period.days() if day.day == 1]

    def rows(self) -> list[MonthOfDemand]:
        """The table by month, then role."""
        return [self.cells[key] for key in sorted(self.cells)]

    def by_role(self) -> list[DemandOfRole]:
        """The table by role, each with every month."""
        roles = sorted({role for _, role in self.cells})
        firsts = [month.starts_on for month in self.months()]
        return [DemandOfRole(role, [self._cell(first, role) for first in firsts]) for role in roles]

    def _cell(self, month: date, staffing_role: str) -> MonthOfDemand:
        return self.cells.setdefault((month, staffing_role), MonthOfDemand(month, staffing_role))

"""When people work: dated calendars, public holidays, time off, and the capacity that is left."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.period import Period

DAY_MINUTES = 24 * 60
PERIOD_DAYS_MAX = 366


class BadWeek(Invalid):
    """A week has seven days of 0 to 1440 minutes, Monday first.

    Give `minutes_by_weekday` as seven numbers, for example [480, 480, 480, 480, 480, 0, 0].
    """


class UnknownCountry(Invalid):
    """Public holidays of this country or region are not known.

    Give `country` as ISO 3166 alpha-2 and `region` as its ISO 3166-2 subdivision, for example DE and BY.
    """


class BadPeriod(Invalid):
    """A period ends after it starts and is at most 366 days long.

    Give `ends_before` as the day after the last one.
    """


class NoSuchTimeOff(NotFound):
    """There is no such time off, or you may not see it."""


class UnknownLogIn(Forbidden):
    """Your log-in belongs to nobody who works here.

    Ask a resource manager to put your log-in on your record.
    """


class NotYourTimeOff(Forbidden):
    """You can ask for time off for yourself only."""


class OwnTimeOff(Forbidden):
    """Nobody decides on their own time off.

    Ask another resource manager.
    """


class TimeOffDecided(Conflict):
    """This time off has been decided on already."""


def a_period(starts_on: date, ends_before: date) -> Period:
    """The period somebody asks about; raises BadPeriod."""
    if not 0 < (ends_before - starts_on).days <= PERIOD_DAYS_MAX:
        raise BadPeriod(field="/ends_before")
    return Period(starts_on, ends_before)


@dataclass(eq=False)
class WorkCalendar:
    """How many minutes a person works on each weekday from `starts_on` on, and whose public holidays they keep."""

    id: UUID
    person_id: UUID
    starts_on: date
    minutes_by_weekday: list[int]
    country: str
    region: str | None = None

    def check(self) -> None:
        """Refuse a week that cannot be worked."""
        minutes = self.minutes_by_weekday
        if len(minutes) != 7 or any(not 0 <= one <= DAY_MINUTES for one in minutes):
            raise BadWeek(field="/minutes_by_weekday")


class TimeOffStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"


class TimeOffKind(StrEnum):
    VACATION = "vacation"
    SICKNESS = "sickness"
    PARENTAL = "parental"
    TRAINING = "training"
    OTHER = "other"


@dataclass(eq=False)
class TimeOff:
    """Whole days over `[starts_on, ends_before)` on which a person wants to be, or is, away."""

    id: UUID
    person_id: UUID
    starts_on: date
    ends_before: date
    kind: TimeOffKind
    requested_by: str
    requested_at: datetime
    note: str = ""
    status: TimeOffStatus = TimeOffStatus.REQUESTED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""

    def approve(self, *, by: str, deciding_person: UUID | None, at: datetime) -> None:
        """Grant it; the person's capacity shrinks from now on."""
        self._decide(TimeOffStatus.APPROVED, by, deciding_person, at)

    def decline(self, *, by: str, deciding_person: UUID | None, at: datetime, reason: str) -> None:
        """Refuse it, with a reason for the person."""
        self._decide(TimeOffStatus.DECLINED, by, deciding_person, at)
        self.decision_reason = reason

    def _decide(self, status: TimeOffStatus, by: str, deciding_person: UUID | None, at: datetime) -> None:
        if self.status is not TimeOffStatus.REQUESTED:
            raise TimeOffDecided(f"This time off is {self.status} already.")
        if deciding_person == self.person_id:
            raise OwnTimeOff()
        self.status, self.decided_by, self.decided_at = status, by, at


@dataclass(frozen=True)
class WorkDay:
    """One day of a person: what the calendar says, and what holiday and leave take from it."""

    day: date
    calendar_minutes: int
    holiday: str | None = None
    is_on_leave: bool = False

    @property
    def holiday_minutes(self) -> int:
        """What a public holiday takes."""
        return self.calendar_minutes if self.holiday else 0

    @property
    def expected_minutes(self) -> int:
        """Calendar - holidays: what the person works if they are not away."""
        return self.calendar_minutes - self.holiday_minutes

    @property
    def leave_minutes(self) -> int:
        """What approved leave takes; a holiday during leave costs no leave."""
        return self.expected_minutes if self.is_on_leave else 0

    @property
    def capacity_minutes(self) -> int:
        """Calendar - holidays - approved leave."""
        return self.expected_minutes - self.leave_minutes


Holidays = Mapping[date, str]


@dataclass(frozen=True)
class WorkingTime:
    """All that decides when one person works: employment, calendars by start, holidays of each calendar, leave."""

    employment: Period
    calendars: Sequence[WorkCalendar]
    holidays: Mapping[tuple[str, str | None], Holidays] = field(default_factory=dict)
    leave: Sequence[Period] = ()

    def on(self, day: date) -> WorkDay:
        """What `day` is for this person; no minutes outside employment or before the first calendar."""
        position = bisect_right(self.calendars, day, key=lambda calendar: calendar.starts_on)
        if position == 0 or day not in self.employment:
            return WorkDay(day, 0)
        calendar = self.calendars[position - 1]
        minutes = calendar.minutes_by_weekday[day.weekday()]
        if not minutes:
            return WorkDay(day, 0)
        holiday = self.holidays.get((calendar.country, calendar.region), {}).get(day)
        return WorkDay(day, minutes, holiday, any(day in away for away in self.leave))

    def days(self, period: Period) -> list[WorkDay]:
        """Every day of `period`, in order."""
        return [self.on(day) for day in period.days()]

"""When people work: dated calendars, public holidays, time off, and the capacity that is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import zip_longest
from uuid import UUID, uuid5

from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.period import Period
from shared.reasons import because

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

    Give a later `ends_before`, or an earlier one where the period is too long.
    """


class CalendarsChangedSince(Conflict):
    """These calendars were set anew since, or are taken back already.

    Set the week that is to hold.
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


@dataclass(frozen=True)
class CalendarChange:
    """The last calendars that a log-in set at once, and those from the same day that gave way to them."""

    id: UUID
    made_by: str
    person_ids: Sequence[UUID]
    replaced: Sequence[WorkCalendar]

    def calendar_id(self, person_id: UUID) -> UUID:
        """The calendar that it gave a person."""
        return uuid5(self.id, str(person_id))


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
            raise TimeOffDecided(because("This time off is %(status)s already.", status=self.status))
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
class WorkTotals:
    """What several days of a person add up to, in minutes."""

    calendar_minutes: int = 0
    holiday_minutes: int = 0
    leave_minutes: int = 0

    def __add__(self, other: WorkTotals) -> WorkTotals:
        return WorkTotals(
            self.calendar_minutes + other.calendar_minutes,
            self.holiday_minutes + other.holiday_minutes,
            self.leave_minutes + other.leave_minutes,
        )

    @property
    def capacity_minutes(self) -> int:
        """Calendar - holidays - approved leave."""
        return self.calendar_minutes - self.holiday_minutes - self.leave_minutes


@dataclass(frozen=True)
class WorkingTime:
    """All that decides when one person works: employment, calendars by start, holidays of each calendar, leave."""

    employment: Period
    calendars: Sequence[WorkCalendar]
    holidays: Mapping[tuple[str, str | None], Holidays] = field(default_factory=dict)
    leave: Sequence[Period] = ()

    def days(self, period: Period) -> list[WorkDay]:
        """Every day of `period`, in order; no minutes outside employment or before the first calendar."""
        away = self._days_on_leave(period)
        worked: dict[date, WorkDay] = {}
        for stretch, calendar in self._stretches(period):
            week, holidays = calendar.minutes_by_weekday, self._holidays_of(calendar)
            for day in stretch.days():
                minutes = week[day.weekday()]
                worked[day] = WorkDay(day, minutes, holidays.get(day) if minutes else None, day in away)
        return [worked.get(day) or WorkDay(day, 0) for day in period.days()]

    def totals(self, period: Period) -> WorkTotals:
        """What the days of `period` add up to, without looking at each: by weekday, by holiday, by day of leave."""
        away = self._days_on_leave(period)
        calendar_minutes = holiday_minutes = leave_minutes = 0
        for stretch, calendar in self._stretches(period):
            week, holidays = calendar.minutes_by_weekday, self._holidays_of(calendar)
            closed = [day for day in holidays if day in stretch]
            absent = [day for day in away if day in stretch and day not in holidays]
            calendar_minutes += sum(count * week[weekday] for weekday, count in enumerate(_weekdays(stretch)))
            holiday_minutes += sum(week[day.weekday()] for day in closed)
            leave_minutes += sum(week[day.weekday()] for day in absent)
        return WorkTotals(calendar_minutes, holiday_minutes, leave_minutes)

    def _stretches(self, period: Period) -> Iterator[tuple[Period, WorkCalendar]]:
        """The parts of `period` within employment, each with the calendar that holds."""
        ends = [calendar.starts_on for calendar in self.calendars[1:]]
        for calendar, ends_before in zip_longest(self.calendars, ends):
            stretch = _shared(period, self.employment, Period(calendar.starts_on, ends_before))
            if stretch is not None:
                yield stretch, calendar

    def _holidays_of(self, calendar: WorkCalendar) -> Holidays:
        return self.holidays.get((calendar.country, calendar.region), {})

    def _days_on_leave(self, period: Period) -> set[date]:
        parts = [_shared(period, away) for away in self.leave]
        return {day for part in parts if part is not None for day in part.days()}


def _shared(*periods: Period) -> Period | None:
    """The days that all of `periods`, of which one has an end, have in common."""
    starts_on = max(period.starts_on for period in periods)
    ends_before = min(period.ends_before for period in periods if period.ends_before is not None)
    return Period(starts_on, ends_before) if starts_on < ends_before else None


def _weekdays(stretch: Period) -> list[int]:
    """How often each weekday, Monday first, lies in `stretch`, a period with an end."""
    length = ((stretch.ends_before or stretch.starts_on) - stretch.starts_on).days
    weeks, rest = divmod(length, 7)
    first = stretch.starts_on.weekday()
    return [weeks + ((weekday - first) % 7 < rest) for weekday in range(7)]

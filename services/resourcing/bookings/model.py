"""Bookings, and the rule that nobody's capacity is exceeded silently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.resourcing.calendars.model import DAY_MINUTES, WorkDay
from shared.errors import Conflict, Invalid, NotFound
from shared.period import Period

DAYS_NAMED_MAX = 10


class NoSuchBooking(NotFound):
    """There is no such booking, or you may not see it."""


class BookingWithoutWork(Invalid):
    """A booking is for a request or for a project, one of the two.

    Give `request_id`, or `project_id` and `staffing_role`.
    """


class BadMinutesPerDay(Invalid):
    """A booking takes 1 to 1440 minutes a day."""


class NoWorkingDay(Invalid):
    """The person has no working day in this period.

    Choose other days, or give the person a calendar first.
    """


class NotEmployedThen(Invalid):
    """The person does not work here on all of these days.

    Book within the person's employment.
    """


class Overbooked(Conflict):
    """The person would be booked for more than they can work.

    Choose other days or fewer minutes, or confirm with an `overbooking_reason`.
    """


class BookingCancelled(Conflict):
    """This booking has been cancelled.

    Make a new one.
    """


class BookingOfSomebodyElse(Conflict):
    """A booking stays with its person.

    Cancel it, and book the other person.
    """


class BookingKind(StrEnum):
    """A soft booking holds the time for work that is not certain yet; a hard one is a promise."""

    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True)
class DayOver:
    """A day on which somebody is booked for `minutes_over` more than their capacity."""

    day: date
    minutes_over: int


@dataclass(eq=False)
class Booking:
    """A person works `minutes_per_day` on a project on every working day of `[starts_on, ends_before)`."""

    id: UUID
    person_id: UUID
    project_id: UUID
    staffing_role: str
    kind: BookingKind
    minutes_per_day: int
    starts_on: date
    ends_before: date
    request_id: UUID | None = None
    thread_id: UUID | None = None
    overbooking_reason: str | None = None
    is_cancelled: bool = False
    cancellation_reason: str | None = None
    planned_minutes: int = 0
    """What the booking takes altogether, by the calendar as it was when the booking was last changed."""
    version: int | None = None

    @property
    def period(self) -> Period:
        """The days from the first to the last."""
        return Period(self.starts_on, self.ends_before)

    def minutes_on(self, day: WorkDay) -> int:
        """What the booking takes of `day`: nothing on holidays and days off, its full measure on leave."""
        if self.is_cancelled or not self.starts_on <= day.day < self.ends_before or not day.expected_minutes:
            return 0
        return self.minutes_per_day

    def fit(self, days: Sequence[WorkDay], taken: Mapping[date, int], overbooking_reason: str | None) -> list[DayOver]:
        """Accept the booking on `days`, of which others have `taken` minutes already; gives the days overbooked.

        Raises Overbooked, naming the days, unless a reason confirms it; without overbooking no reason is kept.
        """
        if not 0 < self.minutes_per_day <= DAY_MINUTES:
            raise BadMinutesPerDay(field="/minutes_per_day")
        self.plan(days)
        if not self.planned_minutes:
            raise NoWorkingDay(field="/starts_on")
        over = days_over(self, days, taken)
        reason = (overbooking_reason or "").strip()
        if over and not reason:
            raise Overbooked(_named(over), field="/minutes_per_day")
        self.overbooking_reason = reason if over else None
        return over

    def plan(self, days: Sequence[WorkDay]) -> None:
        """Count what the booking takes of `days` altogether."""
        self.planned_minutes = sum(self.minutes_on(day) for day in days)

    def must_stand(self) -> None:
        """Refuse to change a booking that has been cancelled."""
        if self.is_cancelled:
            raise BookingCancelled()

    def must_be_of(self, person_id: UUID) -> None:
        """Refuse to hand a booking on to another person."""
        if person_id != self.person_id:
            raise BookingOfSomebodyElse()

    def cancel(self, reason: str) -> None:
        """Give the time back."""
        self.must_stand()
        self.is_cancelled, self.cancellation_reason, self.planned_minutes = True, reason, 0

    def end_with_project(self, closed_on: date) -> None:
        """Take nothing after `closed_on`, the project's last day."""
        last = closed_on + timedelta(days=1)
        if self.starts_on >= last:
            self.cancel("The project was closed.")
        else:
            self.ends_before = min(self.ends_before, last)


def minutes_taken(bookings: Iterable[Booking], days: Sequence[WorkDay]) -> dict[date, int]:
    """What `bookings` take together of each day."""
    several = list(bookings)
    return {day.day: sum(booking.minutes_on(day) for booking in several) for day in days}


def days_over(booking: Booking, days: Sequence[WorkDay], taken: Mapping[date, int]) -> list[DayOver]:
    """The days on which `booking`, on top of what is `taken`, exceeds the capacity, and by how much."""
    over = []
    for day in days:
        minutes = booking.minutes_on(day)
        beyond = minutes + taken.get(day.day, 0) - day.capacity_minutes
        if minutes and beyond > 0:
            over.append(DayOver(day.day, beyond))
    return over


@dataclass
class Week:
    """What a week gives a person and what of it is booked, in minutes."""

    week_starts_on: date
    calendar_minutes: int = 0
    holiday_minutes: int = 0
    leave_minutes: int = 0
    capacity_minutes: int = 0
    hard_minutes: int = 0
    soft_minutes: int = 0
    free_minutes: int = 0
    over_minutes: int = 0

    @property
    def booked_minutes(self) -> int:
        """What is booked, hard or soft."""
        return self.hard_minutes + self.soft_minutes

    @property
    def booked_share(self) -> Decimal:
        """Booked of capacity, 1 = all of it; where there is no capacity, 1 as soon as anything is booked."""
        if not self.capacity_minutes:
            return Decimal(1 if self.booked_minutes else 0)
        return Decimal(self.booked_minutes) / self.capacity_minutes

    def count(self, day: WorkDay, hard_minutes: int, soft_minutes: int) -> None:
        """Add one day; what is over on one day is not made up by what is free on another."""
        self.calendar_minutes += day.calendar_minutes
        self.holiday_minutes += day.holiday_minutes
        self.leave_minutes += day.leave_minutes
        self.capacity_minutes += day.capacity_minutes
        self.hard_minutes += hard_minutes
        self.soft_minutes += soft_minutes
        left = day.capacity_minutes - hard_minutes - soft_minutes
        self.free_minutes += max(left, 0)
        self.over_minutes += max(-left, 0)


def by_week(days: Sequence[WorkDay], bookings: Sequence[Booking]) -> list[Week]:
    """Capacity, bookings and what is free, for each week that `days` lie in."""
    hard = [booking for booking in bookings if booking.kind is BookingKind.HARD]
    soft = [booking for booking in bookings if booking.kind is BookingKind.SOFT]
    weeks: dict[date, Week] = {}
    for day in days:
        monday = day.day - timedelta(days=day.day.weekday())
        week = weeks.setdefault(monday, Week(monday))
        week.count(
            day,
            sum(booking.minutes_on(day) for booking in hard),
            sum(booking.minutes_on(day) for booking in soft),
        )
    return list(weeks.values())


def even_minutes(minutes: int, days: Sequence[WorkDay]) -> int:
    """What must be worked on each working day so that `minutes` are worked on `days`, rounded up."""
    working = sum(1 for day in days if day.expected_minutes)
    return -(-minutes // working) if working else 0


def _named(over: Sequence[DayOver]) -> str:
    shown = ", ".join(f"{one.day} by {one.minutes_over} minutes" for one in over[:DAYS_NAMED_MAX])
    more = f", and {len(over) - DAYS_NAMED_MAX} more days" if len(over) > DAYS_NAMED_MAX else ""
    return f"The person would be overbooked on {shown}{more}."

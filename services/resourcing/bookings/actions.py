"""What is done about bookings.

Locks are taken in one order: project, person, booking, request. The person's lock is what makes two bookings of one
person wait for each other; the project's keeps it from being closed meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.resourcing.bookings import store
from services.resourcing.bookings.model import (
    Booking,
    BookingKind,
    BookingWithoutWork,
    DayOver,
    NotEmployedThen,
    even_minutes,
    minutes_taken,
)
from services.resourcing.calendars import queries as calendars
from services.resourcing.calendars.model import WorkDay, a_period
from services.resourcing.people import store as people
from services.resourcing.permissions import Permission
from services.resourcing.projects import store as projects
from services.resourcing.projects.actions import close_project
from services.resourcing.projects.model import NoSuchProject
from services.resourcing.requests import store as requests
from services.resourcing.requests.actions import cover_request
from shared.contracts import resourcing as contract
from shared.errors import Stale
from shared.work import Work


@dataclass(frozen=True)
class WorkToBook:
    """What somebody is booked for: `request_id`, or `project_id` and `staffing_role`.

    With a request the role, the days and the minutes per day that cover it evenly are its own unless given.
    """

    request_id: UUID | None = None
    project_id: UUID | None = None
    staffing_role: str | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    minutes_per_day: int | None = None


@dataclass(frozen=True)
class Booked:
    """A booking, and the days on which its person is overbooked with it."""

    booking: Booking
    days_over: list[DayOver]


async def book(
    work: Work,
    booking_id: UUID,
    *,
    person_id: UUID,
    kind: BookingKind,
    what: WorkToBook,
    overbooking_reason: str | None = None,
) -> Booked:
    """Book somebody for a request or a project; overbooking needs a reason."""
    work.actor.must(Permission.BOOK)
    booking, minutes = await _draft(work, booking_id, person_id, kind, what)
    a_period(booking.starts_on, booking.ends_before)
    project = await projects.hold(work, booking.project_id)
    if project is None:
        raise NoSuchProject(field="/project_id")
    project.must_be_open()
    booking.thread_id = booking.thread_id or project.thread_id
    days, others = await _others_on(work, booking)
    booking.minutes_per_day = what.minutes_per_day or even_minutes(minutes, days)
    over = booking.fit(days, minutes_taken(others, days), overbooking_reason)
    await store.add(work, booking)
    await _tell(work, booking)
    return Booked(booking, over)


async def change_booking(
    work: Work,
    booking_id: UUID,
    *,
    version: int,
    person_id: UUID | None = None,
    kind: BookingKind | None = None,
    minutes_per_day: int | None = None,
    starts_on: date | None = None,
    ends_before: date | None = None,
    overbooking_reason: str | None = None,
) -> Booked:
    """Move, resize or firm up a booking as read at `version`; overbooking needs its reason again.

    It stays with its person: another `person_id` is refused.
    """
    work.actor.must(Permission.BOOK)
    booking = await _get(work, booking_id)
    if booking.version != version:
        raise Stale()
    booking.must_stand()
    booking.must_be_of(person_id or booking.person_id)
    booking.kind = kind or booking.kind
    booking.minutes_per_day = minutes_per_day or booking.minutes_per_day
    booking.starts_on = starts_on or booking.starts_on
    booking.ends_before = ends_before or booking.ends_before
    a_period(booking.starts_on, booking.ends_before)
    days, others = await _others_on(work, booking)
    over = booking.fit(days, minutes_taken(others, days), overbooking_reason)
    await store.save(work)
    await _tell(work, booking)
    return Booked(booking, over)


async def cancel_booking(work: Work, booking_id: UUID, *, reason: str = "") -> Booking:
    """Give a person's time back."""
    work.actor.must(Permission.BOOK)
    booking = await _get(work, booking_id)
    booking.cancel(reason)
    await store.save(work)
    await _tell(work, booking)
    return booking


async def end_bookings(work: Work, project_id: UUID, *, closed_on: date, sequence: int) -> None:
    """Let nobody be booked on a project after its last day."""
    await close_project(work, project_id, closed_on=closed_on, sequence=sequence)
    for booking in await store.beyond(work, project_id, closed_on):
        booking.end_with_project(closed_on)
        if not booking.is_cancelled:
            times = await calendars.working_times(work, [booking.person_id], booking.period)
            booking.plan(times[booking.person_id].days(booking.period))
        await store.save(work)
        await _tell(work, booking)


async def _draft(
    work: Work, booking_id: UUID, person_id: UUID, kind: BookingKind, what: WorkToBook
) -> tuple[Booking, int]:
    """The booking wanted, without minutes per day yet, and the minutes that its request asks for."""
    if (what.request_id is None) == (what.project_id is None):
        raise BookingWithoutWork(field="/request_id")
    project_id, role, starts_on, ends_before = (
        what.project_id,
        what.staffing_role,
        what.starts_on,
        what.ends_before,
    )
    thread_id, minutes = None, 0
    if what.request_id is not None:
        request = await requests.find(work, what.request_id)
        project_id, thread_id, minutes = request.project_id, request.thread_id, request.minutes
        role = role or request.staffing_role
        starts_on, ends_before = starts_on or request.starts_on, ends_before or request.ends_before
    if project_id is None or role is None or starts_on is None or ends_before is None:
        raise BookingWithoutWork()
    booking = Booking(booking_id, person_id, project_id, role, kind, 0, starts_on, ends_before, what.request_id)
    booking.thread_id = thread_id
    return booking, minutes


async def _get(work: Work, booking_id: UUID) -> Booking:
    known = await store.find(work, booking_id)
    await projects.hold(work, known.project_id)
    await people.get(work, known.person_id)
    return await store.get(work, booking_id)


async def _others_on(work: Work, booking: Booking) -> tuple[list[WorkDay], list[Booking]]:
    """The person's days in the booking's period, and what else they are booked for then; locks the person."""
    person = await people.get(work, booking.person_id)
    if booking.starts_on < person.employed_from or (
        person.employed_until and person.employed_until < booking.ends_before
    ):
        raise NotEmployedThen(field="/starts_on")
    times = await calendars.working_times(work, [person.id], booking.period)
    found = await store.of_people(work, [person.id], booking.period)
    others = [other for other in found[person.id] if other.id != booking.id]
    return times[person.id].days(booking.period), others


async def _tell(work: Work, booking: Booking) -> None:
    work.publish(
        contract.BookingChanged(
            thread_id=booking.thread_id,
            booking_id=booking.id,
            request_id=booking.request_id,
            person_id=booking.person_id,
            project_id=booking.project_id,
            staffing_role=booking.staffing_role,
            kind=contract.BookingKind(booking.kind),
            minutes_per_day=booking.minutes_per_day,
            starts_on=booking.starts_on,
            ends_before=booking.ends_before,
            is_cancelled=booking.is_cancelled,
            overbooking_reason=booking.overbooking_reason,
        )
    )
    if booking.request_id is not None:
        await cover_request(
            work,
            booking.request_id,
            booked_minutes=await store.hard_minutes(work, booking.request_id),
            person_id=booking.person_id,
            booking_id=booking.id,
        )

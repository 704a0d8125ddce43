"""What delivery does when resourcing books people on a project."""

from __future__ import annotations

from services.delivery.projects.actions import fulfil_request, take_booking
from services.delivery.projects.model.staffing import Booking
from shared.contracts.resourcing import BookingChanged, StaffingFulfilled
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(BookingChanged, consumer="delivery.take_booking")
async def booking_changed(work: Work, event: BookingChanged, sequence: int) -> None:
    """Somebody joined the team, is on it differently, or left it."""
    booking = Booking(
        id=event.booking_id,
        project_id=event.project_id,
        person_id=event.person_id,
        staffing_role=event.staffing_role,
        kind=event.kind.value,
        minutes_per_day=event.minutes_per_day,
        starts_on=event.starts_on,
        ends_before=event.ends_before,
        is_cancelled=event.is_cancelled,
    )
    await take_booking(work, booking, sequence=sequence)


@reactions.on(StaffingFulfilled, consumer="delivery.fulfil_request")
async def staffing_fulfilled(work: Work, event: StaffingFulfilled, sequence: int) -> None:
    """A staffing request has its person."""
    await fulfil_request(
        work,
        event.request_id,
        project_id=event.project_id,
        person_id=event.person_id,
        booking_id=event.booking_id,
        sequence=sequence,
    )

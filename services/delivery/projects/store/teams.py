"""How staffing requests and bookings are kept."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Integer, String, Uuid, or_, select, update

from services.delivery.projects.model.staffing import Booking, StaffingRequest
from services.delivery.tables import keep_newest, schema
from shared.database import amount, belongs_to, found_by, only_one
from shared.errors import NotFound
from shared.work import Work

staffing_requests = schema.table(
    "staffing_requests",
    Column("id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("staffing_role", String, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    amount("hourly_cost_limit", nullable=True),
    Column("skills", ARRAY(String), nullable=False),
    Column("person_id", Uuid),
    Column("booking_id", Uuid),
    Column("sequence", BigInteger),
    belongs_to("project_id", "projects"),
    only_one("project_id", "staffing_role"),
)
bookings = schema.table(
    "bookings",
    Column("id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("staffing_role", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("minutes_per_day", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    Column("is_cancelled", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    found_by("project_id", why="the team of a project"),
    found_by("person_id", why="the projects that a person is booked on"),
    audited=False,
)
# What resourcing answers to a request is kept on the request itself, so it is not written with the request.
schema.map(StaffingRequest, staffing_requests)


def add_requests(work: Work, requests: Sequence[StaffingRequest]) -> None:
    """Keep what a project asks for."""
    work.session.add_all(requests)


async def keep_booking(work: Work, booking: Booking, *, sequence: int) -> None:
    """Keep a booking unless something later is known of it."""
    await keep_newest(work, bookings, {**vars(booking), "sequence": sequence})


class NoSuchStaffingRequest(NotFound):
    """Delivery never asked for this."""


async def fulfil(work: Work, request_id: UUID, *, person_id: UUID, booking_id: UUID, sequence: int) -> None:
    """Keep who was found for a request unless somebody was found later."""
    known = select(staffing_requests.c.id).where(staffing_requests.c.id == request_id)
    if await work.session.scalar(known) is None:
        raise NoSuchStaffingRequest()
    is_newer = or_(staffing_requests.c.sequence.is_(None), staffing_requests.c.sequence < sequence)
    await work.session.execute(
        update(staffing_requests)
        .where(staffing_requests.c.id == request_id, is_newer)
        .values(person_id=person_id, booking_id=booking_id, sequence=sequence)
    )

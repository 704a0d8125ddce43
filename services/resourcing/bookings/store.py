"""How bookings are kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, Integer, String, Uuid, func, select

from services.resourcing.bookings.model import Booking, BookingKind, NoSuchBooking
from services.resourcing.tables import schema
from shared.database import belongs_to, choice, found_by, rule
from shared.period import Period
from shared.work import Work

bookings = schema.table(
    "bookings",
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("project_id", Uuid, nullable=False),
    Column("request_id", Uuid),
    Column("thread_id", Uuid),
    Column("staffing_role", String, nullable=False),
    choice("kind", BookingKind),
    Column("minutes_per_day", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    Column("overbooking_reason", String),
    Column("is_cancelled", Boolean, nullable=False),
    Column("cancellation_reason", String),
    Column("planned_minutes", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("person_id", "people"),
    belongs_to("project_id", "projects"),
    belongs_to("request_id", "resource_requests"),
    found_by("person_id", "ends_before", where="not is_cancelled", why="what else a person is booked for"),
    found_by("project_id", "ends_before", why="bookings of a project, and those to end with it"),
    found_by("request_id", where="request_id is not null", why="what covers a request"),
    found_by("starts_on", "id", why="bookings by start, page by page"),
    rule("period", "ends_before > starts_on"),
    rule("minutes_per_day", "minutes_per_day between 1 and 1440"),
)
schema.map(Booking, bookings, version=bookings.c.version)


async def add(work: Work, booking: Booking) -> None:
    """Keep a new booking."""
    work.session.add(booking)
    await work.session.flush()


async def save(work: Work) -> None:
    """Write what was changed, so that sums see it."""
    await work.session.flush()


async def find(work: Work, booking_id: UUID) -> Booking:
    """One booking as it stands; its person and project never change."""
    found: Booking | None = await work.session.scalar(select(Booking).where(bookings.c.id == booking_id))
    if found is None:
        raise NoSuchBooking()
    return found


async def get(work: Work, booking_id: UUID) -> Booking:
    """One booking, locked until this work ends; its project and its person are locked before it."""
    found: Booking | None = await work.session.scalar(
        select(Booking).where(bookings.c.id == booking_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchBooking()
    return found


async def of_people(work: Work, person_ids: Iterable[UUID], period: Period) -> dict[UUID, list[Booking]]:
    """The bookings of several people that share a day with `period`, a period with an end."""
    found: dict[UUID, list[Booking]] = {person_id: [] for person_id in person_ids}
    rows = select(Booking).where(
        bookings.c.person_id.in_(found),
        ~bookings.c.is_cancelled,
        bookings.c.starts_on < period.ends_before,
        bookings.c.ends_before > period.starts_on,
    )
    for booking in await work.session.scalars(rows):
        found[booking.person_id].append(booking)
    return found


async def beyond(work: Work, project_id: UUID, last: date) -> list[Booking]:
    """The bookings of a project that take anything after the day `last`; locked until this work ends."""
    rows = (
        select(Booking)
        .where(
            bookings.c.project_id == project_id,
            ~bookings.c.is_cancelled,
            bookings.c.ends_before > last + timedelta(days=1),
        )
        .order_by(bookings.c.id)
        .with_for_update()
    )
    return list(await work.session.scalars(rows))


async def hard_minutes(work: Work, request_id: UUID) -> int:
    """What hard bookings for a request take altogether."""
    planned = select(func.coalesce(func.sum(bookings.c.planned_minutes), 0)).where(
        bookings.c.request_id == request_id,
        bookings.c.kind == BookingKind.HARD,
        ~bookings.c.is_cancelled,
    )
    return int((await work.session.execute(planned)).scalar_one())

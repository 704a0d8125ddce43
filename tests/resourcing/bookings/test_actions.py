"""Bookings on a real database: racing, covering requests, ending with projects."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

from services.resourcing.bookings.actions import WorkToBook, book, cancel_booking
from services.resourcing.bookings.model import BookingKind
from shared.contracts.delivery import ProjectClosed
from shared.ids import new_id
from tests.support.resourcing import (
    MONDAY,
    NEXT_MONDAY,
    Resourcing,
    a_person,
    a_project_opened,
    a_staffing_request,
    book_on,
)


async def a_project(resourcing: Resourcing) -> UUID:
    project = new_id()
    await resourcing.hear(a_project_opened(project))
    return project


async def somebody(resourcing: Resourcing, name: str = "Anna Berg") -> UUID:
    async with resourcing.work() as work:
        return await a_person(work, name)


async def test_bookings_that_race_never_exceed_capacity_silently(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)

    async def try_to_book() -> None:
        async with resourcing.work() as work:
            await book_on(work, anna, project, minutes_per_day=240)

    outcomes = await asyncio.gather(*(try_to_book() for _ in range(5)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType"] * 2 + ["Overbooked"] * 3
    booked = await resourcing.rows("bookings")
    assert sum(one["minutes_per_day"] for one in booked) == 480


async def test_a_project_that_closes_during_a_booking_leaves_nothing_booked_after_it(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)
    closed = ProjectClosed(project_id=project, opportunity_id=new_id(), closed_on=MONDAY)

    async def try_to_book() -> None:
        async with resourcing.work() as work:
            await book_on(work, anna, project)

    await asyncio.gather(try_to_book(), resourcing.hear(closed, sequence=2), return_exceptions=True)

    standing = [one for one in await resourcing.rows("bookings") if not one["is_cancelled"]]
    assert all(one["ends_before"] <= date(2026, 3, 3) for one in standing)


async def test_a_request_is_fulfilled_by_the_hard_booking_that_completes_it(resourcing: Resourcing) -> None:
    anna, berta = await somebody(resourcing), await somebody(resourcing, "Berta Falk")
    request = a_staffing_request(minutes=2_400)
    await resourcing.hear(request)

    for person, kind, minutes in ((anna, BookingKind.HARD, 240), (berta, BookingKind.SOFT, 480)):
        async with resourcing.work() as work:
            what = WorkToBook(request_id=request.request_id, minutes_per_day=minutes)
            await book(work, new_id(), person_id=person, kind=kind, what=what)
    assert "staffing.fulfilled" not in await resourcing.announced()
    async with resourcing.work() as work:
        what = WorkToBook(request_id=request.request_id, minutes_per_day=240)
        await book(work, new_id(), person_id=anna, kind=BookingKind.HARD, what=what)

    assert (await resourcing.announced()).count("staffing.fulfilled") == 1
    [kept] = await resourcing.rows("resource_requests")
    assert kept["booked_minutes"] == 2_400


async def test_a_booking_for_a_request_covers_it_evenly_unless_told_otherwise(resourcing: Resourcing) -> None:
    anna = await somebody(resourcing)
    request = a_staffing_request(minutes=1_000, thread_id=new_id())
    await resourcing.hear(request)

    async with resourcing.work() as work:
        what = WorkToBook(request_id=request.request_id)
        booking = (await book(work, new_id(), person_id=anna, kind=BookingKind.HARD, what=what)).booking

    assert (booking.starts_on, booking.ends_before, booking.staffing_role) == (MONDAY, NEXT_MONDAY, "Consultant")
    assert (booking.minutes_per_day, booking.planned_minutes) == (200, 1_000)
    assert booking.thread_id == request.thread_id
    assert (await resourcing.announced())[-2:] == ["booking.changed", "staffing.fulfilled"]


async def test_cancelling_opens_the_request_again(resourcing: Resourcing) -> None:
    anna = await somebody(resourcing)
    request = a_staffing_request()
    await resourcing.hear(request)
    async with resourcing.work() as work:
        what = WorkToBook(request_id=request.request_id)
        booked = await book(work, new_id(), person_id=anna, kind=BookingKind.HARD, what=what)

    async with resourcing.work() as work:
        await cancel_booking(work, booked.booking.id, reason="ill")

    assert [one["booked_minutes"] for one in await resourcing.rows("resource_requests")] == [0]


async def test_bookings_end_with_their_project(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)
    async with resourcing.work() as work:
        await book_on(work, anna, project)
        await book_on(work, anna, project, starts_on=NEXT_MONDAY, ends_before=NEXT_MONDAY + timedelta(days=5))
    closed = ProjectClosed(project_id=project, opportunity_id=new_id(), closed_on=date(2026, 3, 4))

    await resourcing.hear(closed, sequence=2)
    await resourcing.hear(closed, sequence=2)

    first, second = sorted(await resourcing.rows("bookings"), key=lambda one: one["starts_on"])
    assert (first["ends_before"], first["planned_minutes"]) == (date(2026, 3, 5), 3 * 480)
    assert (second["is_cancelled"], second["planned_minutes"]) == (True, 0)
    assert (await resourcing.announced()).count("booking.changed") == 4

"""Bookings and free time over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.actor import Role
from shared.contracts.delivery import ProjectClosed
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.resourcing import (
    FRIDAY,
    MONDAY,
    NEXT_MONDAY,
    Resourcing,
    a_person,
    a_project_opened,
    a_staffing_request,
    book_on,
    leave_of,
)

WEEK = {"starts_on": "2026-03-02", "ends_before": "2026-03-09"}


async def a_project(resourcing: Resourcing) -> UUID:
    project = new_id()
    await resourcing.hear(a_project_opened(project))
    return project


async def somebody(resourcing: Resourcing, name: str = "Anna Berg", **details: Any) -> UUID:
    async with resourcing.work() as work:
        return await a_person(work, name, **details)


def a_body(person: UUID, project: UUID, minutes_per_day: int = 480, **details: Any) -> dict[str, Any]:
    return {
        "person_id": str(person),
        "project_id": str(project),
        "staffing_role": "Consultant",
        "kind": "hard",
        "minutes_per_day": minutes_per_day,
        **WEEK,
        **details,
    }


async def test_overbooking_is_refused_by_day_and_changes_nothing(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    await ruth.put(f"/bookings/{new_id()}", json=a_body(anna, project, 300))
    before = await resourcing.digest()

    refused = await ruth.put(f"/bookings/{new_id()}", json=a_body(anna, project, 240))

    assert (refused.status_code, code_of(refused)) == (409, "overbooked")
    assert "2026-03-02 by 60 minutes" in refused.json()["detail"]
    assert "overbooking_reason" in refused.json()["mend"]
    assert await resourcing.digest() == before


async def test_overbooking_is_confirmed_with_a_reason_and_shown(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    address = f"/bookings/{new_id()}"

    booked = await ruth.put(address, json=a_body(anna, project, 540, overbooking_reason="go-live"))

    assert booked.status_code == 201
    assert booked.json()["days_over"][0] == {"day": "2026-03-02", "minutes_over": 60}
    seen = (await ruth.get(address)).json()
    assert (seen["overbooking_reason"], len(seen["days_over"])) == ("go-live", 5)
    capacity = (await ruth.get("/capacity", params=WEEK)).json()["items"]
    assert capacity[0]["weeks"][0]["over_minutes"] == 5 * 60


async def test_leave_granted_later_shows_as_overbooked(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    address = f"/bookings/{new_id()}"
    await ruth.put(address, json=a_body(anna, project))

    async with resourcing.work() as work:
        await leave_of(work, anna, FRIDAY, FRIDAY + timedelta(days=1))

    assert (await ruth.get(address)).json()["days_over"] == [{"day": "2026-03-06", "minutes_over": 480}]


async def test_free_time_is_shown_by_person_and_week_page_by_page(resourcing: Resourcing) -> None:
    project = await a_project(resourcing)
    for name in ("Cleo", "Anna", "Berta"):
        person = await somebody(resourcing, name)
        async with resourcing.work() as work:
            await book_on(work, person, project, 120)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    fortnight: dict[str, str | int] = {"starts_on": "2026-03-02", "ends_before": "2026-03-16", "limit": 2}

    first = (await ruth.get("/capacity", params=fortnight)).json()
    rest = (await ruth.get("/capacity", params={**fortnight, "cursor": first["next"]})).json()

    assert [one["name"] for one in first["items"] + rest["items"]] == ["Anna", "Berta", "Cleo"]
    assert [(week["hard_minutes"], week["free_minutes"]) for week in first["items"][0]["weeks"]] == [
        (600, 1_800),
        (0, 2_400),
    ]


async def test_a_booking_is_moved_by_whoever_has_seen_it(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    address = f"/bookings/{new_id()}"
    booked = await ruth.put(address, json=a_body(anna, project, kind="soft"))
    seen = {"if-match": booked.headers["etag"]}

    moved = await ruth.patch(
        address, json={"kind": "hard", "starts_on": "2026-03-09", "ends_before": "2026-03-16"}, headers=seen
    )
    late = await ruth.patch(address, json={"kind": "soft"}, headers=seen)

    assert (moved.status_code, moved.json()["kind"], moved.json()["starts_on"]) == (200, "hard", "2026-03-09")
    assert (late.status_code, code_of(late)) == (412, "stale")


async def test_a_booking_is_not_moved_onto_days_that_are_taken(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    address = f"/bookings/{new_id()}"
    await ruth.put(f"/bookings/{new_id()}", json=a_body(anna, project))
    later = {"starts_on": "2026-03-09", "ends_before": "2026-03-16"}
    booked = await ruth.put(address, json=a_body(anna, project) | later)

    refused = await ruth.patch(address, json=WEEK, headers={"if-match": booked.headers["etag"]})

    assert (refused.status_code, code_of(refused)) == (409, "overbooked")
    assert (await ruth.get(address)).json()["starts_on"] == "2026-03-09"


async def test_a_cancelled_booking_gives_the_time_back(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    address = f"/bookings/{new_id()}"
    await ruth.put(address, json=a_body(anna, project))

    cancelled = await ruth.post(f"{address}/cancellation", json={"reason": "client postponed"})
    again = await ruth.post(f"{address}/cancellation")
    other = await ruth.put(f"/bookings/{new_id()}", json=a_body(anna, project))

    assert (cancelled.status_code, cancelled.json()["is_cancelled"]) == (200, True)
    assert (again.status_code, code_of(again)) == (409, "booking_cancelled")
    assert other.status_code == 201


async def test_a_consultant_sees_their_own_bookings_only(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing, subject="anna"), await a_project(resourcing)
    berta = await somebody(resourcing, "Berta Falk", subject="berta")
    async with resourcing.work() as work:
        await book_on(work, anna, project)
        hers = (await book_on(work, berta, project)).booking.id
    consultant = resourcing.as_(Role.CONSULTANT, subject="anna")

    own = (await consultant.get("/bookings")).json()["items"]
    other = await consultant.get(f"/bookings/{hers}")
    capacity = (await consultant.get("/capacity", params=WEEK)).json()["items"]

    assert [(one["person_name"], one["project_name"]) for one in own] == [("Anna Berg", "Data platform")]
    assert (other.status_code, code_of(other)) == (404, "no_such_booking")
    assert [one["name"] for one in capacity] == ["Anna Berg"]


async def test_bookings_are_found_by_project_and_period(resourcing: Resourcing) -> None:
    anna, project, another = await somebody(resourcing), await a_project(resourcing), await a_project(resourcing)
    async with resourcing.work() as work:
        await book_on(work, anna, project)
        await book_on(work, anna, project, starts_on=NEXT_MONDAY, ends_before=NEXT_MONDAY + timedelta(days=5))
        await book_on(work, anna, another, starts_on=FRIDAY + timedelta(days=10), ends_before=MONDAY.replace(day=28))
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)

    found = (await ruth.get("/bookings", params={"project_id": str(project), **WEEK})).json()["items"]

    assert [one["starts_on"] for one in found] == ["2026-03-02"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"project_id": None}, 422, "booking_without_work"),
        ({"request_id": str(new_id())}, 422, "booking_without_work"),
        ({"staffing_role": None}, 422, "booking_without_work"),
        ({"project_id": str(new_id())}, 404, "no_such_project"),
        ({"person_id": str(new_id())}, 404, "no_such_person"),
        ({"ends_before": "2026-03-02"}, 422, "bad_period"),
        ({"starts_on": "2026-03-07"}, 422, "no_working_day"),
        ({"starts_on": "2024-12-30"}, 422, "bad_period"),
        ({"starts_on": "2024-12-30", "ends_before": "2025-01-10"}, 422, "not_employed_then"),
        ({"minutes_per_day": None}, 422, "bad_minutes_per_day"),
    ],
)
async def test_a_booking_that_makes_no_sense_is_refused(
    resourcing: Resourcing, change: dict[str, Any], status: int, code: str
) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)
    before = await resourcing.digest()

    refused = await resourcing.as_(Role.RESOURCE_MANAGER).put(
        f"/bookings/{new_id()}", json=a_body(anna, project) | change
    )

    assert (refused.status_code, code_of(refused)) == (status, code)
    assert await resourcing.digest() == before


async def test_nobody_is_booked_on_a_closed_project(resourcing: Resourcing) -> None:
    anna, project = await somebody(resourcing), await a_project(resourcing)
    closed = ProjectClosed(project_id=project, opportunity_id=new_id(), closed_on=MONDAY)
    await resourcing.hear(closed, sequence=2)

    refused = await resourcing.as_(Role.RESOURCE_MANAGER).put(f"/bookings/{new_id()}", json=a_body(anna, project))

    assert (refused.status_code, code_of(refused)) == (409, "project_is_closed")


async def test_a_request_needs_no_more_than_a_person_and_a_kind(resourcing: Resourcing) -> None:
    anna = await somebody(resourcing)
    request = a_staffing_request(minutes=2_400)
    await resourcing.hear(request)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    body = {"person_id": str(anna), "request_id": str(request.request_id), "kind": "hard"}

    booked = await ruth.put(f"/bookings/{new_id()}", json=body)

    assert (booked.status_code, booked.json()["minutes_per_day"]) == (201, 480)
    assert (await ruth.get(f"/requests/{request.request_id}")).json()["is_covered"] is True

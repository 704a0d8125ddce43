"""Calendars, time off and capacity over HTTP."""

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.resourcing import FULL_WEEK, Resourcing, a_person

EPIPHANY_WEEK = {"starts_on": "2026-01-05", "ends_before": "2026-01-12"}
A_DAY_OFF = {"starts_on": "2026-01-09", "ends_before": "2026-01-10"}


async def test_capacity_is_what_holidays_of_the_region_and_approved_leave_leave_over(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work, subject="anna")
    consultant, ruth = resourcing.as_(Role.CONSULTANT, subject="anna"), resourcing.as_(Role.RESOURCE_MANAGER)
    leave = f"/time-off/{new_id()}"

    await consultant.put(leave, json=A_DAY_OFF)
    asked = (await consultant.get(f"/people/{anna}/capacity", params=EPIPHANY_WEEK)).json()
    approved = await ruth.post(f"{leave}/approval")
    granted = (await consultant.get(f"/people/{anna}/capacity", params=EPIPHANY_WEEK)).json()

    assert approved.json()["status"] == "approved"
    assert (asked["capacity_minutes"], granted["capacity_minutes"]) == (4 * 480, 3 * 480)
    by_day = {day["day"]: day for day in granted["days"]}
    assert by_day["2026-01-06"]["holiday"] == "Epiphany"
    assert by_day["2026-01-09"]["leave_minutes"] == 480
    assert await resourcing.announced() == ["person.changed", "cost_rate.changed", "time_off.approved"]


async def test_nobody_approves_their_own_time_off(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        await a_person(work, "Ruth Adler", subject="ruth")
    ruth = resourcing.as_(Role.RESOURCE_MANAGER, subject="ruth")
    leave = f"/time-off/{new_id()}"
    await ruth.put(leave, json=A_DAY_OFF)

    refused = await ruth.post(f"{leave}/approval")

    assert (refused.status_code, code_of(refused)) == (403, "own_time_off")
    assert [one["status"] for one in await resourcing.rows("time_off")] == ["requested"]


async def test_time_off_is_declined_with_a_reason_and_takes_nothing(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work, subject="anna")
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    leave = f"/time-off/{new_id()}"
    await ruth.put(leave, json={**A_DAY_OFF, "person_id": str(anna)})

    declined = await ruth.post(f"{leave}/decline", json={"reason": "go-live"})
    again = await ruth.post(f"{leave}/approval")

    assert (declined.json()["status"], declined.json()["decision_reason"]) == ("declined", "go-live")
    assert (again.status_code, code_of(again)) == (409, "time_off_decided")
    assert (await ruth.get(f"/people/{anna}/capacity", params=EPIPHANY_WEEK)).json()["capacity_minutes"] == 4 * 480


async def test_time_off_is_asked_for_oneself(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work, subject="anna")
    berta = resourcing.as_(Role.CONSULTANT, subject="berta")

    for_anna = await berta.put(f"/time-off/{new_id()}", json={**A_DAY_OFF, "person_id": str(anna)})
    for_nobody = await berta.put(f"/time-off/{new_id()}", json=A_DAY_OFF)

    assert (for_anna.status_code, code_of(for_anna)) == (403, "not_your_time_off")
    assert (for_nobody.status_code, code_of(for_nobody)) == (403, "unknown_log_in")
    assert await resourcing.rows("time_off") == []


async def test_a_consultant_sees_their_own_time_off_only(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work, "Anna", subject="anna")
        await a_person(work, "Berta", subject="berta")
    for subject in ("anna", "berta"):
        await resourcing.as_(Role.CONSULTANT, subject=subject).put(f"/time-off/{new_id()}", json=A_DAY_OFF)

    own = (await resourcing.as_(Role.CONSULTANT, subject="anna").get("/time-off")).json()["items"]
    waiting = await resourcing.as_(Role.RESOURCE_MANAGER).get("/time-off", params={"status": "requested"})

    assert [one["person_id"] for one in own] == [str(anna)]
    assert len(waiting.json()["items"]) == 2


async def test_a_calendar_from_the_same_day_takes_the_place_of_the_former(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    half = {"starts_on": "2025-01-01", "minutes_by_weekday": [240] * 5 + [0, 0], "country": "AT"}

    await ruth.put(f"/people/{anna}/calendars/{new_id()}", json=half)

    calendars = (await ruth.get(f"/people/{anna}/calendars")).json()
    assert [(one["minutes_by_weekday"][0], one["country"]) for one in calendars] == [(240, "AT")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"country": "XX"}, "unknown_country"),
        ({"region": "ATLANTIS"}, "unknown_country"),
        ({"minutes_by_weekday": [480] * 6}, "bad_week"),
    ],
)
async def test_a_calendar_that_makes_no_sense_is_refused(
    resourcing: Resourcing, change: dict[str, object], code: str
) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work, week=None)
    calendar = {"starts_on": "2025-01-01", "minutes_by_weekday": FULL_WEEK, "country": "DE", **change}

    refused = await resourcing.as_(Role.RESOURCE_MANAGER).put(f"/people/{anna}/calendars/{new_id()}", json=calendar)

    assert (refused.status_code, code_of(refused)) == (422, code)
    assert await resourcing.rows("work_calendars") == []


async def test_a_period_of_more_than_a_year_is_refused(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work)
    years = {"starts_on": "2026-01-01", "ends_before": "2028-01-01"}

    refused = await resourcing.as_(Role.RESOURCE_MANAGER).get(f"/people/{anna}/capacity", params=years)

    assert (refused.status_code, code_of(refused)) == (422, "bad_period")

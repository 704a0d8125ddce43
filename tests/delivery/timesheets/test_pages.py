"""My week and approvals as people see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import BY_SCRIPT, code_of
from tests.support.delivery import Delivery, a_project, a_task_of, record, submit
from tests.support.news_for_delivery import MANAGER, MONDAY, a_booking, a_person

TUESDAY, SATURDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=5)
WEEK = f"/week/{MONDAY}"


@pytest.fixture
async def project(delivery: Delivery) -> dict[str, Any]:
    """Have Carla booked on a project of Paula's."""
    await delivery.hear(a_person())
    await delivery.hear(a_person(MANAGER, subject="paula", name="Paula Manager"))
    project = await a_project(delivery)
    await delivery.hear(a_booking(project["id"]))
    return project


@pytest.fixture
def carla(delivery: Delivery) -> httpx2.AsyncClient:
    """Carla at her browser."""
    return delivery.api.browser(Role.CONSULTANT, subject="carla")


@pytest.fixture
def paula(delivery: Delivery) -> httpx2.AsyncClient:
    """Paula at hers."""
    return delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")


async def minutes_of(delivery: Delivery) -> dict[str, int]:
    """Carla's week by day."""
    found = (await delivery.consultant.get("/time-entries", params={"week_starts_on": str(MONDAY)})).json()["items"]
    return {one["day"]: one["minutes"] for one in found}


async def test_a_week_offers_what_is_planned_for_ones_role_and_is_saved_typed_over_and_emptied(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient
) -> None:
    task = a_task_of(project)
    assert f"cells/{task}/{MONDAY}" in (await carla.get(WEEK)).text

    saved = await carla.post(WEEK, data={f"cells/{task}/{MONDAY}": "7:30", f"cells/{task}/{TUESDAY}": "7,25"})
    assert saved.status_code == 303, saved.text
    assert await minutes_of(delivery) == {str(MONDAY): 450, str(TUESDAY): 435}

    typed_over = {f"cells/{task}/{MONDAY}": "8", f"seen/{task}/{MONDAY}": "450", f"seen/{task}/{TUESDAY}": "435"}
    await carla.post(WEEK, data=typed_over)
    assert await minutes_of(delivery) == {str(MONDAY): 480}
    assert (await carla.post(WEEK, data=typed_over)).status_code == 409  # it is no longer what that page showed

    await carla.post(WEEK, data={"submit": "true"})
    assert 'name="cells/' not in (await carla.get(WEEK)).text


async def test_more_than_a_day_has_is_refused_beside_its_cell_and_nothing_of_the_week_is_kept(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient
) -> None:
    task = a_task_of(project)
    typed = {f"cells/{task}/{MONDAY}": "8", f"cells/{task}/{TUESDAY}": "25", f"cells/{task}/{SATURDAY}": ""}

    refused = await carla.post(WEEK, data=typed, headers={"hx-request": "true"})

    assert (refused.status_code, code_of(refused)) == (422, "day_too_long")
    assert refused.json()["errors"][0]["pointer"] == f"#/body/cells/{task}/{TUESDAY}"
    assert await minutes_of(delivery) == {}
    typo = await carla.post(WEEK, data={f"cells/{task}/{MONDAY}": "half"}, headers={"hx-request": "true"})
    assert typo.json()["errors"][0]["pointer"] == f"#/body/cells/{task}/{MONDAY}"


async def test_a_note_is_written_beside_what_was_recorded(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient
) -> None:
    entry_id = await record(delivery, a_task_of(project))

    await carla.post(f"{WEEK}/notes", data={f"notes/{entry_id}": "Workshop"})

    assert "Workshop" in (await carla.get(f"{WEEK}/notes/{a_task_of(project)}")).text


async def test_the_week_before_is_copied_and_a_row_can_be_added(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient
) -> None:
    await record(delivery, a_task_of(project), MONDAY - timedelta(days=7))

    await carla.post(f"{WEEK}/copy")

    assert await minutes_of(delivery) == {str(MONDAY): 480}
    architect = a_task_of(project, "Architect")
    assert f"cells/{architect}/{MONDAY}" in (await carla.get(f"{WEEK}/rows?task_id={architect}")).text
    assert (await carla.get(f"{WEEK}/rows?task_id={new_id()}")).status_code == 404


async def test_what_is_unusual_stands_first_and_weeks_are_approved_together(
    delivery: Delivery, project: dict[str, Any], paula: httpx2.AsyncClient
) -> None:
    await record(delivery, a_task_of(project))
    usual = await submit(delivery)
    await record(delivery, a_task_of(project), SATURDAY + timedelta(days=7), minutes=660)
    unusual = await submit(delivery, MONDAY + timedelta(days=7))

    shown = (await paula.get("/approvals")).text
    assert 0 < shown.index(unusual) < shown.index(usual)
    assert "Day of 11" in shown
    assert "Approve a week" in (await paula.get("/home/needs")).text

    approved = await paula.post("/approvals", data={"id": [usual, unusual]})
    assert approved.status_code == 303
    assert usual not in (await paula.get("/approvals")).text


async def test_nobody_approves_their_own_week_not_even_among_others(
    delivery: Delivery, project: dict[str, Any], paula: httpx2.AsyncClient
) -> None:
    await record(delivery, a_task_of(project))
    of_carla = await submit(delivery)
    body = {"task_id": a_task_of(project), "day": str(MONDAY), "minutes": 60}
    await delivery.manager.put(f"/time-entries/{new_id()}", json=body)
    handed_in = await delivery.manager.post("/timesheets/submission", json={"week_starts_on": str(MONDAY)})
    own = handed_in.json()["items"][0]["id"]

    refused = await paula.post("/approvals", data={"id": [of_carla, own]}, headers={"hx-request": "true"})

    assert (refused.status_code, code_of(refused)) == (403, "own_timesheet")
    assert (await delivery.manager.get(f"/timesheets/{of_carla}")).json()["state"] == "submitted"


async def test_a_rejected_week_tells_the_person_why(
    delivery: Delivery, project: dict[str, Any], paula: httpx2.AsyncClient, carla: httpx2.AsyncClient
) -> None:
    await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)

    await paula.post(f"/approvals/{timesheet_id}/rejection", data={"reason": "Which workshop?"})

    assert "Which workshop?" in (await carla.get(WEEK)).text
    assert "Which workshop?" in (await carla.get("/home/needs")).text


async def test_approved_time_is_put_right_from_its_week_and_only_once(
    delivery: Delivery, project: dict[str, Any], paula: httpx2.AsyncClient
) -> None:
    entry_id = await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)
    place = f"/approvals/{timesheet_id}/entries/{entry_id}/correction"
    assert place not in (await paula.get(f"/approvals/{timesheet_id}")).text, "it can still be rejected"
    early = await paula.post(place, data={"minutes": "7:30", "reason": "Left early"}, headers=BY_SCRIPT)
    assert (early.status_code, code_of(early)) == (409, "not_approved_yet")
    await paula.post(f"/approvals/{timesheet_id}/approval")

    assert "8\N{NO-BREAK SPACE}h" in (await paula.get(place)).text
    typo = await paula.post(place, data={"minutes": "25", "reason": "Left early"}, headers=BY_SCRIPT)
    assert typo.json()["errors"][0]["pointer"] == "#/body/minutes"
    assert (await paula.post(place, data={"minutes": "7:30", "reason": "Left early"})).status_code == 303

    shown = (await paula.get(f"/approvals/{timesheet_id}")).text
    assert "Left early" in shown and "Taken back" in shown and place not in shown
    assert (await delivery.manager.get(f"/timesheets/{timesheet_id}")).json()["minutes"] == 450
    again = await paula.post(place, data={"minutes": "7", "reason": "Left early"}, headers=BY_SCRIPT)
    assert (again.status_code, code_of(again)) == (409, "already_corrected")


async def test_nobody_puts_their_own_time_right_or_that_of_a_project_of_somebody_else(
    delivery: Delivery, project: dict[str, Any], paula: httpx2.AsyncClient, carla: httpx2.AsyncClient
) -> None:
    entry_id = await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)
    await paula.post(f"/approvals/{timesheet_id}/approval")
    place, before = f"/approvals/{timesheet_id}/entries/{entry_id}/correction", await minutes_of(delivery)

    for somebody in (carla, delivery.api.browser(Role.PROJECT_MANAGER, subject="petra")):
        assert (await somebody.get(place)).status_code in {403, 404}
        refused = await somebody.post(place, data={"minutes": "1", "reason": "Less"}, headers=BY_SCRIPT)
        assert refused.status_code == 403, refused.text
        assert place not in (await somebody.get(f"/approvals/{timesheet_id}")).text

    assert await minutes_of(delivery) == before


async def test_timesheets_are_found_by_state_and_by_whom_they_are_of(
    delivery: Delivery, project: dict[str, Any], paula: httpx2.AsyncClient, carla: httpx2.AsyncClient
) -> None:
    await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)

    for somebody in (paula, carla, delivery.api.browser(Role.AUDITOR)):
        assert timesheet_id in (await somebody.get("/timesheets?state=submitted&q=carla")).text
        assert timesheet_id not in (await somebody.get("/timesheets?state=approved")).text
        assert timesheet_id not in (await somebody.get("/timesheets?q=nobody")).text
    stranger = delivery.api.browser(Role.PROJECT_MANAGER, subject="petra")
    assert timesheet_id not in (await stranger.get("/timesheets")).text

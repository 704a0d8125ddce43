"""Projects over HTTP: plan, team, margin, baseline, milestones, end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.actor import Role, the_service
from shared.contracts.delivery import MilestoneAccepted, ProjectClosed
from shared.contracts.resourcing import StaffingFulfilled
from shared.ids import new_id
from shared.messaging.reactions import NotReady
from shared.work import begin
from tests.support.api import MERIDIAN, code_of
from tests.support.delivery import CANARY, NOW, Delivery, a_project, a_task_of, approve, record, submit
from tests.support.news_for_delivery import MONDAY, PERSON, a_booking, a_person, a_won_deal

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
async def project(delivery: Delivery) -> dict[str, Any]:
    """Have Carla work here, and a project of Paula's."""
    await delivery.hear(a_person())
    return await a_project(delivery)


async def read(delivery: Delivery, project: dict[str, Any], role: Role = Role.CONTROLLER) -> dict[str, Any]:
    """Read the project as somebody with `role`."""
    found: dict[str, Any] = (await delivery.as_(role).get(f"/projects/{project['id']}")).json()
    return found


def a_billed_milestone(project: dict[str, Any]) -> str:
    """Pick the milestone that a sold line hangs on."""
    return next(str(one["id"]) for one in project["milestones"] if one["is_billed"])


async def test_projects_are_numbered_without_gaps_and_listed_page_by_page(delivery: Delivery) -> None:
    refused = a_won_deal(lines=[], roles=[])
    await a_project(delivery)
    await delivery.hear(refused)
    for _ in range(2):
        await a_project(delivery)

    first = (await delivery.manager.get("/projects?limit=2")).json()
    second = (await delivery.manager.get(f"/projects?limit=2&cursor={first['next']}")).json()

    assert [one["number"] for one in first["items"] + second["items"]] == ["P-1001", "P-1002", "P-1003"]
    assert (await delivery.manager.get("/projects?state=closed")).json()["items"] == []


async def test_the_first_booking_makes_a_project_active_and_shows_the_team(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    request = project["staffing"][1]
    booking = a_booking(UUID(project["id"]))
    fulfilled = StaffingFulfilled(
        request_id=UUID(request["id"]), project_id=UUID(project["id"]), person_id=PERSON, booking_id=booking.booking_id
    )

    await delivery.hear(booking)
    await delivery.hear(fulfilled)

    found = (await delivery.manager.get(f"/projects/{project['id']}")).json()
    assert found["state"] == "active"
    assert [(one["name"], one["minutes_per_day"]) for one in found["team"]] == [("Carla Consultant", 480)]
    assert found["staffing"][1]["person_id"] == str(PERSON)


async def test_a_cancelled_booking_leaves_the_team(delivery: Delivery, project: dict[str, Any]) -> None:
    booking = a_booking(UUID(project["id"]))
    await delivery.hear(booking)

    await delivery.hear(booking.model_copy(update={"is_cancelled": True}), sequence=2)

    assert (await read(delivery, project))["team"] == []


async def test_a_booking_waits_for_its_project(delivery: Delivery) -> None:
    with pytest.raises(NotReady):
        await delivery.hear(a_booking(new_id()))


async def test_a_project_is_not_there_for_those_it_does_not_concern(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    outsiders = [
        delivery.as_(Role.PROJECT_MANAGER, subject="petra"),
        delivery.as_(Role.CONSULTANT, subject="dora"),
        delivery.as_(Role.SALES_REP, subject="richard"),
        delivery.as_(Role.AUDITOR, tenant=CANARY),
    ]

    for client in outsiders:
        for path in ("", "/tasks"):
            assert (await client.get(f"/projects/{project['id']}{path}")).status_code == 404
        assert project["id"] not in (await client.get("/projects")).text
    for role in (Role.BILLING_CLERK, Role.ADMINISTRATOR):
        for path in ("/projects", f"/projects/{project['id']}", f"/projects/{project['id']}/tasks"):
            assert code_of(await delivery.as_(role).get(path)) == "not_permitted"


async def test_the_baseline_stays_when_the_plan_changes(delivery: Delivery, project: dict[str, Any]) -> None:
    task = next(one for one in project["tasks"] if one["staffing_role"] == "Consultant")
    path = f"/projects/{project['id']}"
    tag = (await delivery.manager.get(path)).headers["etag"]
    body = {"minutes": task["minutes"] + 120, "days": task["days"] + 3}

    answer = await delivery.manager.patch(f"{path}/tasks/{task['id']}", json=body, headers={"if-match": tag})

    assert answer.status_code == 200
    differences = (await delivery.manager.get(f"{path}/baseline-comparison")).json()["items"]
    changed = {(one["task"], one["field"]): (one["baseline"], one["now"]) for one in differences if one["is_changed"]}
    assert changed[None, "minutes"] == ("7200", "7320")
    assert changed[None, "minutes/Consultant"] == ("4800", "4920")
    assert [Decimal(amount) for amount in changed[None, "cost"]] == [9_400, 9_540]
    assert (task["wbs"], "ends_before") in changed
    assert answer.json()["baseline"] == project["baseline"]


async def test_a_plan_is_changed_by_whoever_saw_it_last(delivery: Delivery, project: dict[str, Any]) -> None:
    path = f"/projects/{project['id']}/tasks/{a_task_of(project)}"

    first = await delivery.manager.patch(path, json={"minutes": 60}, headers={"if-match": '"1"'})
    second = await delivery.manager.patch(path, json={"minutes": 90}, headers={"if-match": '"1"'})

    assert (first.status_code, second.status_code) == (200, 412)


async def test_senseless_plans_are_refused(delivery: Delivery, project: dict[str, Any]) -> None:
    summary, path = project["tasks"][0]["id"], f"/projects/{project['id']}/tasks"
    seen = {"if-match": '"1"'}
    before = await delivery.digest()

    zero = await delivery.manager.patch(f"{path}/{a_task_of(project)}", json={"minutes": 0}, headers=seen)
    on_summary = await delivery.manager.patch(f"{path}/{summary}", json={"minutes": 5}, headers=seen)
    unknown = await delivery.manager.patch(f"{path}/{new_id()}", json={"minutes": 5}, headers=seen)

    assert [code_of(one) for one in (zero, on_summary, unknown)] == [
        "invalid_request",
        "summary_task",
        "no_such_task",
    ]
    assert await delivery.digest() == before


async def test_the_service_cannot_change_a_baseline(delivery: Delivery, project: dict[str, Any]) -> None:
    for table in ("baselines", "baseline_roles", "baseline_tasks"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with begin(delivery.database, the_service("delivery", MERIDIAN), NOW) as work:
                await work.session.execute(text(f"delete from {table}"))


async def test_a_milestone_is_reached_then_accepted_and_announced(delivery: Delivery, project: dict[str, Any]) -> None:
    milestone_id = a_billed_milestone(project)
    acceptance = {"accepted_by": "Ms Berger", "accepted_on": "2026-03-10"}

    early = await delivery.manager.post(f"/milestones/{milestone_id}/acceptance", json=acceptance)
    reached = await delivery.manager.post(f"/milestones/{milestone_id}/reached", json={})
    accepted = await delivery.manager.post(f"/milestones/{milestone_id}/acceptance", json=acceptance)

    assert (code_of(early), reached.json()["reached_on"]) == ("milestone_not_reached", "2026-03-09")
    assert accepted.json()["state"] == "accepted"
    [told] = await delivery.told(MilestoneAccepted)
    assert (str(told.milestone_id), told.accepted_by, str(told.thread_id)) == (
        milestone_id,
        "Ms Berger",
        project["opportunity_id"],
    )
    assert told.billing_line_id is not None


async def test_a_milestone_is_not_accepted_before_it_was_reached(delivery: Delivery, project: dict[str, Any]) -> None:
    milestone_id = a_billed_milestone(project)
    await delivery.manager.post(f"/milestones/{milestone_id}/reached", json={"reached_on": "2026-03-05"})

    answer = await delivery.manager.post(
        f"/milestones/{milestone_id}/acceptance", json={"accepted_by": "Ms Berger", "accepted_on": "2026-03-04"}
    )

    assert (answer.status_code, code_of(answer)) == (422, "accepted_before_reached")
    assert await delivery.told(MilestoneAccepted) == []


async def test_a_project_ends_once_its_time_is_approved(delivery: Delivery, project: dict[str, Any]) -> None:
    await record(delivery, a_task_of(project))
    path = f"/projects/{project['id']}/closure"

    early = await delivery.manager.post(path)
    await approve(delivery, await submit(delivery))
    closed = await delivery.manager.post(path)
    again = await delivery.manager.post(path)

    assert (code_of(early), code_of(again)) == ("unapproved_time", "project_already_closed")
    assert (closed.json()["state"], closed.json()["closed_on"]) == ("closed", "2026-03-09")
    [told] = await delivery.told(ProjectClosed)
    assert str(told.project_id) == project["id"]


async def test_only_its_manager_runs_a_project(delivery: Delivery, project: dict[str, Any]) -> None:
    path, milestone = f"/projects/{project['id']}", f"/milestones/{a_billed_milestone(project)}"
    acceptance = {"accepted_by": "Ms Berger", "accepted_on": "2026-03-10"}
    before = await delivery.digest()
    calls = [
        (f"{path}/closure", None),
        (f"{path}/hold", {"reason": "No"}),
        (f"{path}/resumption", None),
        (f"{milestone}/reached", {}),
        (f"{milestone}/acceptance", acceptance),
    ]
    codes = {
        (Role.PROJECT_MANAGER, MERIDIAN): {"not_your_project"},
        (Role.CONTROLLER, MERIDIAN): {"not_permitted"},
        (Role.CONSULTANT, MERIDIAN): {"not_permitted"},
        (Role.SALES_REP, MERIDIAN): {"not_permitted"},
        (Role.PROJECT_MANAGER, CANARY): {"no_such_project", "no_such_milestone"},
    }

    for (role, tenant), expected in codes.items():
        client = delivery.as_(role, subject="petra", tenant=tenant)
        for address, body in calls:
            assert code_of(await client.post(address, json=body)) in expected

    assert await delivery.digest() == before


async def test_only_its_manager_plans_a_project(delivery: Delivery, project: dict[str, Any]) -> None:
    path = f"/projects/{project['id']}"
    task = f"{path}/tasks/{a_task_of(project)}"
    before = await delivery.digest()

    ruth = delivery.as_(Role.RESOURCE_MANAGER)
    assert code_of(await ruth.patch(task, json={"minutes": 1}, headers={"if-match": '"1"'})) == "not_permitted"
    petra = delivery.as_(Role.PROJECT_MANAGER, subject="petra")
    assert (await petra.patch(task, json={"minutes": 1}, headers={"if-match": '"1"'})).status_code == 404
    assert (await petra.get(f"{path}/baseline-comparison")).status_code == 404
    assert code_of(await delivery.consultant.get(f"{path}/baseline-comparison")) == "not_permitted"
    stranger = delivery.as_(Role.CONTROLLER, tenant=CANARY)
    assert (await stranger.get(f"{path}/baseline-comparison")).status_code == 404

    assert await delivery.digest() == before

"""Submitting, signing off and correcting time over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.actor import Role, the_service
from shared.contracts.delivery import TimeCorrected, TimesheetApproved
from shared.ids import new_id
from shared.work import begin
from tests.support.api import MERIDIAN, code_of
from tests.support.delivery import CANARY, NOW, Delivery, a_project, a_task_of, approve, record, submit
from tests.support.news_for_delivery import MANAGER, MONDAY, PERSON, a_person, a_won_deal

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
async def project(delivery: Delivery) -> dict[str, Any]:
    """Have Carla work here for Paula, on a project."""
    await delivery.hear(a_person())
    await delivery.hear(a_person(MANAGER, subject="paula", name="Paula Manager"))
    return await a_project(delivery)


async def test_an_approved_week_is_announced_with_the_sold_line_of_every_entry(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    task = next(one for one in project["tasks"] if one["staffing_role"] == "Consultant")
    first = await record(delivery, task["id"], minutes=480)
    await record(delivery, task["id"], TUESDAY, minutes=60, billable=False, note="Travel")
    timesheet_id = await submit(delivery)

    answer = await delivery.manager.post(f"/timesheets/{timesheet_id}/approval")

    assert (answer.json()["state"], answer.json()["minutes"], answer.json()["billable_minutes"]) == (
        "approved",
        540,
        480,
    )
    [told] = await delivery.told(TimesheetApproved)
    assert (str(told.thread_id), str(told.project_id)) == (project["opportunity_id"], project["id"])
    assert (told.person_id, told.week_starts_on, told.approved_by) == (PERSON, MONDAY, "paula")
    assert [(one.minutes, one.billable, one.note) for one in told.entries] == [
        (480, True, ""),
        (60, False, "Travel"),
    ]
    assert str(told.entries[0].entry_id) == first
    assert {str(one.billing_line_id) for one in told.entries} == {task["billing_line_id"]}


async def test_each_project_of_a_week_is_signed_off_by_itself(delivery: Delivery, project: dict[str, Any]) -> None:
    other = await a_project(delivery, a_won_deal(name="Second"))
    for one in (project, other):
        await record(delivery, a_task_of(one), minutes=240)

    body = {"week_starts_on": MONDAY.isoformat(), "project_id": other["id"]}
    only = (await delivery.consultant.post("/timesheets/submission", json=body)).json()["items"]
    rest = (await delivery.consultant.post("/timesheets/submission", json={**body, "project_id": None})).json()

    assert [one["project_number"] for one in only] == ["P-1002"]
    assert [one["project_number"] for one in rest["items"]] == ["P-1001"]


async def test_an_empty_week_is_not_submitted(delivery: Delivery, project: dict[str, Any]) -> None:
    for day, code in ((MONDAY, "nothing_to_submit"), (TUESDAY, "week_starts_on_monday")):
        answer = await delivery.consultant.post("/timesheets/submission", json={"week_starts_on": day.isoformat()})
        assert code_of(answer) == code


async def test_nobody_approves_their_own_time(delivery: Delivery, project: dict[str, Any]) -> None:
    body = {"task_id": a_task_of(project), "day": MONDAY.isoformat(), "minutes": 60}
    await delivery.manager.put(f"/time-entries/{new_id()}", json=body)
    week = {"week_starts_on": MONDAY.isoformat()}
    [own] = (await delivery.manager.post("/timesheets/submission", json=week)).json()["items"]
    before = await delivery.digest()

    for path, reason in (("approval", None), ("rejection", {"reason": "No"})):
        answer = await delivery.manager.post(f"/timesheets/{own['id']}/{path}", json=reason)
        assert (answer.status_code, code_of(answer)) == (403, "own_timesheet")

    assert await delivery.digest() == before
    assert (await delivery.as_(Role.RESOURCE_MANAGER).post(f"/timesheets/{own['id']}/approval")).status_code == 200


async def test_nobody_approves_their_own_time_under_another_log_in(delivery: Delivery, project: dict[str, Any]) -> None:
    await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)
    await delivery.hear(a_person(PERSON, subject="carla.two"), sequence=2)

    answer = await delivery.as_(Role.RESOURCE_MANAGER, subject="carla.two").post(f"/timesheets/{timesheet_id}/approval")

    assert code_of(answer) == "own_timesheet"


async def test_another_manager_does_not_decide(delivery: Delivery, project: dict[str, Any]) -> None:
    await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)
    petra = delivery.as_(Role.PROJECT_MANAGER, subject="petra")

    answer = await petra.post(f"/timesheets/{timesheet_id}/approval")

    assert (answer.status_code, code_of(answer)) == (403, "not_yours_to_decide")
    assert (await petra.get(f"/timesheets/{timesheet_id}")).status_code == 404


async def test_a_rejected_week_is_put_right_and_submitted_again(delivery: Delivery, project: dict[str, Any]) -> None:
    entry_id = await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)

    rejected = await delivery.manager.post(f"/timesheets/{timesheet_id}/rejection", json={"reason": "Too much"})
    changed = await delivery.consultant.patch(
        f"/time-entries/{entry_id}", json={"minutes": 300}, headers={"if-match": '"1"'}
    )

    assert (rejected.json()["state"], rejected.json()["rejection_reason"]) == ("rejected", "Too much")
    assert changed.status_code == 200
    assert await submit(delivery) == timesheet_id
    await approve(delivery, timesheet_id)
    [told] = await delivery.told(TimesheetApproved)
    assert [(one.minutes, one.version) for one in told.entries] == [(300, 2)]


async def test_a_week_is_decided_on_once(delivery: Delivery, project: dict[str, Any]) -> None:
    await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)
    await approve(delivery, timesheet_id)

    answer = await delivery.manager.post(f"/timesheets/{timesheet_id}/approval")

    assert (answer.status_code, code_of(answer)) == (409, "timesheet_not_submitted")
    assert len(await delivery.told(TimesheetApproved)) == 1


async def test_the_service_cannot_change_approved_time(delivery: Delivery, project: dict[str, Any]) -> None:
    await record(delivery, a_task_of(project))
    await approve(delivery, await submit(delivery))

    for statement in ("update approved_entries set minutes = 1", "delete from approved_entries"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with begin(delivery.database, the_service("delivery", MERIDIAN), NOW) as work:
                await work.session.execute(text(statement))


async def test_approved_time_is_put_right_by_reversal(delivery: Delivery, project: dict[str, Any]) -> None:
    entry_id = await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)
    await approve(delivery, timesheet_id)

    answer = await delivery.manager.post(
        f"/time-entries/{entry_id}/correction", json={"minutes": 300, "reason": "Left at noon"}
    )

    assert answer.status_code == 201
    reversal, right = answer.json()["entries"]
    assert (reversal["minutes"], reversal["corrects_entry_id"], right["minutes"]) == (-480, entry_id, 300)
    [told] = await delivery.told(TimeCorrected)
    assert (told.reason, [one.minutes for one in told.entries]) == ("Left at noon", [-480, 300])
    assert str(told.thread_id) == project["opportunity_id"]
    timesheet = (await delivery.manager.get(f"/timesheets/{timesheet_id}")).json()
    assert timesheet["minutes"] == 300
    assert sorted(one["minutes"] for one in timesheet["entries"]) == [-480, 300, 480]


async def test_an_entry_is_corrected_once_and_the_right_one_again(delivery: Delivery, project: dict[str, Any]) -> None:
    entry_id = await record(delivery, a_task_of(project))
    await approve(delivery, await submit(delivery))
    wrong = {"minutes": 300, "reason": "Left at noon"}
    first = (await delivery.manager.post(f"/time-entries/{entry_id}/correction", json=wrong)).json()

    again = await delivery.manager.post(f"/time-entries/{entry_id}/correction", json=wrong)
    reversal, right = (one["id"] for one in first["entries"])
    of_reversal = await delivery.manager.post(f"/time-entries/{reversal}/correction", json=wrong)
    of_right = await delivery.manager.post(
        f"/time-entries/{right}/correction", json={"minutes": None, "reason": "Was ill"}
    )

    assert (code_of(again), code_of(of_reversal)) == ("already_corrected", "already_corrected")
    assert [one["minutes"] for one in of_right.json()["entries"]] == [-300]


async def test_a_corrected_day_still_has_24_hours(delivery: Delivery, project: dict[str, Any]) -> None:
    entry_id = await record(delivery, a_task_of(project), minutes=400)
    await record(delivery, a_task_of(project), minutes=1_000)
    await approve(delivery, await submit(delivery))
    before = await delivery.digest()

    answer = await delivery.manager.post(
        f"/time-entries/{entry_id}/correction", json={"minutes": 441, "reason": "Longer"}
    )

    assert (answer.status_code, code_of(answer)) == (422, "day_too_long")
    assert await delivery.digest() == before


async def test_nobody_corrects_their_own_time_or_what_is_not_approved(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    entry_id = await record(delivery, a_task_of(project))
    body = {"minutes": 1, "reason": "Because"}
    path = f"/time-entries/{entry_id}/correction"

    assert code_of(await delivery.manager.post(path, json=body)) == "not_approved_yet"
    await approve(delivery, await submit(delivery))
    own = await delivery.as_(Role.RESOURCE_MANAGER, subject="carla").post(path, json=body)
    assert code_of(own) == "own_timesheet"
    other = await delivery.as_(Role.PROJECT_MANAGER, subject="petra").post(path, json=body)
    assert code_of(other) == "not_yours_to_decide"
    assert code_of(await delivery.consultant.post(path, json=body)) == "not_permitted"


async def test_timesheets_are_listed_for_whoever_they_concern(delivery: Delivery, project: dict[str, Any]) -> None:
    await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)
    lists = {
        ("carla", Role.CONSULTANT, "mine"): 1,
        ("carla", Role.CONSULTANT, "to_approve"): 0,
        ("paula", Role.PROJECT_MANAGER, "mine"): 0,
        ("paula", Role.PROJECT_MANAGER, "to_approve"): 1,
        ("petra", Role.PROJECT_MANAGER, "to_approve"): 0,
        ("petra", Role.PROJECT_MANAGER, "all"): 0,
        ("ruth", Role.RESOURCE_MANAGER, "to_approve"): 1,
        ("carla", Role.RESOURCE_MANAGER, "to_approve"): 0,
        ("conny", Role.CONTROLLER, "all"): 1,
        ("anna", Role.AUDITOR, "all"): 1,
    }

    for (subject, role, show), count in lists.items():
        client = delivery.as_(role, subject=subject)
        items = (await client.get(f"/timesheets?show={show}")).json()["items"]
        assert (subject, role, show, len(items)) == (subject, role, show, count)
    found = (await delivery.manager.get(f"/timesheets/{timesheet_id}")).json()
    assert (found["person_name"], found["project_name"]) == ("Carla Consultant", "Data platform")


async def test_timesheets_come_page_by_page_the_newest_week_first(delivery: Delivery, project: dict[str, Any]) -> None:
    for week in range(3):
        await record(delivery, a_task_of(project), MONDAY + timedelta(weeks=week))

    first = (await delivery.consultant.get("/timesheets?limit=2")).json()
    second = (await delivery.consultant.get(f"/timesheets?limit=2&cursor={first['next']}")).json()

    assert [one["week_starts_on"] for one in first["items"] + second["items"]] == [
        "2026-03-16",
        "2026-03-09",
        "2026-03-02",
    ]


async def test_only_those_who_decide_may(delivery: Delivery, project: dict[str, Any]) -> None:
    entry_id = await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)
    before = await delivery.digest()

    for role in (Role.CONSULTANT, Role.CONTROLLER, Role.AUDITOR, Role.SALES_REP, Role.BILLING_CLERK):
        client = delivery.as_(role)
        for answer in (
            await client.post(f"/timesheets/{timesheet_id}/approval"),
            await client.post(f"/timesheets/{timesheet_id}/rejection", json={"reason": "No"}),
            await client.post(f"/time-entries/{entry_id}/correction", json={"minutes": 1, "reason": "No"}),
        ):
            assert (answer.status_code, code_of(answer)) == (403, "not_permitted")

    assert await delivery.digest() == before
    assert (await delivery.as_(Role.BILLING_CLERK).get("/timesheets")).status_code == 403
    assert (await delivery.as_(Role.SALES_REP).get(f"/timesheets/{timesheet_id}")).status_code == 403


async def test_another_tenant_neither_sees_nor_decides(delivery: Delivery, project: dict[str, Any]) -> None:
    await record(delivery, a_task_of(project))
    timesheet_id = await submit(delivery)
    stranger = delivery.as_(Role.RESOURCE_MANAGER, tenant=CANARY)

    assert timesheet_id not in (await stranger.get("/timesheets?show=all")).text
    for answer in (
        await stranger.get(f"/timesheets/{timesheet_id}"),
        await stranger.post(f"/timesheets/{timesheet_id}/approval"),
        await stranger.post(f"/timesheets/{timesheet_id}/rejection", json={"reason": "No"}),
    ):
        assert (answer.status_code, code_of(answer)) == (404, "no_such_timesheet")

"""Changing, deleting and copying time over HTTP."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.delivery import Delivery, a_project, a_task_of, approve, record, submit
from tests.support.news_for_delivery import MONDAY, a_person

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
async def task(delivery: Delivery) -> str:
    """Have Carla work here, and a task for her."""
    await delivery.hear(a_person())
    return a_task_of(await a_project(delivery))


def worked(task_id: str, minutes: int = 480, day: date = MONDAY, **rest: Any) -> dict[str, Any]:
    """Say what was worked."""
    return {"task_id": task_id, "minutes": minutes, "day": day.isoformat(), **rest}


async def put(client: httpx2.AsyncClient, body: dict[str, Any]) -> httpx2.Response:
    """Record time under a new id."""
    return await client.put(f"/time-entries/{new_id()}", json=body)


async def test_a_week_that_was_handed_in_takes_no_more_time(delivery: Delivery, task: str) -> None:
    entry_id = await record(delivery, task)
    timesheet_id = await submit(delivery)
    for _ in ("submitted", "approved"):
        seen = {"if-match": '"1"'}
        for answer in (
            await put(delivery.consultant, worked(task, 30, TUESDAY)),
            await delivery.consultant.patch(f"/time-entries/{entry_id}", json={"minutes": 30}, headers=seen),
            await delivery.consultant.delete(f"/time-entries/{entry_id}", headers=seen),
        ):
            assert (answer.status_code, code_of(answer)) == (409, "week_handed_in")
        if (await delivery.consultant.get(f"/timesheets/{timesheet_id}")).json()["state"] == "submitted":
            await approve(delivery, timesheet_id)


async def test_an_open_entry_is_changed_by_whoever_saw_it_last(delivery: Delivery, task: str) -> None:
    entry_id = await record(delivery, task)
    path = f"/time-entries/{entry_id}"
    tag = (await delivery.consultant.get(path)).headers["etag"]

    changed = await delivery.consultant.patch(path, json={"minutes": 300}, headers={"if-match": tag})
    stale = await delivery.consultant.patch(path, json={"minutes": 1}, headers={"if-match": tag})
    blind = await delivery.consultant.patch(path, json={"minutes": 1})

    assert (changed.json()["minutes"], changed.json()["version"]) == (300, 2)
    assert (stale.status_code, blind.status_code) == (412, 422)
    assert (await put(delivery.consultant, worked(task, 1_140))).status_code == 201


async def test_a_change_keeps_within_the_day(delivery: Delivery, task: str) -> None:
    entry_id = await record(delivery, task, minutes=700)
    await record(delivery, task, minutes=700)

    answer = await delivery.consultant.patch(
        f"/time-entries/{entry_id}", json={"minutes": 800}, headers={"if-match": '"1"'}
    )

    assert code_of(answer) == "day_too_long"


async def test_a_deleted_entry_gives_its_minutes_back_to_the_day(delivery: Delivery, task: str) -> None:
    entry_id = await record(delivery, task, minutes=1_440)

    answer = await delivery.consultant.delete(f"/time-entries/{entry_id}", headers={"if-match": '"1"'})

    assert answer.status_code == 204
    assert (await put(delivery.consultant, worked(task, 1_440))).status_code == 201


async def test_nobody_touches_the_entries_of_others(delivery: Delivery, task: str) -> None:
    entry_id = await record(delivery, task)
    await delivery.hear(a_person(new_id(), subject="dora", name="Dora"))
    dora = delivery.as_(Role.CONSULTANT, subject="dora")
    before = await delivery.digest()

    for answer in (
        await dora.get(f"/time-entries/{entry_id}"),
        await dora.patch(f"/time-entries/{entry_id}", json={"minutes": 1}, headers={"if-match": '"1"'}),
        await dora.delete(f"/time-entries/{entry_id}", headers={"if-match": '"1"'}),
    ):
        assert (answer.status_code, code_of(answer)) == (404, "no_such_entry")

    assert await delivery.digest() == before


async def test_last_week_is_copied_once(delivery: Delivery, task: str) -> None:
    await record(delivery, task, minutes=300, note="Review")
    await record(delivery, task, TUESDAY, minutes=200)
    await approve(delivery, await submit(delivery))
    body = {"week_starts_on": (MONDAY + timedelta(days=7)).isoformat()}

    first = (await delivery.consultant.post("/timesheets/copy", json=body)).json()
    again = (await delivery.consultant.post("/timesheets/copy", json=body)).json()

    assert [(one["day"], one["minutes"], one["note"]) for one in first["items"]] == [
        ("2026-03-09", 300, "Review"),
        ("2026-03-10", 200, ""),
    ]
    assert again["items"] == []
    assert {one["code"] for one in again["skipped"]} == {"entry_exists"}


async def test_there_must_be_a_last_week_to_copy(delivery: Delivery, task: str) -> None:
    for day, code in ((MONDAY, "nothing_to_copy"), (TUESDAY, "week_starts_on_monday")):
        answer = await delivery.consultant.post("/timesheets/copy", json={"week_starts_on": day.isoformat()})
        assert code_of(answer) == code


async def test_time_recorded_while_the_project_is_closed_is_never_lost(delivery: Delivery, task: str) -> None:
    project = (await delivery.manager.get("/projects")).json()["items"][0]
    close = delivery.manager.post(f"/projects/{project['id']}/closure")

    answers = await asyncio.gather(*(put(delivery.consultant, worked(task, 10)) for _ in range(4)), close)

    recorded = [answer for answer in answers[:-1] if answer.status_code == 201]
    assert (answers[-1].status_code == 200) == (not recorded)
    assert {code_of(answer) for answer in answers[:-1] if answer not in recorded} <= {"time_on_closed_project"}


async def test_time_recorded_while_the_week_is_submitted_is_in_it_or_refused(delivery: Delivery, task: str) -> None:
    await record(delivery, task, minutes=10)
    submission = delivery.consultant.post("/timesheets/submission", json={"week_starts_on": MONDAY.isoformat()})

    answers = await asyncio.gather(submission, *(put(delivery.consultant, worked(task, 10)) for _ in range(4)))

    recorded = sum(answer.status_code == 201 for answer in answers[1:])
    [timesheet] = (await delivery.consultant.get("/timesheets")).json()["items"]
    assert (timesheet["state"], timesheet["minutes"]) == ("submitted", 10 + 10 * recorded)
    assert {code_of(one) for one in answers[1:] if one.status_code != 201} <= {"week_handed_in"}

"""Recording time over HTTP."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.delivery import CANARY, Delivery, a_project, a_task_of, record
from tests.support.news_for_delivery import MONDAY, PERSON, a_person

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


async def test_a_consultant_records_time_on_a_task(delivery: Delivery, task: str) -> None:
    answer = await put(delivery.consultant, worked(task, 450, note="Workshop"))

    entry = answer.json()
    assert answer.status_code == 201
    assert (entry["person_id"], entry["minutes"], entry["note"]) == (str(PERSON), 450, "Workshop")
    assert (entry["billable"], entry["state"], entry["staffing_role"]) == (True, "open", "Consultant")


async def test_recording_again_with_the_same_id_records_once(delivery: Delivery, task: str) -> None:
    path, body = f"/time-entries/{new_id()}", worked(task)
    first = await delivery.consultant.put(path, json=body)

    again = await delivery.consultant.put(path, json=body)
    other = await delivery.consultant.put(path, json=worked(task, 60))

    assert again.json() == first.json()
    assert other.status_code == 409
    week = await delivery.consultant.get(f"/time-entries?week_starts_on={MONDAY}")
    assert [entry["minutes"] for entry in week.json()["items"]] == [480]


async def test_nobody_works_25_hours_in_a_day(delivery: Delivery, task: str) -> None:
    await record(delivery, task, minutes=1_000)
    before = await delivery.digest()

    answer = await put(delivery.consultant, worked(task, 500))

    assert (answer.status_code, code_of(answer)) == (422, "day_too_long")
    assert answer.json()["errors"][0]["pointer"] == "#/body/minutes"
    assert await delivery.digest() == before


async def test_an_entry_has_at_least_one_minute_and_at_most_a_day(delivery: Delivery, task: str) -> None:
    for minutes in (0, -1, 1_441):
        answer = await put(delivery.consultant, worked(task, minutes))
        assert (answer.status_code, code_of(answer)) == (422, "invalid_request")


async def test_entries_at_the_same_moment_do_not_pass_24_hours_together(delivery: Delivery, task: str) -> None:
    answers = await asyncio.gather(*(put(delivery.consultant, worked(task, 400)) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [422] * 3
    week = (await delivery.consultant.get(f"/time-entries?week_starts_on={MONDAY}")).json()["items"]
    assert sum(entry["minutes"] for entry in week) == 1_200
    assert len({entry["timesheet_id"] for entry in week}) == 1


async def test_up_to_a_hundred_entries_are_recorded_in_one_call(delivery: Delivery, task: str) -> None:
    days = [MONDAY + timedelta(days=number // 10) for number in range(100)]
    entries = [worked(task, 45, day, id=str(new_id())) for day in days]

    answer = await delivery.consultant.post("/time-entries", json={"entries": entries})

    assert answer.status_code == 201
    assert [entry["id"] for entry in answer.json()["items"]] == [entry["id"] for entry in entries]
    assert (await delivery.consultant.post("/time-entries", json={"entries": entries * 2})).status_code == 422


async def test_many_entries_are_recorded_all_or_none(delivery: Delivery, task: str) -> None:
    before = await delivery.digest()
    good = worked(task, 60, id=str(new_id()))
    bad = worked(str(new_id()), 60, TUESDAY, id=str(new_id()))

    answer = await delivery.consultant.post("/time-entries", json={"entries": [good, bad]})

    assert (answer.status_code, code_of(answer)) == (404, "no_such_task_for_time")
    assert answer.json()["errors"][0]["pointer"] == "#/body/entries/1/task_id"
    assert await delivery.digest() == before


async def test_a_day_is_summed_over_all_entries_of_a_call(delivery: Delivery, task: str) -> None:
    entries = [worked(task, 500, id=str(new_id())) for _ in range(3)]

    answer = await delivery.consultant.post("/time-entries", json={"entries": entries})

    assert code_of(answer) == "day_too_long"


async def test_an_id_is_used_once(delivery: Delivery, task: str) -> None:
    entry_id = await record(delivery, task, minutes=60)

    answer = await delivery.consultant.post("/time-entries", json={"entries": [worked(task, 60, id=entry_id)]})

    assert (answer.status_code, code_of(answer)) == (409, "entry_exists")


async def test_no_time_on_a_summary(delivery: Delivery, task: str) -> None:
    project = (await delivery.manager.get("/projects")).json()["items"][0]
    tasks = (await delivery.manager.get(f"/projects/{project['id']}/tasks")).json()["items"]
    summary = next(one["id"] for one in tasks if one["staffing_role"] is None)

    answer = await put(delivery.consultant, worked(summary))

    assert (answer.status_code, code_of(answer)) == (422, "time_on_summary")


async def test_no_time_on_a_closed_project(delivery: Delivery, task: str) -> None:
    project = (await delivery.manager.get("/projects")).json()["items"][0]
    await delivery.manager.post(f"/projects/{project['id']}/closure")
    before = await delivery.digest()

    answer = await put(delivery.consultant, worked(task))

    assert (answer.status_code, code_of(answer)) == (409, "time_on_closed_project")
    assert await delivery.digest() == before


async def test_no_time_on_a_project_on_hold(delivery: Delivery, task: str) -> None:
    project = (await delivery.manager.get("/projects")).json()["items"][0]
    await delivery.manager.post(f"/projects/{project['id']}/hold", json={"reason": "Client decides"})

    assert code_of(await put(delivery.consultant, worked(task))) == "time_on_project_on_hold"

    await delivery.manager.post(f"/projects/{project['id']}/resumption")
    assert (await put(delivery.consultant, worked(task))).status_code == 201


async def test_time_only_on_days_of_employment(delivery: Delivery, task: str) -> None:
    await delivery.hear(a_person(until=TUESDAY), sequence=2)

    assert (await put(delivery.consultant, worked(task))).status_code == 201
    for day in (date(2024, 12, 31), TUESDAY):
        answer = await put(delivery.consultant, worked(task, day=day))
        assert (answer.status_code, code_of(answer)) == (422, "not_employed")


async def test_a_log_in_without_a_person_records_no_time(delivery: Delivery, task: str) -> None:
    stranger = delivery.as_(Role.CONSULTANT, subject="nobody")

    for answer in (
        await put(stranger, worked(task)),
        await stranger.get(f"/time-entries?week_starts_on={MONDAY}"),
        await stranger.post("/timesheets/submission", json={"week_starts_on": MONDAY.isoformat()}),
        await stranger.post("/timesheets/copy", json={"week_starts_on": MONDAY.isoformat()}),
    ):
        assert (answer.status_code, code_of(answer)) == (403, "nobody_behind_log_in")


async def test_only_those_who_record_time_may(delivery: Delivery, task: str) -> None:
    before = await delivery.digest()
    week = {"week_starts_on": MONDAY.isoformat()}

    for role in (Role.SALES_REP, Role.CONTROLLER, Role.AUDITOR, Role.BILLING_CLERK, Role.ADMINISTRATOR):
        client = delivery.as_(role, subject="carla")
        for answer in (
            await put(client, worked(task)),
            await client.post("/time-entries", json={"entries": [worked(task, id=str(new_id()))]}),
            await client.get(f"/time-entries?week_starts_on={MONDAY}"),
            await client.get(f"/time-entries/{new_id()}"),
            await client.patch(f"/time-entries/{new_id()}", json={}),
            await client.delete(f"/time-entries/{new_id()}"),
            await client.post("/timesheets/submission", json=week),
            await client.post("/timesheets/copy", json=week),
        ):
            assert (answer.status_code, code_of(answer)) == (403, "not_permitted")

    assert await delivery.digest() == before


async def test_another_tenant_knows_neither_task_nor_entry(delivery: Delivery, task: str) -> None:
    entry_id = await record(delivery, task)
    stranger = delivery.as_(Role.CONSULTANT, subject="carla", tenant=CANARY)

    assert code_of(await put(stranger, worked(task))) == "no_such_task_for_time"
    assert (await stranger.get(f"/time-entries/{entry_id}")).status_code == 404
    assert entry_id not in (await stranger.get(f"/time-entries?week_starts_on={MONDAY}")).text

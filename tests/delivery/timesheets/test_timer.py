"""The timer: one runs per person, what it measured becomes time when it stops, and that can be undone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.delivery.service import service
from services.delivery.timesheets.model.timer import minutes_by_day
from shared.actor import Role
from shared.ids import new_id
from tests.support.api import api, code_of
from tests.support.delivery import NOW, Delivery, a_project, a_task_of, record, submit
from tests.support.news_for_delivery import MANAGER, a_booking, a_person

BY_SCRIPT = {"hx-request": "true"}
MOMENTS = st.integers(0, 10_000_000).map(lambda seconds: NOW + timedelta(seconds=seconds))


@dataclass
class Clock:
    """A clock that tests move."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **lasted: float) -> None:
        """Let time pass."""
        self.now += timedelta(**lasted)


@pytest.fixture
def clock() -> Clock:
    """Give a clock at NOW."""
    return Clock()


@pytest.fixture
def delivery(delivery: Delivery, clock: Clock) -> Iterator[Delivery]:
    """Serve delivery by the clock."""
    yield Delivery(delivery.database, api(service, delivery.database, clock=clock))


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


async def recorded(delivery: Delivery) -> dict[tuple[str, str], int]:
    """Carla's minutes of the weeks around NOW, by task and day."""
    found: dict[tuple[str, str], int] = {}
    for week in ("2026-03-09", "2026-03-16"):
        entries = await delivery.consultant.get("/time-entries", params={"week_starts_on": week})
        for one in entries.json()["items"]:
            found[one["task_id"], one["day"]] = found.get((one["task_id"], one["day"]), 0) + one["minutes"]
    return found


def undo_of(answer: httpx2.Response) -> str:
    """Where the message of an answer says that it can be undone."""
    assert answer.is_success, answer.text
    found = re.search(r"/timer/[0-9a-f-]+/undo", answer.headers["hx-trigger"])
    assert found, answer.headers
    return found[0]


async def test_it_runs_on_the_server_and_is_rounded_only_when_it_stops(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient, clock: Clock
) -> None:
    task = a_task_of(project)
    row = f"rows?task_id={task}"
    assert f"/timer/start/{task}" in (await carla.get(f"/week/2026-03-09/{row}")).text
    assert f"/timer/start/{task}" not in (await carla.get(f"/week/2026-03-02/{row}")).text

    await carla.post(f"/timer/start/{task}")
    clock.goes_on(minutes=12, seconds=29)
    assert 'data-seconds="749"' in (await carla.get("/week")).text
    clock.goes_on(seconds=1)
    stopped = await carla.post("/timer/stop", headers=BY_SCRIPT)

    assert "0.22" in stopped.headers["hx-trigger"]
    assert await recorded(delivery) == {(task, "2026-03-09"): 13}
    assert "data-seconds" not in (await carla.get("/week")).text
    assert code_of(await carla.post("/timer/stop", headers=BY_SCRIPT)) == "no_timer_runs"


async def test_switching_records_what_ran_and_one_undo_goes_back(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient, clock: Clock
) -> None:
    first, second = a_task_of(project), a_task_of(project, "Architect")
    await carla.post(f"/timer/start/{first}")
    clock.goes_on(minutes=30)

    switched = await carla.post(f"/timer/start/{second}", headers=BY_SCRIPT)

    assert await recorded(delivery) == {(first, "2026-03-09"): 30}
    clock.goes_on(minutes=2)
    await carla.post(undo_of(switched))
    assert await recorded(delivery) == {}
    assert 'data-seconds="1920"' in (await carla.get("/week")).text
    again = await carla.post(f"/timer/start/{first}")
    assert "hx-trigger" not in again.headers
    assert 'data-seconds="1920"' in (await carla.get("/week")).text


async def test_stopping_and_discarding_are_undone_until_the_time_was_changed(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient, clock: Clock
) -> None:
    task = a_task_of(project)
    await carla.post(f"/timer/start/{task}")
    clock.goes_on(minutes=30)
    discarded = await carla.post("/timer/discard", headers=BY_SCRIPT)
    assert await recorded(delivery) == {}
    await carla.post(undo_of(discarded))

    stopped = await carla.post("/timer/stop", headers=BY_SCRIPT)
    assert await recorded(delivery) == {(task, "2026-03-09"): 30}
    typed = {f"cells/{task}/2026-03-09": "1", f"seen/{task}/2026-03-09": "30"}
    await carla.post("/week/2026-03-09", data=typed)

    assert code_of(await carla.post(undo_of(stopped), headers=BY_SCRIPT)) == "timer_not_undone"
    assert await recorded(delivery) == {(task, "2026-03-09"): 60}
    another = delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")
    assert (await another.post(undo_of(stopped))).status_code == 404


async def test_what_is_typed_is_saved_with_it_and_nothing_happens_if_it_is_wrong(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient, clock: Clock
) -> None:
    task = a_task_of(project)
    cell = f"cells/{task}/2026-03-10"
    await carla.post(f"/timer/start/{task}", data={cell: "2"})
    clock.goes_on(hours=1)

    wrong = await carla.post("/timer/stop", data={cell: "25", f"seen/{task}/2026-03-10": "120"}, headers=BY_SCRIPT)

    assert (code_of(wrong), wrong.json()["errors"][0]["pointer"]) == ("day_too_long", f"#/body/{cell}")
    assert await recorded(delivery) == {(task, "2026-03-10"): 120}
    assert 'data-seconds="3600"' in (await carla.get("/week")).text


async def test_one_that_was_forgotten_is_discarded_and_one_over_midnight_counts_for_both_days(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient, clock: Clock
) -> None:
    task = a_task_of(project)
    await carla.post(f"/timer/start/{task}")
    clock.goes_on(hours=24, seconds=1)
    assert code_of(await carla.post("/timer/stop", headers=BY_SCRIPT)) == "timer_forgotten"
    await carla.post("/timer/discard")

    clock.now = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    await carla.post(f"/timer/start/{task}")
    clock.goes_on(minutes=45)
    await carla.post("/timer/stop")

    assert await recorded(delivery) == {(task, "2026-03-10"): 30, (task, "2026-03-11"): 15}


async def test_it_is_not_started_where_no_time_is_taken(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient
) -> None:
    task = a_task_of(project)
    assert code_of(await carla.post(f"/timer/start/{new_id()}", headers=BY_SCRIPT)) == "no_such_task_for_time"
    await record(delivery, task, date(2026, 3, 9))
    await submit(delivery, date(2026, 3, 9))
    assert code_of(await carla.post(f"/timer/start/{task}", headers=BY_SCRIPT)) == "week_handed_in"
    await delivery.manager.post(f"/projects/{project['id']}/hold", json={"reason": "Waits"})
    assert code_of(await carla.post(f"/timer/start/{task}", headers=BY_SCRIPT)) == "time_on_project_on_hold"
    sales = delivery.api.browser(Role.SALES_REP, subject="carla")
    assert (await sales.post(f"/timer/start/{task}", headers=BY_SCRIPT)).status_code == 403


@given(MOMENTS, st.integers(0, 86_400))
def test_days_share_out_what_was_measured_rounded_once(started_at: datetime, seconds: int) -> None:
    found = minutes_by_day(started_at, started_at + timedelta(seconds=seconds))

    assert sum(found.values()) == (seconds + 30) // 60
    assert len(found) <= 2
    assert all(minutes > 0 for minutes in found.values())

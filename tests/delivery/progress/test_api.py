"""Progress over HTTP: what is done out of what, by hours, cost, tasks, milestones or by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest

from shared.actor import Role
from shared.contracts.delivery import ProgressMeasured
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.delivery import Delivery, a_project, a_task_of, approve, record, submit
from tests.support.news_for_delivery import (
    MONDAY,
    PERSON,
    a_cost_rate,
    a_milestone_line,
    a_person,
    a_won_deal,
    an_estimated_role,
    an_hours_line,
)

HOURS, GO_LIVE = UUID(int=0xB1), UUID(int=0xB2)
BY_HAND = {"fraction_numerator": "420000", "fraction_denominator": "820000", "reason": "Seen"}


@pytest.fixture
async def project(delivery: Delivery) -> dict[str, Any]:
    """Have Carla, at 65 an hour, work eight hours on a project of Paula's with 80 hours at a sold cost of 70."""
    await delivery.hear(a_person())
    await delivery.hear(a_cost_rate(PERSON, (MONDAY, "65")))
    lines = [an_hours_line(HOURS), a_milestone_line(GO_LIVE)]
    opened = await a_project(delivery, a_won_deal(lines=lines, roles=[an_estimated_role(line_id=HOURS)]))
    await record(delivery, a_task_of(opened))
    await approve(delivery, await submit(delivery))
    return opened


async def measured(delivery: Delivery, project: dict[str, Any], method: str, **said: Any) -> httpx2.Response:
    """Have Paula measure progress."""
    body = {"project_id": project["id"], "method": method, **said}
    return await delivery.manager.put(f"/progress/{new_id()}", json=body)


@pytest.mark.parametrize(
    ("method", "said", "done", "whole"),
    [
        ("hours", {}, "480.00", "4800.00"),
        ("hours", {"minutes_at_completion": 960}, "480.00", "960.00"),
        ("hours", {"measured_on": "2026-03-01"}, "0.00", "4800.00"),
        ("hours", {"billing_line_id": str(HOURS)}, "480.00", "4800.00"),
        ("cost", {}, "520.00", "5600.00"),
        ("cost", {"cost_at_completion": "1560"}, "520.00", "1560.00"),
        ("milestone", {"billing_line_id": str(GO_LIVE)}, "0.00", "1.00"),
        ("manual", BY_HAND, "420000.00", "820000.00"),
    ],
)
async def test_it_is_a_fraction_that_nobody_rounds(
    delivery: Delivery, project: dict[str, Any], method: str, said: dict[str, Any], *, done: str, whole: str
) -> None:
    answer = await measured(delivery, project, method, **said)

    assert answer.status_code == 201, answer.text
    assert (answer.json()["fraction_numerator"], answer.json()["fraction_denominator"]) == (done, whole)
    (told,) = await delivery.told(ProgressMeasured)
    assert (told.method, told.fraction_numerator, told.fraction_denominator) == (method, Decimal(done), Decimal(whole))
    assert told.cost_to_date == (Decimal(520) if method == "cost" else None)
    listed = (await delivery.manager.get(f"/progress?project_id={project['id']}")).json()["items"]
    assert listed == [answer.json()]


async def test_tasks_that_are_done_count_by_what_they_take(delivery: Delivery, project: dict[str, Any]) -> None:
    planned = [task for task in project["tasks"] if task["staffing_role"]]
    one, *others = planned

    answer = await measured(delivery, project, "task", done_task_ids=[one["id"]])

    whole = sum(task["minutes"] for task in planned)
    assert Decimal(answer.json()["fraction_numerator"]) == one["minutes"]
    assert Decimal(answer.json()["fraction_denominator"]) == whole
    assert others


@pytest.mark.parametrize(
    ("method", "said", "code"),
    [
        ("manual", {"fraction_numerator": "1", "fraction_denominator": "2"}, "reason_missing"),
        ("manual", {"reason": "Seen"}, "fraction_missing"),
        ("hours", {"minutes_at_completion": 479}, "reason_missing"),
        ("hours", {"cost_at_completion": "5"}, "not_of_this_measure"),
        ("hours", {"measured_on": "2026-03-10"}, "measured_in_future"),
        ("hours", {"billing_line_id": str(new_id())}, "line_not_sold"),
        ("hours", {"billing_line_id": str(GO_LIVE)}, "nothing_to_measure_by"),
        ("milestone", {"billing_line_id": str(HOURS)}, "nothing_to_measure_by"),
        ("task", {"done_task_ids": [str(new_id())]}, "no_such_task_done"),
    ],
)
async def test_a_measure_that_says_nothing_is_refused_and_changes_nothing(
    delivery: Delivery, project: dict[str, Any], method: str, said: dict[str, Any], *, code: str
) -> None:
    before = await delivery.digest()

    refused = await measured(delivery, project, method, **said)

    assert code_of(refused) == code
    assert await delivery.digest() == before


async def test_more_than_everything_needs_a_reason(delivery: Delivery, project: dict[str, Any]) -> None:
    answer = await measured(delivery, project, "hours", minutes_at_completion=240, reason="Estimate not renewed yet")

    assert (answer.json()["fraction_numerator"], answer.json()["fraction_denominator"]) == ("480.00", "240.00")


async def test_work_without_a_cost_makes_no_progress_by_cost(delivery: Delivery) -> None:
    await delivery.hear(a_person())
    opened = await a_project(delivery)
    await record(delivery, a_task_of(opened))
    await approve(delivery, await submit(delivery))

    assert code_of(await measured(delivery, opened, "cost")) == "cost_unknown"


async def test_only_the_manager_measures_and_a_measurement_never_changes(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    kept = (await measured(delivery, project, "hours")).json()
    body = {"project_id": project["id"], "method": "milestone"}
    stranger = delivery.as_(Role.PROJECT_MANAGER, subject="peter")

    again = await delivery.manager.put(f"/progress/{kept['id']}", json=body)
    foreign = await stranger.put(f"/progress/{new_id()}", json=body)
    unasked = await delivery.consultant.put(f"/progress/{new_id()}", json=body)

    codes = ["already_exists", "not_your_project", "not_permitted"]
    assert [code_of(one) for one in (again, foreign, unasked)] == codes
    assert (await stranger.get(f"/progress?project_id={project['id']}")).status_code == 404

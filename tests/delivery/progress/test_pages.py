"""Progress as people see it: measured in a form, seen over time."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.delivery.progress.test_api import HOURS, project
from tests.support.api import code_of
from tests.support.delivery import Delivery

__all__ = ["project"]
BY_SCRIPT = {"hx-request": "true"}


@pytest.fixture
def paula(delivery: Delivery) -> httpx2.AsyncClient:
    """Paula at her browser."""
    return delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")


async def measured(paula: httpx2.AsyncClient, project: dict[str, Any], method: str, **said: str) -> httpx2.Response:
    """Have Paula send the form."""
    data = {"method": method, "measured_on": "2026-03-09", **said}
    return await paula.post(f"/progress/{project['id']}/{new_id()}", data=data, headers=BY_SCRIPT)


async def test_it_is_measured_in_a_form_and_seen_over_time(project: dict[str, Any], paula: httpx2.AsyncClient) -> None:
    here = f"/progress/{project['id']}"
    assert "not measured" in (await paula.get("/progress")).text
    assert "Not measured yet" in (await paula.get(here)).text

    await measured(paula, project, "hours", measured_on="2026-03-05", minutes_at_completion="16:00")
    assert "50%" in (await paula.get("/progress")).text
    assert "tl-chart" not in (await paula.get(here)).text
    answer = await measured(paula, project, "manual", fraction_numerator="1,5", fraction_denominator="2", reason="Seen")

    assert answer.is_success, answer.text
    shown = (await paula.get(here)).text
    assert '"data": [0.5, 0.75]' in shown.replace("\\u0022", '"')
    assert "Seen" in shown
    assert "75%" in (await paula.get("/progress")).text


async def test_a_line_has_a_course_of_its_own(project: dict[str, Any], paula: httpx2.AsyncClient) -> None:
    here = f"/progress/{project['id']}"

    answer = await measured(paula, project, "hours", billing_line_id=str(HOURS))

    assert answer.is_success, answer.text
    assert "10%" in (await paula.get(f"{here}?line={HOURS}")).text
    assert "Not measured yet" in (await paula.get(here)).text


async def test_tasks_that_are_done_are_ticked(project: dict[str, Any], paula: httpx2.AsyncClient) -> None:
    fields = (await paula.get(f"/progress/{project['id']}/fields?method=task")).text
    tasks = [task for task in project["tasks"] if task["staffing_role"]]
    assert all(task["id"] in fields for task in tasks)

    answer = await measured(paula, project, "task", **{"done_task_ids/1": tasks[1]["id"]})

    assert answer.is_success, answer.text
    assert tasks[1]["minutes"]
    assert "Tasks" in (await paula.get("/progress")).text


@pytest.mark.parametrize(
    ("method", "said", "field"),
    [
        ("manual", {"fraction_numerator": "1", "fraction_denominator": "2"}, "reason"),
        ("manual", {"reason": "Seen"}, "fraction_numerator"),
        ("manual", {"fraction_numerator": "half", "fraction_denominator": "2"}, "fraction_numerator"),
        ("hours", {"measured_on": "2026-03-10"}, "measured_on"),
        ("hours", {"minutes_at_completion": "many"}, "minutes_at_completion"),
        ("hours", {"billing_line_id": str(new_id())}, "billing_line_id"),
        ("task", {"done_task_ids/0": str(new_id())}, "done_task_ids"),
    ],
)
async def test_what_does_not_fit_is_refused_beside_its_field_and_changes_nothing(
    delivery: Delivery,
    project: dict[str, Any],
    paula: httpx2.AsyncClient,
    method: str,
    *,
    said: dict[str, str],
    field: str,
) -> None:
    before = await delivery.digest()

    refused = await measured(paula, project, method, **said)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"#/body/{field}")
    assert await delivery.digest() == before


async def test_only_the_manager_measures_and_who_may_not_see_margin_sees_nothing(
    delivery: Delivery, project: dict[str, Any], paula: httpx2.AsyncClient
) -> None:
    here = f"/progress/{project['id']}"
    peter = delivery.api.browser(Role.PROJECT_MANAGER, subject="peter")
    controller = delivery.api.browser(Role.CONTROLLER)
    carla = delivery.api.browser(Role.CONSULTANT, subject="carla")

    assert code_of(await measured(peter, project, "hours")) == "not_your_project"
    assert (await peter.get(here)).status_code == 404
    assert project["number"] not in (await peter.get("/progress")).text
    assert 'name="method"' not in (await controller.get(here)).text
    assert (await carla.get("/progress")).status_code == 403

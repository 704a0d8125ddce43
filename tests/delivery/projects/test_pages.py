"""Projects as people see them."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

from shared.actor import Role
from tests.support.delivery import Delivery, a_project, a_task_of, approve, record, submit
from tests.support.news_for_delivery import MANAGER, MONDAY, a_booking, a_person


def plan_on(shown: str) -> dict[str, Any]:
    """The plan that a page draws."""
    found = re.search(r"data-plan>(.*?)</script>", shown, re.DOTALL)
    assert found
    plan: dict[str, Any] = json.loads(found[1])
    return plan


async def test_a_project_shows_its_plan_and_a_moved_task_takes_along_what_waits_for_it(delivery: Delivery) -> None:
    project = await a_project(delivery)
    paula = delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")
    address = f"/projects/{project['id']}"
    before = plan_on((await paula.get(address)).text)
    link = before["links"][0]
    first = next(one for one in before["tasks"] if one["id"] == link["source"])
    start = date.fromisoformat(first["start_date"]) + timedelta(days=14)

    end = start + timedelta(days=first["duration"])
    moved = await paula.post(f"{address}/plan", data={"task": link["source"], "start": str(start), "end": str(end)})

    assert moved.status_code == 303, moved.text
    shown = (await paula.get(address)).text
    after = {one["id"]: one["start_date"] for one in plan_on(shown)["tasks"]}
    was = {one["id"]: one["start_date"] for one in before["tasks"]}
    assert after[link["source"]] == str(start)
    assert after[link["target"]] > was[link["target"]]
    assert "Dates sold" in shown  # the baseline stays beside it


async def test_a_milestone_is_reached_and_accepted_on_the_page_of_its_project(delivery: Delivery) -> None:
    project = await a_project(delivery)
    milestone = project["milestones"][0]["id"]
    paula = delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")

    await paula.post(f"/projects/milestones/{milestone}/reached")
    accepted = {"accepted_by": "Ms Berger", "accepted_on": "2026-03-10"}
    answer = await paula.post(f"/projects/milestones/{milestone}/acceptance", data=accepted)

    assert answer.headers["location"] == f"/delivery/projects/{project['id']}"
    assert "Ms Berger" in (await paula.get(f"/projects/{project['id']}")).text


async def test_burn_and_margin_are_for_the_manager_and_not_for_the_team(delivery: Delivery) -> None:
    await delivery.hear(a_person())
    await delivery.hear(a_person(MANAGER, subject="paula", name="Paula Manager"))
    project = await a_project(delivery)
    await delivery.hear(a_booking(project["id"]))
    await record(delivery, a_task_of(project), MONDAY)
    await approve(delivery, await submit(delivery))
    address = f"/projects/{project['id']}"

    of_manager = (await delivery.api.browser(Role.PROJECT_MANAGER, subject="paula").get(address)).text
    of_team = (await delivery.api.browser(Role.CONSULTANT, subject="carla").get(address)).text

    assert "Margin so far" in of_manager
    assert '"data": [8.0]' in of_manager
    assert "Carla Consultant" in of_team
    assert "argin" not in re.sub(r"<[^>]*>", "", of_team)


async def test_projects_are_found_by_number_name_and_customer(delivery: Delivery) -> None:
    project = await a_project(delivery)
    paula = delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")

    for words in (project["number"].lower(), "data pl", "alpen"):
        assert project["id"] in (await paula.get("/search", params={"q": words})).text, words
    assert project["id"] not in (await paula.get("/projects", params={"q": "elsewhere"})).text


async def test_the_newest_project_is_the_first(delivery: Delivery) -> None:
    first, second = await a_project(delivery), await a_project(delivery)

    shown = (await delivery.api.browser(Role.PROJECT_MANAGER, subject="paula").get("/projects")).text

    assert shown.index(second["id"]) < shown.index(first["id"])

"""Project templates at a browser: the list, one of them, and writing one of the firm's own."""

from __future__ import annotations

from typing import Any

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import BY_SCRIPT, HTML, code_of, seen
from tests.support.delivery import Delivery

HERE = "/project-templates"
WORKSHOP = {
    **{"code": "workshop-week", "name": "Workshop week"},
    **{"tasks/n1/phase": "Before", "tasks/n1/name": "Prepare it", "tasks/n1/share": "1"},
    **{"tasks/n3/phase": "Week", "tasks/n3/name": "Hold it", "tasks/n3/share": "3", "tasks/n3/after": "1+2"},
    **{"tasks/n3/share_by_role": "Architect 5, Tester 0", "milestones/n1/name": "Held", "milestones/n1/after": "3"},
}


async def own(delivery: Delivery) -> list[dict[str, Any]]:
    """The firm's own templates over HTTP."""
    found = (await delivery.manager.get("/project-templates")).json()["items"]
    return [one for one in found if one["id"]]


async def test_a_template_is_written_by_the_numbers_of_its_rows_and_shown(delivery: Delivery) -> None:
    paula = delivery.api.browser(Role.PROJECT_MANAGER)

    written = await paula.post(f"{HERE}/{new_id()}", data=WORKSHOP, headers=BY_SCRIPT)
    assert written.headers.get("hx-redirect") == f"/delivery{HERE}/workshop-week", written.text
    (template,) = await own(delivery)
    assert [(task["key"], task["after"]) for task in template["tasks"]] == [
        ("prepare-it", []),
        ("hold-it", [{"key": "prepare-it", "lag_days": 2}]),
    ]
    assert template["tasks"][1]["share_by_role"] == {"Architect": 5, "Tester": 0}
    assert template["milestones"] == [{"name": "Held", "after": "hold-it"}]

    assert "Workshop week" in await seen(paula, HERE)
    page = await seen(paula, f"{HERE}/workshop-week")
    assert "75%" in page and "and 2 working days" in page and "Architect 5, Tester 0" in page
    again = await paula.post(f"{HERE}/{new_id()}", data=WORKSHOP, headers=BY_SCRIPT)
    assert (again.status_code, code_of(again)) == (409, "template_code_taken")


async def test_another_is_started_from_a_shipped_one(delivery: Delivery) -> None:
    paula = delivery.api.browser(Role.PROJECT_MANAGER)

    form = await seen(paula, f"{HERE}/new?like=fixed-price-milestones")

    assert 'value="Specification"' in form and 'value="2+2"' in form
    assert 'name="tasks/n8/name"' in await seen(paula, f"{HERE}/rows/task?number=8")
    assert 'name="milestones/n3/name"' in await seen(paula, f"{HERE}/rows/milestone?number=3")


async def test_what_no_project_can_follow_is_refused_beside_its_row(delivery: Delivery) -> None:
    paula = delivery.api.browser(Role.PROJECT_MANAGER)

    for field, said in {
        "tasks/n3/after": {"tasks/n3/after": "2"},
        "milestones/n1/after": {"milestones/n1/after": "2"},
        "tasks/n1/after": {"tasks/n1/after": "soon"},
        "tasks/n3/share_by_role": {"tasks/n3/share_by_role": "5"},
        "tasks": {"tasks/n1/after": "3"},
        "code": {"code": "Workshop Week"},
        "tasks/n2/share": {"tasks/n2/phase": "Week", "tasks/n2/name": "Rest"},
    }.items():
        refused = await paula.post(f"{HERE}/{new_id()}", data={**WORKSHOP, **said}, headers=BY_SCRIPT)
        assert refused.json()["errors"][0]["pointer"] == f"#/body/{field}", refused.text
    assert await own(delivery) == []


async def test_who_may_not_write_templates_only_reads_them(delivery: Delivery) -> None:
    controller = delivery.api.browser(Role.CONTROLLER)

    assert "New template" not in await seen(controller, HERE)
    assert "Start another" not in await seen(controller, f"{HERE}/managed-service")
    assert (await controller.get(f"{HERE}/new", headers=HTML)).status_code == 403
    assert (await controller.post(f"{HERE}/{new_id()}", data=WORKSHOP, headers=BY_SCRIPT)).status_code == 403
    assert (await delivery.api.browser(Role.CONSULTANT).get(HERE, headers=HTML)).status_code == 403
    assert (await delivery.api.browser(Role.PROJECT_MANAGER).get(f"{HERE}/none", headers=HTML)).status_code == 404

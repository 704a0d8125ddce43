"""Project templates over HTTP."""

from __future__ import annotations

from typing import Any

from services.delivery.handoffs.model import id_of_handoff
from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.delivery import CANARY, Delivery
from tests.support.news_for_delivery import a_won_deal

WORKSHOP: dict[str, Any] = {
    "code": "workshop-week",
    "name": "Workshop week",
    "tasks": [
        {"key": "prepare", "phase": "Before", "name": "Prepare", "share": 1},
        {"key": "hold", "phase": "Week", "name": "Hold", "share": 3, "after": [{"key": "prepare", "lag_days": 2}]},
    ],
    "milestones": [{"name": "Held", "after": "hold"}],
}


async def test_every_firm_has_the_shipped_templates_and_the_rules_that_choose_them(delivery: Delivery) -> None:
    templates = (await delivery.manager.get("/project-templates")).json()["items"]
    rules = (await delivery.manager.get("/project-templates/rules")).json()["items"]

    assert {one["code"] for one in templates} >= {one["leads_to"] for one in rules}
    assert len(templates) == 4
    assert rules[0]["code"] == "long_running_service"


async def test_a_firm_writes_a_template_that_sales_can_wish_for(delivery: Delivery) -> None:
    answer = await delivery.manager.put(f"/project-templates/{new_id()}", json=WORKSHOP)
    deal = a_won_deal(wish="workshop-week")
    await delivery.hear(deal)

    path = f"/handoffs/{id_of_handoff(deal.opportunity_id)}/acceptance"
    project = (await delivery.manager.post(path, json={})).json()

    assert answer.status_code == 201
    assert project["template"]["name"] == "Workshop week"
    assert [one["name"] for one in project["tasks"] if one["staffing_role"] is None] == ["Before", "Week"]
    assert sum(one["minutes"] for one in project["tasks"] if one["staffing_role"]) == 7_200


async def test_a_template_that_no_project_can_follow_is_refused(delivery: Delivery) -> None:
    circle = [
        {"key": "a", "phase": "P", "name": "A", "share": 1, "after": [{"key": "b"}]},
        {"key": "b", "phase": "P", "name": "B", "share": 1, "after": [{"key": "a"}]},
    ]
    before = await delivery.digest()

    for change, code in (
        ({"tasks": circle, "milestones": []}, "circular_template"),
        ({"code": "managed-service"}, "template_code_taken"),
        ({"name": "managed service"}, "template_code_taken"),
        ({"milestones": [{"name": "X", "after": "nothing"}]}, "unknown_template_task"),
        ({"tasks": []}, "invalid_request"),
    ):
        answer = await delivery.manager.put(f"/project-templates/{new_id()}", json=WORKSHOP | change)
        assert code_of(answer) == code

    assert await delivery.digest() == before


async def test_only_project_managers_and_administrators_write_templates(delivery: Delivery) -> None:
    before = await delivery.digest()
    for role in (Role.CONTROLLER, Role.AUDITOR, Role.CONSULTANT, Role.SALES_REP):
        answer = await delivery.as_(role).put(f"/project-templates/{new_id()}", json=WORKSHOP)
        assert (answer.status_code, code_of(answer)) == (403, "not_permitted")
    assert await delivery.digest() == before

    for path in ("/project-templates", "/project-templates/rules"):
        assert (await delivery.as_(Role.CONSULTANT).get(path)).status_code == 403
    admin = delivery.as_(Role.ADMINISTRATOR)
    assert (await admin.put(f"/project-templates/{new_id()}", json=WORKSHOP)).status_code == 201


async def test_another_tenant_does_not_see_our_templates(delivery: Delivery) -> None:
    await delivery.manager.put(f"/project-templates/{new_id()}", json=WORKSHOP)

    theirs = await delivery.as_(Role.AUDITOR, tenant=CANARY).get("/project-templates")

    assert "workshop-week" not in theirs.text

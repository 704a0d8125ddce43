"""Deals over HTTP: who opens, changes and sees them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shared.actor import Role
from shared.database import Database
from shared.ids import new_id
from tests.support.api import Api, code_of
from tests.support.crm import (
    a_deal_ready_to_win,
    a_line,
    a_milestone_line,
    a_time_line,
    an_account,
    an_opportunity,
    an_opportunity_body,
    announced,
)

OTHER_TENANT = UUID("0198c0de-0000-7000-8000-00000000beef")
CHANGED = "throughline.crm.opportunity.changed.v1"


async def test_a_deal_opens_in_the_first_stage_with_the_next_number(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")

    first = await an_opportunity(rita, amount="5000")
    second = await an_opportunity(rita)

    assert (first["number"], second["number"]) == ("O-1001", "O-1002")
    assert (first["stage"], first["probability"], first["owner"]) == ("prospecting", "0.10", "rita")
    assert [entry["stage"] for entry in first["history"]] == ["prospecting"]
    told = (await announced(database))[0]
    assert (told.type, str(told.correlation_id)) == (CHANGED, first["id"])
    assert told.payload["amount"] == "5000.00"


async def test_the_same_request_twice_opens_one_deal(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    path = f"/opportunities/{new_id()}"

    first = await rita.put(path, json=an_opportunity_body())
    again = await rita.put(path, json=an_opportunity_body())
    other = await rita.put(path, json=an_opportunity_body(name="Another"))

    assert again.json() == first.json()
    assert (other.status_code, code_of(other)) == (409, "already_exists")
    assert len((await rita.get("/opportunities")).json()["items"]) == 1


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.AUDITOR, Role.PROJECT_MANAGER, Role.ADMINISTRATOR])
async def test_other_roles_open_no_deal(crm: Api, role: Role) -> None:
    refused = await crm.as_(role).put(f"/opportunities/{new_id()}", json=an_opportunity_body())

    assert (refused.status_code, code_of(refused)) == (403, "not_permitted")
    assert (await crm.as_(Role.AUDITOR).get("/opportunities")).json()["items"] == []


VERBS: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", "lines/0198c0de-0000-7000-8000-0000000000a1", a_milestone_line()),
    ("DELETE", "lines/0198c0de-0000-7000-8000-0000000000a1", {}),
    ("POST", "estimate", {"roles": [{"staffing_role": "Consultant", "minutes": 60, "hourly_price": "1"}]}),
    ("POST", "stage", {"stage": "engaging"}),
    ("POST", "close-as-won", {"quote_reference": "Q-1"}),
    ("POST", "close-as-lost", {"reason": "price"}),
]


@pytest.mark.parametrize(("verb", "path", "body"), VERBS)
@pytest.mark.parametrize(
    ("role", "subject", "tenant", "status"),
    [
        (Role.SALES_REP, "ralf", None, 404),
        (Role.AUDITOR, "audrey", None, 403),
        (Role.SALES_MANAGER, "stranger", OTHER_TENANT, 404),
    ],
)
async def test_a_deal_of_others_is_not_changed(
    crm: Api,
    *,
    verb: str,
    path: str,
    body: dict[str, Any],
    role: Role,
    subject: str,
    tenant: UUID | None,
    status: int,
) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita)
    other = crm.as_(role, subject=subject, **({"tenant": tenant} if tenant else {}))

    refused = await other.request(verb, f"/opportunities/{deal['id']}/{path}", json=body or None)

    assert refused.status_code == status
    assert (await rita.get(f"/opportunities/{deal['id']}")).json() == deal


async def test_a_rep_sees_own_deals_and_a_manager_and_an_auditor_all(crm: Api) -> None:
    mine = await an_opportunity(crm.as_(Role.SALES_REP, subject="rita"))
    theirs = await an_opportunity(crm.as_(Role.SALES_REP, subject="ralf"))

    async def seen_by(role: Role, subject: str) -> set[str]:
        listed = await crm.as_(role, subject=subject).get("/opportunities")
        return {row["id"] for row in listed.json()["items"]}

    assert await seen_by(Role.SALES_REP, "rita") == {mine["id"]}
    assert await seen_by(Role.SALES_MANAGER, "mona") == {mine["id"], theirs["id"]}
    assert await seen_by(Role.AUDITOR, "audrey") == {mine["id"], theirs["id"]}
    assert (await crm.as_(Role.CONSULTANT).get("/opportunities")).status_code == 403
    assert (await crm.as_(Role.SALES_REP, subject="ralf").get(f"/opportunities/{mine['id']}")).status_code == 404


async def test_deals_are_narrowed_to_a_stage_and_an_owner(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    await an_opportunity(rita)
    engaging = await an_opportunity(rita, stage="engaging")
    manager = crm.as_(Role.SALES_MANAGER, subject="mona")

    by_stage = await manager.get("/opportunities", params={"stage": "engaging"})
    by_owner = await manager.get("/opportunities", params={"owner": "mona"})

    assert [row["id"] for row in by_stage.json()["items"]] == [engaging["id"]]
    assert by_owner.json()["items"] == []


async def test_a_change_keeps_what_it_does_not_name(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita, purchase_order="PO-1")

    changed = await rita.patch(
        f"/opportunities/{deal['id']}", json={"next_step": "Call Carla"}, headers={"if-match": '"1"'}
    )
    stale = await rita.patch(f"/opportunities/{deal['id']}", json={"name": "B"}, headers={"if-match": '"1"'})
    nameless = await rita.patch(f"/opportunities/{deal['id']}", json={"name": None}, headers={"if-match": '"2"'})

    assert (changed.json()["next_step"], changed.json()["purchase_order"]) == ("Call Carla", "PO-1")
    assert stale.status_code == 412
    assert nameless.status_code == 422


async def test_a_rep_sells_to_own_accounts_only(crm: Api) -> None:
    account = await an_account(crm.as_(Role.SALES_REP, subject="ralf"))

    refused = await crm.as_(Role.SALES_REP, subject="rita").put(
        f"/opportunities/{new_id()}", json=an_opportunity_body(account_id=account["id"])
    )

    assert (refused.status_code, code_of(refused)) == (404, "no_such_account")


async def test_the_amount_follows_the_lines(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita, amount="1")

    timed = await a_line(rita, deal["id"], a_time_line())
    both = await a_line(rita, deal["id"], a_milestone_line())
    less = await rita.delete(f"/opportunities/{deal['id']}/lines/{timed['lines'][0]['id']}")

    assert (timed["amount"], both["amount"]) == ("12000.00", "20000.00")
    assert [line["method"] for line in both["lines"]] == ["time_and_materials", "fixed_fee_milestone"]
    assert less.json()["amount"] == "8000.00"


async def test_an_estimate_replaces_the_one_before(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await a_deal_ready_to_win(crm, rita)
    roles = [{"staffing_role": "Consultant", "minutes": 120}]

    replaced = await rita.post(f"/opportunities/{deal['id']}/estimate", json={"roles": roles})

    assert [role["minutes"] for role in replaced.json()["estimate"]["roles"]] == [120]
    told = (await announced(database))[-1].payload
    assert told["expected_roles"] == [{"staffing_role": "Consultant", "minutes": 120}]


async def test_a_rep_sets_no_cost_and_an_unknown_cost_is_refused(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita)
    path = f"/opportunities/{deal['id']}/estimate"
    role = {"staffing_role": "Pilot", "minutes": 60, "hourly_price": "100"}

    costed = await rita.post(path, json={"roles": [role | {"hourly_cost": "1"}]})
    unknown = await rita.post(path, json={"roles": [role]})

    assert (costed.status_code, code_of(costed)) == (403, "not_permitted")
    assert (unknown.status_code, code_of(unknown)) == (409, "no_standard_cost")
    assert unknown.json()["errors"][0]["pointer"] == "#/body/roles/0/staffing_role"


async def test_the_pipeline_is_weighed_anew_by_those_who_configure(crm: Api) -> None:
    admin = crm.as_(Role.ADMINISTRATOR)
    rita = crm.as_(Role.SALES_REP, subject="rita")
    before = await an_opportunity(rita, stage="engaging")
    body = {"probability": "0.4", "forecast_category": "best_case"}

    refused = await rita.post("/stages/engaging/weight", json=body)
    weighed = await admin.post("/stages/engaging/weight", json=body)
    after = await an_opportunity(rita, stage="engaging")

    assert refused.status_code == 403
    assert weighed.json()["probability"] == "0.40"
    assert (before["probability"], after["probability"]) == ("0.25", "0.40")
    stages = (await admin.get("/stages")).json()["items"]
    assert [stage["code"] for stage in stages][:2] == ["prospecting", "engaging"]


async def test_a_deal_moves_through_open_stages_only(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita)
    path = f"/opportunities/{deal['id']}/stage"

    moved = await rita.post(path, json={"stage": "proposal"})
    unknown = await rita.post(path, json={"stage": "dreaming"})
    won = await rita.post(path, json={"stage": "won"})

    assert [entry["stage"] for entry in moved.json()["history"]] == ["prospecting", "proposal"]
    assert code_of(unknown) == "no_such_stage"
    assert code_of(won) == "closed_by_its_own_verb"

"""What is sold, line by line: what each billing method takes, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import Api, code_of
from tests.support.crm import (
    a_capped_line,
    a_line,
    a_milestone_line,
    a_priced_role,
    a_retainer_line,
    a_time_line,
    an_expense_line,
    an_opportunity,
    an_opportunity_body,
)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (a_time_line(minutes=None), "line_incomplete"),
        (a_time_line(amount="5"), "not_of_this_method"),
        (a_milestone_line(amount=None), "line_incomplete"),
        (a_milestone_line(minutes=5), "not_of_this_method"),
        (a_milestone_line(is_agent=True), "not_of_this_method"),
        (a_capped_line(cap=None), "line_incomplete"),
        (a_capped_line(cap="-1"), "cap_below_nothing"),
        (a_capped_line(recognition_method="milestone"), "no_milestone_to_recognise_by"),
        (a_retainer_line(months=None), "line_incomplete"),
        (a_retainer_line(monthly_fee=None), "line_incomplete"),
        (a_retainer_line(monthly_minutes=None), "retainer_without_minutes"),
        (an_expense_line(markup_percent="-5"), "invalid_request"),
        (a_time_line(product="NOPE"), "no_such_product"),
        (a_time_line(hourly_rate=None), "no_price"),
        (a_time_line(minutes=0), "invalid_request"),
    ],
)
async def test_a_line_that_makes_no_sense_is_refused(crm: Api, body: dict[str, Any], code: str) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita)
    body = {name: value for name, value in body.items() if value is not None}

    refused = await rita.put(f"/opportunities/{deal['id']}/lines/{new_id()}", json=body)

    assert code_of(refused) == code
    assert (await rita.get(f"/opportunities/{deal['id']}")).json()["lines"] == []


async def test_a_deal_holds_lines_of_every_method_with_their_terms(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita)
    percent = {"description": "Rollout", "method": "fixed_fee_percent", "amount": "5000"}

    for body in (a_capped_line(), percent, a_retainer_line(), an_expense_line()):
        deal = await a_line(rita, deal["id"], body)

    assert [(line["method"], line["amount"]) for line in deal["lines"]] == [
        ("time_and_materials_capped", "9000.00"),
        ("fixed_fee_percent", "5000.00"),
        ("retainer", "18000.00"),
        ("expense", "1500.00"),
    ]
    retained = deal["lines"][2]
    assert (retained["minutes"], retained["monthly_minutes"], retained["overage_rate"]) == (7200, 1200, "160.00")
    assert (deal["lines"][3]["is_agent"], deal["lines"][3]["markup_percent"]) == (True, "5.00")
    assert deal["amount"] == "33500.00"


async def test_a_budget_belongs_to_a_purchase_order(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    body = an_opportunity_body(purchase_order_budget="1000")

    refused = await rita.put(f"/opportunities/{new_id()}", json=body)
    taken = await rita.put(f"/opportunities/{new_id()}", json={**body, "purchase_order": "PO-7"})

    assert code_of(refused) == "budget_without_order"
    assert taken.json()["purchase_order_budget"] == "1000.00"


async def test_price_and_cost_come_from_the_price_book(crm: Api) -> None:
    await a_priced_role(crm, role="Architect", price="150", cost="90")
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita)
    line = a_time_line(staffing_role="Architect")
    del line["hourly_rate"]
    sold = await a_line(rita, deal["id"], line)

    roles = [{"staffing_role": "Architect", "minutes": 6000}]
    seen_by_rep = await rita.post(f"/opportunities/{deal['id']}/estimate", json={"roles": roles})
    seen_by_manager = await crm.as_(Role.SALES_MANAGER).get(f"/opportunities/{deal['id']}")

    assert (sold["lines"][0]["hourly_rate"], sold["lines"][0]["product"]) == ("150.00", "TIME-ARCHITECT")
    assert seen_by_rep.json()["estimate"]["price"] == "15000.00"
    assert seen_by_rep.json()["estimate"]["margin"] is None
    assert seen_by_rep.json()["estimate"]["roles"][0]["hourly_cost"] is None
    estimate = seen_by_manager.json()["estimate"]
    assert (estimate["cost"], estimate["margin"], estimate["margin_share"]) == ("9000.00", "6000.00", "0.40")

"""Winning and losing: what it takes, and what everybody else is told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.actor import Role
from shared.contracts.crm import BillingMethod, OpportunityClosedWon
from shared.database import Database
from shared.ids import new_id
from tests.support.api import Api, code_of
from tests.support.crm import (
    a_deal_ready_to_win,
    a_line,
    a_milestone_line,
    a_priced_role,
    a_retainer_line,
    a_time_line,
    an_account,
    an_expense_line,
    an_opportunity,
    announced,
)

WON = "throughline.crm.opportunity.closed_won.v1"


async def test_a_won_deal_tells_everything_that_the_others_need(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await a_deal_ready_to_win(crm, rita)

    won = await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"quote_reference": "Q-7"})

    assert won.status_code == 200, won.text
    assert (won.json()["stage"], won.json()["outcome"], won.json()["probability"]) == ("won", "won", "1.00")
    told = await announced(database)
    assert [one.type for one in told[-3:]] == [
        "throughline.crm.account.changed.v1",
        "throughline.crm.opportunity.changed.v1",
        WON,
    ]
    assert told[-3].payload["is_customer"] is True
    event = OpportunityClosedWon.model_validate(told[-1].payload)
    assert str(event.thread_id) == deal["id"] == str(told[-1].correlation_id)
    assert (event.owner, event.quote_reference, str(event.closed_on)) == ("rita", "Q-7", "2026-03-02")
    assert event.account.legal_name == "Alpenglow AG"
    assert [(str(line.method), f"{line.amount:.2f}") for line in event.lines] == [
        ("time_and_materials", "12000.00"),
        ("fixed_fee_milestone", "8000.00"),
    ]
    assert event.amount == 20_000
    assert (str(event.estimate.price), str(event.estimate.cost)) == ("12000.00", "7000.00")
    assert event.estimate.roles[0].line_id == event.lines[0].line_id
    assert event.estimate.roles[0].skills == ["Python"]
    assert event.payment_terms_days == 30


async def test_whatever_is_agreed_of_a_line_and_of_billing_is_told(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    agreed = {"purchase_order": "PO-7", "purchase_order_budget": "30000", "billing_increment_minutes": 15}
    deal = await an_opportunity(rita, account_id=account["id"], deposit="5000", ends_before="2026-10-01", **agreed)
    for body in (a_retainer_line(), an_expense_line(recognition_method="as_delivered")):
        await a_line(rita, deal["id"], body)

    await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"quote_reference": "Q-1"})

    event = OpportunityClosedWon.model_validate((await announced(database))[-1].payload)
    retained, passed_on = event.lines
    assert retained.method == BillingMethod.RETAINER
    assert (retained.monthly_fee, retained.months, retained.rollover_months) == (Decimal(3000), 6, 2)
    assert (passed_on.method, passed_on.is_agent, passed_on.markup_percent) == (BillingMethod.EXPENSE, True, Decimal(5))
    assert (retained.recognition_method, passed_on.recognition_method) == (None, "as_delivered")
    assert (event.purchase_order_budget, event.deposit) == (Decimal(30_000), Decimal(5_000))
    assert event.billing_increment_minutes == 15


async def test_a_retainer_is_sold_for_no_more_months_than_begin_before_the_deal_ends(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    deal = await an_opportunity(rita, account_id=account["id"], starts_on="2026-03-31", ends_before="2026-05-01")
    place = f"/opportunities/{deal['id']}/lines/{new_id()}"
    await rita.put(place, json=a_retainer_line(months=3))

    refused = await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"quote_reference": "Q-1"})
    await rita.delete(place)
    await a_line(rita, deal["id"], a_retainer_line(months=2))
    won = await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"quote_reference": "Q-1"})

    assert (refused.status_code, code_of(refused)) == (409, "retainer_beyond_end")
    assert "Support is sold for 3 months, the last of which would begin on 2026-05-31" in refused.json()["detail"]
    assert won.status_code == 200, won.text


async def test_a_deposit_is_no_more_than_what_is_sold(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    deal = await an_opportunity(rita, account_id=account["id"], deposit="8001")
    await a_line(rita, deal["id"], a_milestone_line())

    refused = await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"quote_reference": "Q-1"})

    assert (refused.status_code, code_of(refused)) == (409, "deposit_above_amount")


async def test_without_an_estimate_the_lines_are_estimated_at_standard_cost(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    await a_priced_role(crm, role="Consultant", cost="70")
    account = await an_account(rita)
    deal = await an_opportunity(rita, account_id=account["id"])
    await a_line(rita, deal["id"], a_time_line())

    await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"override_reason": "Agreed by phone"})

    event = (await announced(database))[-1]
    assert event.type == WON
    assert event.payload["estimate"]["price"] == "12000.00"
    assert event.payload["estimate"]["cost"] == "7000.00"


async def test_without_estimate_and_standard_cost_the_margin_would_be_a_guess(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    deal = await an_opportunity(rita, account_id=account["id"])
    await a_line(rita, deal["id"], a_time_line())

    refused = await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"quote_reference": "Q-1"})

    assert (refused.status_code, code_of(refused)) == (409, "deal_without_estimate")


@pytest.mark.parametrize(
    ("different", "with_line", "body", "code", "pointer"),
    [
        ({}, False, {"quote_reference": "Q"}, "deal_without_lines", "#/body/lines"),
        ({"account_id": None}, True, {"quote_reference": "Q"}, "deal_without_account", "#/body/account_id"),
        ({"starts_on": None}, True, {"quote_reference": "Q"}, "deal_without_start", "#/body/starts_on"),
        ({"ends_before": None}, True, {"quote_reference": "Q"}, "deal_without_end", "#/body/ends_before"),
        ({}, True, {}, "deal_without_quote", "#/body/quote_reference"),
        ({"currency": "USD"}, True, {"quote_reference": "Q"}, "account_incomplete", "#/body/account/currency"),
        ({}, True, {"quote_reference": "Q", "closed_on": "2026-03-03"}, "closed_in_future", "#/body/closed_on"),
    ],
)
async def test_what_is_missing_is_named_and_nothing_changes(
    crm: Api,
    database: Database,
    *,
    different: dict[str, Any],
    with_line: bool,
    body: dict[str, Any],
    code: str,
    pointer: str,
) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    deal = await an_opportunity(rita, **{"account_id": account["id"], **different})
    if with_line:
        deal = await a_line(rita, deal["id"], a_milestone_line())
    before = await announced(database)

    refused = await rita.post(f"/opportunities/{deal['id']}/close-as-won", json=body)

    assert code_of(refused) == code
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert refused.json()["mend"]
    assert (await rita.get(f"/opportunities/{deal['id']}")).json() == deal
    assert (await rita.get(f"/accounts/{account['id']}")).json() == account
    assert await announced(database) == before


async def test_a_deal_is_won_once(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await a_deal_ready_to_win(crm, rita)
    path = f"/opportunities/{deal['id']}/close-as-won"
    await rita.post(path, json={"quote_reference": "Q-7"})

    again = await rita.post(path, json={"quote_reference": "Q-7"})
    lost = await rita.post(f"/opportunities/{deal['id']}/close-as-lost", json={"reason": "price"})
    changed = await rita.put(f"{path.removesuffix('/close-as-won')}/lines/{deal['id']}", json=a_milestone_line())

    assert [code_of(answer) for answer in (again, lost, changed)] == ["opportunity_closed"] * 3
    assert [one.type for one in await announced(database)].count(WON) == 1


async def test_a_deal_is_lost_for_a_coded_reason(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita)
    path = f"/opportunities/{deal['id']}/close-as-lost"

    vague = await rita.post(path, json={"reason": "bad luck"})
    lost = await rita.post(path, json={"reason": "competitor", "note": "Cheaper by half"})

    assert vague.status_code == 422
    assert (lost.json()["outcome"], lost.json()["loss_reason"]) == ("lost", "competitor")
    told = (await announced(database))[-1]
    assert told.type == "throughline.crm.opportunity.closed_lost.v1"
    assert told.payload["reason"] == "competitor"

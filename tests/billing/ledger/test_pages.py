"""The books at a browser: the chart is kept, an entry is posted by hand and taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing
from tests.support.ledger import ENTITY, trial_balance

CHART = "/journal/chart"


def by_key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


def an_adjustment(debit: str = "1250,50", credit: str = "1250.50") -> dict[str, str]:
    """An accrual of an audit with a row left over."""
    rows = [str(new_id()) for _ in range(3)]
    return {
        "legal_entity": ENTITY,
        "currency": "EUR",
        "on": "2026-03-02",
        "text": "Audit of the year",
        f"lines/{rows[0]}/account": "6000",
        f"lines/{rows[0]}/debit": debit,
        f"lines/{rows[1]}/account": "2000",
        f"lines/{rows[1]}/credit": credit,
        f"lines/{rows[2]}/account": "",
    }


async def test_an_account_is_added_takes_a_role_and_a_part_of_one_by_rule(billing: Billing) -> None:
    browser = billing.api.browser(Role.CONTROLLER, subject="carla")
    account = {"legal_entity": ENTITY, "code": "4010", "name": "Revenue of retainers", "kind": "income"}
    role = {"legal_entity": ENTITY, "account": "4010", "role": "rounding"}
    rule = {**role, "role": "revenue", "narrowed_by": "retainer", "starts_on": "2026-03-01"}

    added = await browser.post(f"{CHART}/accounts", data=account, headers=by_key())
    given = await browser.post(f"{CHART}/roles", data=role)
    ruled = await browser.post(f"{CHART}/rules", data=rule, headers=by_key())
    unknown = await browser.post(f"{CHART}/roles", data={**role, "account": "9999"})

    assert [one.status_code for one in (added, given, ruled)] == [303, 303, 303]
    assert unknown.status_code == 404
    chart = (await billing.as_(Role.CONTROLLER).get("/ledger-accounts", params={"legal_entity": ENTITY})).json()
    assert chart["roles"]["rounding"] == "4010"
    page = (await browser.get(CHART)).text
    assert "Revenue of retainers" in page and "Retainer" in page


async def test_an_entry_is_posted_by_hand_and_taken_back(billing: Billing) -> None:
    browser = billing.api.browser(Role.CONTROLLER, subject="carla")
    posted = await browser.post("/journal/adjustments", data=an_adjustment(), headers=by_key())
    assert posted.status_code == 303, posted.text
    assert await trial_balance(billing) == {"2000": Decimal("-1250.50"), "6000": Decimal("1250.50")}
    entry = posted.headers["location"].removeprefix("/billing")
    page = await browser.get(entry)
    back = await browser.post(f"{entry}/reversal", data={"on": "2026-03-03", "reason": "Twice"}, headers=by_key())
    again = await browser.post(f"{entry}/reversal", data={"on": "2026-03-03", "reason": "Twice"}, headers=by_key())

    assert f"{entry}/reversal" in page.text
    assert (back.status_code, again.status_code) == (303, 409)
    assert f"{entry}/reversal" not in (await browser.get(entry)).text


async def test_sides_that_differ_are_refused_and_nothing_is_posted(billing: Billing) -> None:
    browser = billing.api.browser(Role.CONTROLLER)

    refused = await browser.post("/journal/adjustments", data=an_adjustment(credit="1000"), headers=by_key())

    assert refused.status_code == 422
    assert await trial_balance(billing) == {}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_APPROVER, Role.BILLING_CLERK, Role.ADMINISTRATOR])
async def test_who_may_not_adjust_posts_nothing_and_is_offered_nothing(billing: Billing, role: Role) -> None:
    browser = billing.api.browser(role)

    refused = await browser.post("/journal/adjustments", data=an_adjustment(), headers=by_key())
    page = await browser.get("/journal")

    assert refused.status_code == 403
    assert "/journal/adjustments/new" not in page.text

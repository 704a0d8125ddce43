"""What a contract's page does beside its limits: months of a retainer billed ahead, progress of a fixed fee stated."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.actor import Role
from shared.contracts import crm
from shared.ids import new_id
from tests.support.billing import Billing, a_sale, a_sold_line


def by_key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


def a_retainer() -> crm.SoldLine:
    return a_sold_line(
        crm.BillingMethod.RETAINER, "8000.00", monthly_fee=Decimal(2000), monthly_minutes=600, rollover_months=1
    )


async def test_months_to_come_are_billed_on_wish_and_each_once(billing: Billing) -> None:
    contract_id = await billing.sold(a_sale(a_retainer()))
    browser = billing.api.browser(Role.BILLING_CLERK)
    here = f"/contracts/{contract_id}"

    offered = (await browser.get(f"{here}/meters")).text
    answers = [await browser.post(f"{here}/retainers", data={"up_to": "2026-05-31"}) for _ in range(2)]

    assert "the next month begins on 2 Apr 2026" in offered
    assert {one.headers["location"] for one in answers} == {
        f"/billing/work-in-progress/items?contract_id={contract_id}"
    }
    assert len(await billing.rows("billable_items")) == 3


async def test_progress_is_stated_billed_and_listed(billing: Billing) -> None:
    line = a_sold_line(crm.BillingMethod.FIXED_FEE_PERCENT, "10000.00")
    contract_id = await billing.sold(a_sale(line))
    browser = billing.api.browser(Role.BILLING_CLERK)
    here = f"/contracts/{contract_id}/progress"
    form = {"contract_line_id": str(line.line_id), "percent": "33,5", "stated_on": "2026-03-30", "reason": "Protocol 1"}

    stated = await browser.post(here, data=form, headers=by_key())
    ahead = await browser.post(here, data=form | {"stated_on": "2026-04-30"}, headers=by_key() | {"hx-request": "true"})

    assert stated.status_code == 303
    assert [one["value"] for one in await billing.rows("billable_items")] == [Decimal(3350)]
    assert [one["pointer"] for one in ahead.json()["errors"]] == ["#/body/stated_on"]
    page = (await browser.get(here)).text
    assert "33.5 %" in page and "Protocol 1" in page
    assert "state-progress" in (await browser.get(f"/contracts/{contract_id}/meters")).text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_APPROVER])
async def test_who_prepares_nothing_is_offered_nothing(billing: Billing, role: Role) -> None:
    percent = a_sold_line(crm.BillingMethod.FIXED_FEE_PERCENT, "10000.00")
    contract_id = await billing.sold(a_sale(a_retainer(), percent))
    browser = billing.api.browser(role)
    form = {"contract_line_id": str(percent.line_id), "percent": "10", "reason": "x"}

    ahead = await browser.post(f"/contracts/{contract_id}/retainers", data={"up_to": "2026-05-31"})
    page = (await browser.get(f"/contracts/{contract_id}/meters")).text

    assert ahead.status_code == 403 and "bill-ahead" not in page
    if role is Role.AUDITOR:
        stated = await browser.post(f"/contracts/{contract_id}/progress", data=form, headers=by_key())
        assert stated.status_code == 403 and "state-progress" not in page
    assert await billing.rows("billable_items") == []

"""Unsubmitted time accrued on a contract chosen from the accruals or at its page: seen, then posted, then listed."""

from __future__ import annotations

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing, a_sale, a_time_line
from tests.support.ledger import ENTITY, MARCH


def by_key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id()), "hx-request": "true"}


async def an_estimate(billing: Billing, **typed: str) -> dict[str, str]:
    line = a_time_line("120.00")
    contract_id = await billing.sold(a_sale(line))
    form = {"contract_id": str(contract_id), "contract_line_id": str(line.line_id), "period": MARCH, "reason": "Late"}
    return form | typed


async def test_an_estimate_is_seen_before_it_is_posted(billing: Billing) -> None:
    browser = billing.api.browser(Role.CONTROLLER)
    form = await an_estimate(billing, minutes="7:30", amount="")

    offered = await browser.get(f"/contracts/{form['contract_id']}/recognition")
    preview = await browser.post("/accruals/preview", data=form)
    before = await billing.rows("revenue_accruals")
    posted = await browser.post("/accruals", data=form, headers=by_key())
    page = (await browser.get("/accruals", params={"legal_entity": ENTITY, "period": MARCH})).text
    [kept] = await billing.rows("revenue_accruals")

    assert "/billing/accruals/preview" in offered.text
    assert "900.00" in preview.text and before == []
    assert posted.headers["hx-redirect"] == f"/billing/accruals?legal_entity={ENTITY}&period={MARCH}"
    assert kept["minutes"] == 450
    assert "900.00" in page and "C-00001" in page
    assert page.count("/billing/journal/entries/") == 2
    assert "900.00" not in (await browser.get("/accruals", params={"period": "2026-02"})).text


async def test_the_contract_is_chosen_from_the_accruals_and_told_for_their_month(billing: Billing) -> None:
    browser = billing.api.browser(Role.CONTROLLER)
    form = await an_estimate(billing)

    start = (await browser.get("/accruals", params={"legal_entity": ENTITY, "period": MARCH})).text
    choice = (await browser.get("/accruals/new", params={"period": MARCH})).text
    sought = (await browser.get("/accruals/new", params={"period": MARCH, "q": "nowhere"})).text
    shown = (await browser.get("/accruals/new", params={"period": MARCH, "contract": form["contract_id"]})).text

    assert f"/billing/accruals/new?period={MARCH}" in start
    assert f"contract={form['contract_id']}&amp;period={MARCH}" in choice and "Nothing matches" in sought
    assert f'value="{MARCH}"' in shown and f'value="{form["contract_line_id"]}"' in shown
    assert 'hx-post="/billing/accruals/preview"' in shown


@pytest.mark.parametrize("place", ["/accruals", "/accruals/preview"])
async def test_neither_hours_nor_an_amount_is_no_estimate(billing: Billing, place: str) -> None:
    form = await an_estimate(billing)

    refused = await billing.api.browser(Role.CONTROLLER).post(place, data=form, headers=by_key())

    assert [one["pointer"] for one in refused.json()["errors"]] == ["#/body/amount"]
    assert await billing.rows("revenue_accruals") == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_CLERK, Role.ADMINISTRATOR])
async def test_who_recognises_nothing_accrues_nothing(billing: Billing, role: Role) -> None:
    form = await an_estimate(billing, amount="100")
    browser = billing.api.browser(role)

    answers = [await browser.post(place, data=form, headers=by_key()) for place in ("/accruals", "/accruals/preview")]

    answers += [await browser.get("/accruals/new"), await browser.get("/accruals/new", params=form)]

    assert {answer.status_code for answer in answers} == {403}
    assert "accruals/preview" not in (await browser.get(f"/contracts/{form['contract_id']}/recognition")).text

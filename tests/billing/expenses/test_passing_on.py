"""Approved expenses are passed on at what we paid and the markup agreed, whatever comes first, once each."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.contracts.model import Method
from services.billing.expenses.model import passed_on
from shared.actor import Role
from shared.contracts import crm
from shared.ids import new_id
from shared.messaging.reactions import NotReady
from shared.money import Money
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    a_contract_line,
    a_draft,
    a_sale,
    a_sold_line,
    a_time_line,
    a_timesheet,
    an_entry,
    an_expense,
    an_expense_report,
)
from tests.support.ledger import ENTITY, MARCH, sent


def an_expense_line(markup: str = "5", **terms: object) -> crm.SoldLine:
    return a_sold_line(crm.BillingMethod.EXPENSE, "2000.00", markup_percent=Decimal(markup), **terms)


async def test_an_expense_is_billed_at_cost_and_markup_once(billing: Billing) -> None:
    line = an_expense_line("5", is_agent=True)
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    report = an_expense_report(sale, an_expense(line.line_id, "333.33"), an_expense(line.line_id, "10", billable=False))

    await billing.hear(report)
    await billing.hear(report)

    [item] = await billing.rows("billable_items")
    assert (item["cost"], item["value"], item["rule"]) == (Decimal("333.33"), Decimal("350.00"), "expense")
    assert (await a_draft(billing, contract_id))["net"] == "350.00"


async def test_an_expense_before_its_sale_waits_for_it(billing: Billing) -> None:
    sale = a_sale(an_expense_line())
    with pytest.raises(NotReady):
        await billing.hear(an_expense_report(sale, an_expense(sale.lines[0].line_id, "1")))


@pytest.mark.parametrize("odd", ["no line", "by the hour", "currency"])
async def test_what_cannot_be_passed_on_is_kept_and_seen(billing: Billing, odd: str) -> None:
    line, hourly = an_expense_line(), a_time_line()
    sale = a_sale(line, hourly)
    await billing.sold(sale)
    line_id = {"no line": None, "by the hour": hourly.line_id}.get(odd, line.line_id)

    await billing.hear(
        an_expense_report(sale, an_expense(line_id, "80", currency="USD" if odd == "currency" else "EUR"))
    )

    unrated = (await billing.as_(Role.AUDITOR).get("/work-in-progress", params={"state": "unrated"})).json()["items"]
    assert [item["note"] for item in unrated] == ["Train to Munich"]


async def test_an_expense_on_a_line_by_the_hour_lets_every_rate_be_agreed(billing: Billing) -> None:
    hourly = a_time_line(rate=None)
    sale = a_sale(hourly)
    await billing.sold(sale)
    report = an_expense_report(sale, an_expense(hourly.line_id, "80"))
    await billing.hear(report)
    rate = {"scope": "person", "person_id": str(report.person_id), "hourly_rate": "95.50", "currency": "EUR"}

    agreed = await billing.as_(Role.BILLING_CLERK).put(f"/rates/{new_id()}", json={**rate, "starts_on": "2026-01-01"})

    [item] = await billing.rows("billable_items")
    assert agreed.status_code == 200, agreed.text
    assert (item["value"], item["rate_id"]) == (None, None)


async def test_an_expense_that_was_charged_wrongly_is_passed_on_by_the_line_for_expenses(billing: Billing) -> None:
    line, hourly = an_expense_line("10", is_agent=True), a_time_line()
    sale = a_sale(line, hourly)
    contract_id = await billing.sold(sale)
    await billing.hear(an_expense_report(sale, an_expense(hourly.line_id, "80")))
    [item] = await billing.rows("billable_items")
    move = {"item_ids": [str(item["id"])], "reason": "Charged to the wrong line"}
    clerk = billing.as_(Role.BILLING_CLERK)

    async def moved(to: UUID, item_id: UUID) -> str:
        body = {**move, "item_ids": [str(item_id)], "contract_line_id": str(to)}
        answer = await sent(clerk, "/work-in-progress/transfers", body)
        return "moved" if answer.is_success else code_of(answer)

    assert await moved(line.line_id, item["id"]) == "moved"
    [there] = [one for one in await billing.rows("billable_items") if one["transferred_from"]]
    assert await moved(hourly.line_id, there["id"]) == "not_transferable"
    assert (there["value"], there["cost"], there["rule"]) == (Decimal(88), Decimal(80), "expense")
    assert (await a_draft(billing, contract_id))["net"] == "88.00"
    run = await sent(billing.as_(Role.CONTROLLER), "/recognition-runs", {"legal_entity": ENTITY, "period": MARCH})
    assert [(one["amount"], one["paid_on"]) for one in run.json()["lines"]] == [("88.00", "80.00")]


async def test_time_does_not_go_to_a_line_for_expenses_nor_an_expense_to_one_by_the_hour(billing: Billing) -> None:
    line, hourly, other = an_expense_line(), a_time_line(), a_time_line()
    sale = a_sale(line, hourly, other)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(hourly.line_id, 60)))
    await billing.hear(an_expense_report(sale, an_expense(hourly.line_id, "80")))
    clerk = billing.as_(Role.BILLING_CLERK)

    for item in await billing.rows("billable_items"):
        to = other if item["expense_id"] else line
        body = {"item_ids": [str(item["id"])], "reason": "No", "contract_line_id": str(to.line_id)}
        assert code_of(await sent(clerk, "/work-in-progress/transfers", body)) == "not_transferable"
    assert await billing.rows("work_adjustments") == []


@settings(deadline=None)
@given(paid=st.decimals("-10000", "10000", places=2), markup=st.decimals("0", "100", places=3))
def test_a_correction_takes_back_to_the_cent_what_was_passed_on(paid: Decimal, markup: Decimal) -> None:
    line = a_contract_line(Method.EXPENSE, markup_percent=markup)

    there = passed_on(line, Money(paid, "EUR"), currency="EUR")
    back = passed_on(line, Money(-paid, "EUR"), currency="EUR")

    assert there is not None
    assert back == -there

"""Approved expenses are passed on at what we paid and the markup agreed, whatever comes first, once each."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.contracts.model import Method
from services.billing.expenses.model import passed_on
from shared.actor import Role
from shared.contracts import crm
from shared.messaging.reactions import NotReady
from shared.money import Money
from tests.support.billing import (
    Billing,
    a_contract_line,
    a_draft,
    a_sale,
    a_sold_line,
    a_time_line,
    an_expense,
    an_expense_report,
)


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


@settings(deadline=None)
@given(paid=st.decimals("-10000", "10000", places=2), markup=st.decimals("0", "100", places=3))
def test_a_correction_takes_back_to_the_cent_what_was_passed_on(paid: Decimal, markup: Decimal) -> None:
    line = a_contract_line(Method.EXPENSE, markup_percent=markup)

    there = passed_on(line, Money(paid, "EUR"), currency="EUR")
    back = passed_on(line, Money(-paid, "EUR"), currency="EUR")

    assert there is not None
    assert back == -there

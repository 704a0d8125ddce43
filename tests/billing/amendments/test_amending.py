"""A change order amends the contract from its day on, whatever arrives first, and nothing that was billed changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.actor import Role
from shared.ids import new_id
from shared.messaging.reactions import NotReady
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    Made,
    a_change,
    a_change_order,
    a_milestone_line,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
    an_issued_invoice,
)

AN_AMENDMENT = {
    "number": "CO-7",
    "approved_on": "2026-03-20",
    "effective_on": "2026-04-01",
    "client_approver": "Clara Vogt",
    "reason": "Agreed at the steering committee",
}


async def the_terms(billing: Billing, contract_id: object, on: str) -> Made:
    answer = await billing.as_(Role.AUDITOR).get(f"/contracts/{contract_id}/terms", params={"on": on})
    return dict(answer.json())


async def test_a_change_order_counts_from_its_day_on_and_is_history(billing: Billing) -> None:
    line = a_milestone_line("8000.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    order = a_change_order(sale, a_change(line.line_id, "500.00"), effective_on="2026-04-01")

    await billing.hear(order)
    await billing.hear(order)

    before = await the_terms(billing, contract_id, "2026-03-31")
    after = await the_terms(billing, contract_id, "2026-04-01")
    [told] = (await billing.as_(Role.AUDITOR).get(f"/contracts/{contract_id}/amendments")).json()
    assert (before["amount"], after["amount"]) == ("8000.00", "8500.00")
    assert after["lines"][0]["sold_amount"] == "8000.00"
    assert (told["reason"], told["client_approver"]) == (order.reason, order.client_approver)
    assert told["changes"][0]["amount_delta"] == "500.00"


async def test_time_on_a_line_that_a_change_order_added_is_valued_at_its_rate(billing: Billing) -> None:
    sale = a_sale(a_milestone_line())
    await billing.sold(sale)
    added = a_change(new_id(), "12000.00", rate="150.00")

    await billing.hear_all(
        [
            (a_timesheet(sale, an_entry(added.line_id, 60)), 1),
            (a_change_order(sale, added, effective_on="2026-03-01"), 1),
        ]
    )

    [item] = await billing.rows("billable_items")
    assert item["value"] == Decimal(150)


async def test_a_change_order_before_its_sale_waits_for_it(billing: Billing) -> None:
    sale = a_sale(a_time_line())

    with pytest.raises(NotReady) as waiting:
        await billing.hear(a_change_order(sale, a_change(new_id(), "1.00")))

    assert waiting.value.subject == sale.subject


async def test_a_deal_won_anew_keeps_what_was_amended(billing: Billing) -> None:
    line = a_milestone_line("8000.00")
    sale = a_sale(line)
    added = a_change(new_id(), "700.00")
    contract_id = await billing.sold(sale)
    await billing.hear(a_change_order(sale, a_change(line.line_id, "500.00"), added, effective_on="2026-03-01"))

    await billing.hear(sale.model_copy(update={"lines": [line.model_copy(update={"amount": Decimal(9000)})]}), 2)

    terms = await the_terms(billing, contract_id, "2026-03-31")
    assert [one["amount"] for one in terms["lines"]] == ["9500.00", "700.00"]


async def test_what_was_billed_stays_as_it_was(billing: Billing) -> None:
    line = a_time_line("100.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 60)))
    invoice = await an_issued_invoice(billing, contract_id)
    billed = ("invoice_lines", "allocations", "billable_items")
    before = [await billing.rows(table) for table in billed]

    await billing.hear(a_change_order(sale, a_change(line.line_id, "-9000.00"), effective_on="2026-03-01"))

    after = [await billing.rows(table) for table in billed]
    assert (after, invoice["net"]) == (before, "100.00")


async def test_an_amendment_on_paper_is_kept_by_who_may_and_refused_below_nothing(billing: Billing) -> None:
    line = a_milestone_line("8000.00")
    contract_id = await billing.sold(a_sale(line))
    clerk = billing.as_(Role.BILLING_CLERK)
    path = f"/contracts/{contract_id}/amendments/{new_id()}"

    def cut(by: str) -> Made:
        return {**AN_AMENDMENT, "lines": [{"line_id": str(line.line_id), "amount_delta": by}]}

    strange = {**AN_AMENDMENT, "lines": [{"line_id": str(new_id()), "amount_delta": "1"}]}

    assert code_of(await billing.as_(Role.AUDITOR).put(path, json=cut("-1.00"))) == "not_permitted"
    assert code_of(await clerk.put(path, json=cut("-8000.01"))) == "negative_term"
    assert code_of(await clerk.put(path, json=strange)) == "new_line_incomplete"
    assert (await clerk.put(path, json=cut("-8000.00"))).json()["number"] == "CO-7"
    assert code_of(await clerk.put(path, json=cut("-1.00"))) == "already_exists"
    assert (await the_terms(billing, contract_id, "2026-04-01"))["amount"] == "0.00"

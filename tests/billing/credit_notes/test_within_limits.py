"""Credit notes beside what limits a contract: its purchase order, its deposit, its cap."""

from __future__ import annotations

from decimal import Decimal

from shared.actor import Role
from shared.ids import new_id
from tests.billing.caps.test_capping import a_capped_line, worked
from tests.support.billing import (
    Billing,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
    an_issued_credit,
    an_issued_invoice,
)


async def test_what_is_credited_may_be_billed_again_under_the_order_it_was_billed_under(billing: Billing) -> None:
    line = a_time_line("100.00")
    sale = a_sale(line).model_copy(update={"purchase_order_budget": Decimal(1000)})
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))
    invoice = await an_issued_invoice(billing, contract_id)
    path = f"/contracts/{contract_id}/purchase-orders"
    other = {"number": "PO-2", "budget": "500.00", "reason": "The next order"}
    await billing.as_(Role.BILLING_CLERK).post(path, json=other)

    await an_issued_credit(billing, invoice, lines=[{"position": 1, "minutes": 120}])

    draws = [(row["number"], row["amount"]) for row in await billing.rows("purchase_order_draws")]
    assert sorted(draws) == [("PO-7781", Decimal(-200)), ("PO-7781", Decimal(800))]
    assert (await billing.as_(Role.AUDITOR).get(path)).json()["spent"] == "0.00"


async def test_an_invoice_that_draws_a_deposit_down_is_credited_whole(billing: Billing) -> None:
    line = a_time_line("100.00")
    sale = a_sale(line).model_copy(update={"deposit": Decimal(500)})
    contract_id = await billing.sold(sale)
    clerk, deposits = billing.as_(Role.BILLING_CLERK), f"/contracts/{contract_id}/deposits"
    await clerk.post(deposits, json={}, headers={"Idempotency-Key": str(new_id())})
    await an_issued_invoice(billing, contract_id)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))
    invoice = await an_issued_invoice(billing, contract_id)
    assert (await clerk.get(deposits)).json()["left"] == "0.00"

    note = await an_issued_credit(billing, invoice)

    assert [line["net"] for line in note["lines"]] == ["800.00", "-500.00"]
    assert (await clerk.get(deposits)).json()["left"] == "500.00"
    again = await an_issued_invoice(billing, contract_id)
    assert again["net"] == "300.00"


async def test_what_is_billed_again_keeps_to_the_cap(billing: Billing) -> None:
    sale = a_sale(a_capped_line("1000"))
    contract_id = await billing.sold(sale)
    await worked(billing, sale, 8, 6)
    invoice = await an_issued_invoice(billing, contract_id)
    assert invoice["net"] == "1000.00"

    await an_issued_credit(billing, invoice, rebills=True)

    listed = (await billing.as_(Role.AUDITOR).get("/invoices")).json()["items"]
    (draft,) = [one for one in listed if one["status"] == "draft"]
    assert draft["net"] == "1000.00"

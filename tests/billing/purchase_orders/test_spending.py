"""A spent purchase order stops the issue of an invoice, not the work, and says what is left."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.purchase_orders.model import PurchaseOrderSpent, check_budget
from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    Made,
    a_draft,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
    an_issued_invoice,
)


async def worked(billing: Billing, sale: object, line_id: object, hours: int) -> None:
    await billing.hear(a_timesheet(sale, an_entry(line_id, hours * 60)))  # type: ignore[arg-type]


async def issued(billing: Billing, draft: Made) -> object:
    approver = billing.as_(Role.BILLING_APPROVER, subject="bruno")
    await approver.post(f"/invoices/{draft['id']}/approval")
    return await approver.post(f"/invoices/{draft['id']}/issue", headers={"Idempotency-Key": str(new_id())})


async def test_a_spent_order_stops_the_issue_until_a_new_budget_is_noted(billing: Billing) -> None:
    line = a_time_line("100.00")
    sale = a_sale(line).model_copy(update={"purchase_order_budget": Decimal(1000)})
    contract_id = await billing.sold(sale)
    await worked(billing, sale, line.line_id, 8)
    await an_issued_invoice(billing, contract_id)
    await worked(billing, sale, line.line_id, 3)
    draft = await a_draft(billing, contract_id)

    refused = await issued(billing, draft)

    assert code_of(refused) == "purchase_order_spent"  # type: ignore[arg-type]
    assert "PO-7781 has 200.00 EUR left, and this invoice needs 300.00 EUR" in refused.text  # type: ignore[attr-defined]
    order = {"number": "PO-7781", "budget": "1100.00", "reason": "Raised by mail of 30 March"}
    path = f"/contracts/{contract_id}/purchase-orders"
    assert code_of(await billing.as_(Role.AUDITOR).post(path, json=order)) == "not_permitted"
    noted = (await billing.as_(Role.BILLING_CLERK).post(path, json=order)).json()
    assert (noted["spent"], noted["left"], len(noted["noted"])) == ("800.00", "300.00", 1)
    assert (await issued(billing, draft)).status_code == 200  # type: ignore[attr-defined]
    assert (await billing.as_(Role.AUDITOR).get(path)).json()["left"] == "0.00"


async def test_another_order_has_its_own_budget_and_outlives_a_deal_won_anew(billing: Billing) -> None:
    line = a_time_line("100.00")
    sale = a_sale(line).model_copy(update={"purchase_order_budget": Decimal(800)})
    contract_id = await billing.sold(sale)
    await worked(billing, sale, line.line_id, 8)
    await an_issued_invoice(billing, contract_id)

    path = f"/contracts/{contract_id}/purchase-orders"
    await billing.as_(Role.BILLING_CLERK).post(path, json={"number": "PO-2", "budget": "500", "reason": "Second half"})
    await billing.hear(sale, 2)

    found = (await billing.as_(Role.AUDITOR).get(path)).json()
    assert (found["number"], found["budget"], found["spent"]) == ("PO-2", "500.00", "0.00")


@settings(deadline=None)
@given(nets=st.lists(st.decimals("-500", "500", places=2), max_size=12), budget=st.decimals("0", "1000", places=2))
def test_a_budget_is_never_overspent_by_an_invoice(nets: list[Decimal], budget: Decimal) -> None:
    spent = Decimal()
    for net in nets:
        try:
            check_budget("PO", budget, spent=spent, net=net, currency="EUR")
        except PurchaseOrderSpent:
            assert spent + net > budget
        else:
            spent += net
            assert net <= 0 or spent <= budget

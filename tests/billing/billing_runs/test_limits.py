"""What a run shows of each contract is what it drafts, with caps and deposits, and what would stop the invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.actor import Role
from shared.contracts import crm
from shared.ids import new_id
from tests.billing.billing_runs.test_api import done, pre_bills, prepared, reviewed, started
from tests.billing.caps.test_capping import a_capped_line
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    a_correction,
    a_legal_entity_body,
    a_milestone_line,
    a_reversal,
    a_sale,
    a_time_line,
    a_timesheet,
    an_accepted_milestone,
    an_account,
    an_entry,
    an_issued_invoice,
    approved_and_issued,
)

NETS = ("net", "drawn", "beyond_caps")
FLAGS = ("lacks_address", "lacks_tax_id", "lacks_order", "is_order_spent")


async def nets(billing: Billing, run: dict[str, Any]) -> list[tuple[str, ...]]:
    """What the run makes of each contract: net, paid in advance, beyond the cap."""
    return [tuple(bill[name] for name in NETS) for bill in await pre_bills(billing, run)]


async def drafted(billing: Billing, run: dict[str, Any], *contracts: UUID, most_net: str) -> list[Decimal]:
    """Let a run draft what was reviewed; what the drafts come to."""
    await reviewed(billing, run, *contracts)
    answer = await started(billing, run, most_net=most_net)
    assert answer.is_success, answer.text
    await done(billing, run)
    return sorted(tax["net"] for tax in await billing.rows("invoice_taxes"))


async def in_advance(billing: Billing, contract_id: UUID) -> None:
    """Have the agreed deposit asked."""
    headers = {"Idempotency-Key": str(new_id())}
    answer = await billing.as_(Role.BILLING_CLERK).post(f"/contracts/{contract_id}/deposits", json={}, headers=headers)
    assert answer.is_success, answer.text


async def test_a_capped_line_counts_up_to_what_its_cap_leaves(billing: Billing) -> None:
    line = a_capped_line("1000")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    wrong = an_entry(line.line_id, 6 * 60)
    await billing.hear(a_timesheet(sale, wrong))
    await an_issued_invoice(billing, contract_id)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 9 * 60)))
    await billing.hear(a_correction(sale, a_reversal(wrong), an_entry(line.line_id, 60)))

    run = await prepared(billing)
    await reviewed(billing, run, contract_id)
    refused = await started(billing, run, most_net="399.99")

    assert await nets(billing, run) == [("400.00", "0.00", "0.00")]
    assert run["extents"][0]["net"] == "400.00"
    assert code_of(refused) == "too_much_for_one_run"


async def test_what_is_shown_of_capped_work_is_what_is_drafted(billing: Billing) -> None:
    line = a_capped_line("1000")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 8 * 60), an_entry(line.line_id, 6 * 60)))

    run = await prepared(billing)

    assert await nets(billing, run) == [("1000.00", "0.00", "400.00")]
    assert await drafted(billing, run, contract_id, most_net="1000") == [1000]


async def test_a_run_by_method_bills_the_deposit_that_was_asked_and_draws_down_what_was_paid(billing: Billing) -> None:
    time, milestone = a_time_line("100.00"), a_milestone_line("500.00")
    sale = a_sale(time, milestone).model_copy(update={"deposit": Decimal(1000)})
    contract_id = await billing.sold(sale)
    await in_advance(billing, contract_id)
    asked = await prepared(billing, method="fixed_fee_milestone")
    assert await nets(billing, asked) == [("1000.00", "0.00", "0.00")]
    assert await drafted(billing, asked, contract_id, most_net="1000") == [1000]
    [draft] = await billing.rows("invoices")
    await approved_and_issued(billing, f"/invoices/{draft['id']}")
    await billing.hear(a_timesheet(sale, an_entry(time.line_id, 15 * 60)))
    await billing.hear(an_accepted_milestone(sale, milestone.line_id))

    run = await prepared(billing, method="fixed_fee_milestone")

    assert await nets(billing, run) == [("0.00", "500.00", "0.00")]
    assert await drafted(billing, run, contract_id, most_net="1") == [0, 1000]
    drawn = [item["value"] for item in await billing.rows("billable_items") if item["rule"] == "drawdown"]
    assert drawn == [-500]
    assert await nets(billing, await prepared(billing)) == [("1000.00", "500.00", "0.00")]


async def flags(billing: Billing, *sales: crm.OpportunityClosedWon) -> list[set[str]]:
    """What is in the way of an invoice of each of the sales, after an hour on each."""
    contracts = []
    for sale in sales:
        contracts.append(await billing.sold(sale))
        await billing.hear(a_timesheet(sale, an_entry(sale.lines[0].line_id, 60)))
    found = {bill["contract_id"]: bill for bill in await pre_bills(billing, await prepared(billing))}
    shown = [found[str(contract_id)] for contract_id in contracts]
    assert all(bill["is_clear"] is not any(bill[name] for name in FLAGS) for bill in shown)
    return [{name for name in FLAGS if bill[name]} for bill in shown]


async def test_what_keeps_an_invoice_from_going_out_is_said_before_it_is_drafted(billing: Billing) -> None:
    complete, nowhere = an_account(), an_account(billing_address=crm.Address(country=""))
    spent = a_sale(a_time_line(), account=complete).model_copy(update={"purchase_order_budget": Decimal("119.99")})
    enough = spent.model_copy(
        update={"opportunity_id": new_id(), "lines": [a_time_line()], "purchase_order_budget": Decimal(120)}
    )
    enough = enough.model_copy(update={"thread_id": enough.opportunity_id})

    assert await flags(billing, a_sale(a_time_line(), account=nowhere), spent, enough) == [
        {"lacks_address"},
        {"is_order_spent"},
        set(),
    ]


async def test_an_order_is_missed_only_of_customers_who_give_them(billing: Billing) -> None:
    gives, never = an_account(), an_account()

    assert await flags(
        billing,
        a_sale(a_time_line(), account=gives),
        a_sale(a_time_line(), account=gives, purchase_order=None),
        a_sale(a_time_line(), account=never, purchase_order=None),
    ) == [set(), {"lacks_order"}, set()]


async def test_a_customer_who_owes_the_tax_needs_a_tax_id(billing: Billing) -> None:
    abroad, in_the_union, named = (
        an_account(billing_address=crm.Address(country=country), tax_id=tax_id)
        for country, tax_id in (("CH", ""), ("FR", ""), ("CH", "CHE-123"))
    )
    [seller] = await billing.rows("legal_entities")
    *others, abroad_rule = a_legal_entity_body()["tax_rules"]
    body = {"tax_rules": [*others, abroad_rule | {"category": "AE", "reference_text": "Reverse charge"}]}
    changed = await billing.as_(Role.ADMINISTRATOR).post(f"/legal-entities/{seller['id']}/tax-rules", json=body)
    assert changed.is_success, changed.text

    assert await flags(billing, *(a_sale(a_time_line(), account=one) for one in (abroad, in_the_union, named))) == [
        {"lacks_tax_id"},
        set(),
        set(),
    ]

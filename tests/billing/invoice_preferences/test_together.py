"""One invoice for several contracts: drafted, posted, announced, credited, each contract with its own limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.billing.service import service
from shared.actor import Role
from shared.clock import wall_clock
from shared.contracts.billing import CreditNoteIssued, InvoiceIssued
from shared.ids import new_id
from shared.jobs import Runner
from tests.support.api import code_of
from tests.support.billing import (
    CANARY,
    MONTH_END,
    Billing,
    Made,
    a_draft,
    a_sale,
    a_time_line,
    a_timesheet,
    an_account,
    an_entry,
    an_issued_credit,
    an_issued_invoice,
    approved_and_issued,
)

ALPENGLOW = an_account()
HERE = f"/customers/{ALPENGLOW.account_id}/invoice-preferences"


async def agreed(billing: Billing, consolidation: str = "per_customer", role: Role = Role.BILLING_CLERK) -> Any:
    """Agree how Alpenglow is invoiced."""
    return await billing.as_(role).post(HERE, json={"consolidation": consolidation})


async def worked(
    billing: Billing, hours: int, *, order: str | None = "PO-7781", budget: str | None = None, **different: Any
) -> UUID:
    """Have some hours at 100.00 on a contract of Alpenglow."""
    line = a_time_line("100.00")
    sale = a_sale(line, account=different.get("account", ALPENGLOW), purchase_order=order)
    limits = {"purchase_order_budget": Decimal(budget) if budget else None, "deposit": different.get("deposit")}
    contract_id = await billing.sold(sale.model_copy(update=limits))
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, hours * 60)))
    return contract_id


def nets(invoice: Made) -> dict[str, str]:
    """What is on an invoice by contract."""
    return {line["contract_id"]: line["net"] for line in invoice["lines"]}


async def test_a_draft_takes_the_contracts_with_it_that_the_customer_wants_on_one_invoice(billing: Billing) -> None:
    north, south = await worked(billing, 8), await worked(billing, 2)
    elsewhere = await worked(billing, 5, account=an_account(name="Borealis SA"))
    await agreed(billing)

    draft = await a_draft(billing, south)
    again = await a_draft(billing, north)

    assert nets(draft) == {str(north): "800.00", str(south): "200.00"}
    assert (draft["net"], draft["contract_id"], draft["other_contracts"]) == ("1000.00", str(north), 1)
    assert again["id"] == draft["id"]
    clerk = billing.as_(Role.BILLING_CLERK)
    for contract_id in (north, south):
        listed = (await clerk.get("/invoices", params={"contract_id": str(contract_id)})).json()["items"]
        assert [one["id"] for one in listed] == [draft["id"]]
    assert (await clerk.get("/invoices", params={"contract_id": str(elsewhere)})).json()["items"] == []


async def test_without_an_agreement_each_contract_has_its_own(billing: Billing) -> None:
    north, south = await worked(billing, 8), await worked(billing, 2)

    assert (await billing.as_(Role.AUDITOR).get(HERE)).json()["consolidation"] == "per_contract"
    assert nets(await a_draft(billing, south)) == {str(south): "200.00"}
    assert nets(await a_draft(billing, north)) == {str(north): "800.00"}


async def test_what_is_under_one_order_is_on_one_invoice(billing: Billing) -> None:
    north, south = await worked(billing, 8, order="PO-1"), await worked(billing, 2, order="PO-1")
    other, none = await worked(billing, 3, order="PO-2"), await worked(billing, 4, order=None)
    await agreed(billing, "per_purchase_order")

    drafts = [await a_draft(billing, each) for each in (north, other, none)]

    assert [sorted(nets(draft)) for draft in drafts] == [sorted([str(north), str(south)]), [str(other)], [str(none)]]


async def test_it_is_posted_announced_and_balanced_contract_by_contract(billing: Billing) -> None:
    north, south = await worked(billing, 8), await worked(billing, 2, order="PO-9")
    await agreed(billing)

    await an_issued_invoice(billing, south)

    [event] = await billing.announced(InvoiceIssued)
    assert [(share.contract_id, share.net, share.tax) for share in event.shares] == [
        (north, Decimal(800), Decimal(152)),
        (south, Decimal(200), Decimal(38)),
    ]
    assert (event.contract_id, event.gross) == (north, Decimal(1190))
    posted = {(line["role"], line["contract_id"]): line["amount"] for line in await billing.rows("journal_lines")}
    assert posted == {
        ("receivable", north): Decimal(952),
        ("receivable", south): Decimal(238),
        ("contract_liability", north): Decimal(-800),
        ("contract_liability", south): Decimal(-200),
        ("output_tax", north): Decimal(-152),
        ("output_tax", south): Decimal(-38),
    }
    assert await balances(billing) == [(str(north), "800.00", "0.00"), (str(south), "200.00", "0.00")]


async def balances(billing: Billing) -> list[tuple[str, str, str]]:
    """What was billed on each contract by the documents, and by what the ledger differs."""
    asked = {"legal_entity": "MER", "on": MONTH_END.isoformat()}
    found = (await billing.as_(Role.AUDITOR).get("/contract-balances", params=asked)).json()
    return [(one["contract_id"], one["billed"], one["difference"]) for one in found["items"]]


async def test_the_order_of_each_contract_is_drawn_and_a_spent_one_stops_all_of_it(billing: Billing) -> None:
    north, south = await worked(billing, 8, order="PO-1", budget="1000"), await worked(billing, 2, budget="150")
    await agreed(billing)
    draft = await a_draft(billing, north)
    approver = billing.as_(Role.BILLING_APPROVER, subject="bruno")
    await approver.post(f"/invoices/{draft['id']}/approval")
    key = {"Idempotency-Key": str(new_id())}

    refused = await approver.post(f"/invoices/{draft['id']}/issue", headers=key)

    assert code_of(refused) == "purchase_order_spent"
    assert "PO-7781 has 150.00 EUR left, and this invoice needs 200.00 EUR" in refused.text
    assert await billing.rows("purchase_order_draws") == []
    order = {"number": "PO-7781", "budget": "200.00", "reason": "Raised"}
    await billing.as_(Role.BILLING_CLERK).post(f"/contracts/{south}/purchase-orders", json=order)
    assert (await approver.post(f"/invoices/{draft['id']}/issue", headers=key)).is_success
    assert {row["contract_id"]: row["amount"] for row in await billing.rows("purchase_order_draws")} == {
        north: Decimal(800),
        south: Decimal(200),
    }


async def test_a_deposit_is_drawn_down_on_its_own_contract_only(billing: Billing) -> None:
    north = await worked(billing, 8)
    body = {"amount": "500.00", "description": "Deposit"}
    clerk = billing.as_(Role.BILLING_CLERK)
    early = await worked(billing, 1, deposit=Decimal(500))
    asked = await clerk.post(f"/contracts/{early}/deposits", json=body, headers={"Idempotency-Key": "deposit"})
    assert asked.is_success, asked.text
    await an_issued_invoice(billing, early)
    await agreed(billing)
    await another_entry(billing, early, hours=3)

    draft = await a_draft(billing, north)

    drawn = [(one["contract_id"], one["net"]) for one in draft["lines"]]
    assert drawn == [(str(north), "800.00"), (str(early), "300.00"), (str(early), "-300.00")]


async def another_entry(billing: Billing, contract_id: UUID, *, hours: int) -> None:
    """Have more hours on the line of a contract."""
    [line] = [row for row in await billing.rows("contract_lines") if row["contract_id"] == contract_id]
    [contract] = [row for row in await billing.rows("contracts") if row["id"] == contract_id]
    sale = a_sale(opportunity_id=contract["opportunity_id"], account=ALPENGLOW)
    await billing.hear(a_timesheet(sale, an_entry(line["id"], hours * 60)))


async def test_crediting_one_contract_leaves_the_others_billed(billing: Billing) -> None:
    north, south = await worked(billing, 8), await worked(billing, 2, order="PO-9")
    await agreed(billing)
    invoice = await an_issued_invoice(billing, north)
    [of_south] = [line["position"] for line in invoice["lines"] if line["contract_id"] == str(south)]

    credit = await an_issued_credit(billing, invoice, lines=[{"position": of_south, "minutes": 60}], rebills=True)

    [event] = await billing.announced(CreditNoteIssued)
    assert [(share.contract_id, share.net) for share in event.shares] == [(south, Decimal(100))]
    assert (event.contract_id, credit["net"]) == (south, "100.00")
    assert await balances(billing) == [(str(north), "800.00", "0.00"), (str(south), "100.00", "0.00")]
    draws = [(row["contract_id"], row["amount"]) for row in await billing.rows("purchase_order_draws")]
    assert sorted(draws, key=str) == sorted(
        [(north, Decimal(800)), (south, Decimal(200)), (south, Decimal(-100))], key=str
    )
    [again] = (await billing.as_(Role.AUDITOR).get("/invoices", params={"status": "draft"})).json()["items"]
    assert (again["contract_id"], again["net"]) == (str(south), "100.00")


async def test_crediting_all_of_it_is_announced_for_each_contract(billing: Billing) -> None:
    north, south = await worked(billing, 8), await worked(billing, 2)
    await agreed(billing)

    await an_issued_credit(billing, await an_issued_invoice(billing, north))

    [event] = await billing.announced(CreditNoteIssued)
    assert [(share.contract_id, share.net, share.tax) for share in event.shares] == [
        (north, Decimal(800), Decimal(152)),
        (south, Decimal(200), Decimal(38)),
    ]
    assert {line["contract_id"] for line in await billing.rows("credit_note_lines")} == {north, south}


async def test_a_run_drafts_together_what_goes_together_and_says_so_before(billing: Billing) -> None:
    contracts = [await worked(billing, 8), await worked(billing, 2), await worked(billing, 5, account=an_account())]
    await agreed(billing)
    clerk = billing.as_(Role.BILLING_CLERK)
    run = (await clerk.put(f"/billing-runs/{new_id()}", json={"up_to": MONTH_END.isoformat()})).json()

    [extent] = run["extents"]
    assert (extent["pre_bills"], extent["invoices"], extent["net"]) == (3, 2, "1500.00")
    reviewed = {"contract_ids": [str(each) for each in contracts]}
    await billing.as_(Role.PROJECT_MANAGER).post(f"/billing-runs/{run['id']}/reviews", json=reviewed)
    limits = {"most_invoices": 2, "most_net": "1500"}
    key = {"Idempotency-Key": str(new_id())}
    begun = await clerk.post(f"/billing-runs/{run['id']}/start", json=limits, headers=key)
    assert begun.is_success, begun.text
    runner = Runner(billing.database, service.jobs, wall_clock)
    while await runner.step():
        pass

    bills = (await clerk.get(f"/billing-runs/{run['id']}/pre-bills")).json()["items"]
    assert {bill["status"] for bill in bills} == {"drafted"}
    invoice_of = {bill["contract_id"]: bill["invoice_id"] for bill in bills}
    north, south, other = (invoice_of[str(each)] for each in contracts)
    assert north == south != other
    assert len(await billing.rows("invoices")) == 2


async def test_what_corrections_take_back_on_one_contract_comes_off_the_invoice_of_all(billing: Billing) -> None:
    north, south = await worked(billing, 8), await worked(billing, 2)
    invoice = await an_issued_invoice(billing, south)
    await agreed(billing)
    await another_entry(billing, south, hours=-1)

    draft = await a_draft(billing, north)

    assert nets(draft) == {str(north): "800.00", str(south): "-100.00"}
    issued = await approved_and_issued(billing, f"/invoices/{draft['id']}")
    assert (issued["net"], invoice["net"]) == ("700.00", "200.00")
    ubl = (await billing.as_(Role.AUDITOR).get(f"/invoices/{draft['id']}/ubl")).text
    assert "<cbc:ID>C-00001</cbc:ID>" in ubl


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_APPROVER, Role.CONSULTANT, Role.ADMINISTRATOR])
async def test_who_does_not_agree_terms_does_not_change_it(billing: Billing, role: Role) -> None:
    await worked(billing, 1)

    assert code_of(await agreed(billing, role=role)) == "not_permitted"
    assert await billing.rows("invoice_preferences") == []


async def test_nobody_agrees_anything_for_a_customer_that_is_not_theirs(billing: Billing) -> None:
    await worked(billing, 1)
    stranger = billing.as_(Role.BILLING_CLERK, tenant=CANARY)
    wrong = await agreed(billing, "per_moon")

    answers = [await stranger.post(HERE, json={"consolidation": "per_customer"}), await stranger.get(HERE)]

    assert [code_of(answer) for answer in answers] == ["no_such_customer", "no_such_customer"]
    assert wrong.status_code == 422
    assert await billing.rows("invoice_preferences") == []

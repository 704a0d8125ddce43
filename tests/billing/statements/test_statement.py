"""Statements of account: every movement once, and the same balance as the books, whatever happened."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.billing.payments.test_api import an_invoice, balances, posted, standing
from tests.billing.receivables.test_api import ageing
from tests.billing.write_offs.test_api import recovered, written_off
from tests.support.api import code_of
from tests.support.billing import Billing, Made, a_payment, an_issued_credit
from tests.support.claims import prefers, printed
from tests.support.ledger import ENTITY, sent

ALPENGLOW = UUID(int=5)
RECEIVABLE, CREDIT = "1200", "2200"


async def statement(billing: Billing, invoice: Made, *, role: Role = Role.AUDITOR, **different: Any) -> Any:
    asked = {
        "legal_entity_id": invoice["legal_entity_id"],
        "currency": "EUR",
        "starts_on": "2026-03-31",
        "ends_on": "2026-03-31",
        **different,
    }
    return await billing.as_(role).get(f"/customers/{invoice['customer_id']}/statement", params=asked)


async def owed(billing: Billing, invoice: Made, **different: Any) -> tuple[str, str]:
    found = (await statement(billing, invoice, **different)).json()
    return found["opening"], found["closing"]


async def account_sheet(billing: Billing, account: str) -> str:
    """The balance after the last line on an account."""
    asked = {"legal_entity": ENTITY, "account": account, "currency": "EUR", "limit": "200"}
    lines = (await billing.as_(Role.AUDITOR).get("/account-sheet", params=asked)).json()["items"]
    return lines[-1]["balance"] if lines else "0.00"


async def test_every_movement_stands_once_and_the_account_sheets_say_the_same(billing: Billing) -> None:
    first, second = [await an_invoice(billing, account_id=ALPENGLOW) for _ in range(2)]
    await a_payment(billing, first, "1000.00", paid="1100.00", reference="TX-1")
    await a_payment(billing, first, "142.00", paid="142.00", reference="TX-2", settle_difference=True)
    bounced = await a_payment(billing, second, "200.00", reference="TX-3")
    await posted(billing, bounced, "reversal", {"on": "2026-03-31", "reason": "No funds"})
    await an_issued_credit(billing, second, lines=[{"position": 1, "minutes": 60}])
    write_off = await written_off(billing, second, "500.00")
    assert (await recovered(billing, write_off, "50.00")).is_success

    found = (await statement(billing, first)).json()

    assert sorted((one["kind"], one["amount"]) for one in found["movements"]) == [
        ("credit_note", "-142.80"),
        ("invoice", "1142.40"),
        ("invoice", "1142.40"),
        ("payment", "-1100.00"),
        ("payment", "-142.00"),
        ("payment", "-200.00"),
        ("payment_reversal", "200.00"),
        ("recovery", "50.00"),
        ("rounding", "-0.40"),
        ("write_off", "-500.00"),
    ]
    assert found["movements"][-1]["balance"] == found["closing"] == "449.60"
    sheets = [Decimal(await account_sheet(billing, account)) for account in (RECEIVABLE, CREDIT)]
    assert sum(sheets) == Decimal(found["closing"])
    [agreement] = (await ageing(billing, first))["agreements"]
    assert agreement["unexplained"] == "0.00"


async def test_an_allocation_moves_credit_to_a_claim_and_changes_no_balance(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    payment = await a_payment(billing, invoice, allocations=[], paid="500.00")
    before = (await statement(billing, invoice)).json()

    body = {"allocations": [{"invoice_id": invoice["id"], "amount": "500.00"}]}
    assert (await posted(billing, payment, "allocations", body)).is_success

    assert (await statement(billing, invoice)).json() == before
    assert before["closing"] == "642.40"


async def test_a_credit_of_a_paid_invoice_is_owed_to_the_customer(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await a_payment(billing, invoice)
    await an_issued_credit(billing, invoice)

    assert await standing(billing, invoice) == ("paid", "-1142.40")
    assert await owed(billing, invoice) == ("0.00", "-1142.40")
    found = await ageing(billing, invoice)
    assert found["rows"][0]["bands"] == ["-1142.40", "0.00", "0.00", "0.00", "0.00"]
    assert found["agreements"][0]["unexplained"] == "0.00"
    assert await balances(billing, RECEIVABLE, CREDIT) == [Decimal("-1142.40"), 0]


async def test_what_is_owed_to_the_customer_is_freed_and_settles_their_next_invoice(billing: Billing) -> None:
    paid, following = [await an_invoice(billing, account_id=ALPENGLOW) for _ in range(2)]
    payment = await a_payment(billing, paid)
    await an_issued_credit(billing, paid)

    path = f"allocations/{payment['allocations'][0]['id']}/withdrawal"
    assert (await posted(billing, payment, path, {"reason": "Credited"})).is_success
    body = {"allocations": [{"invoice_id": following["id"], "amount": "1142.40"}]}
    assert (await posted(billing, payment, "allocations", body)).is_success

    assert [(await standing(billing, one))[1] for one in (paid, following)] == ["0.00", "0.00"]
    assert (await owed(billing, paid))[1] == "0.00"
    assert await balances(billing, RECEIVABLE, CREDIT) == [0, 0]


async def test_undoing_a_bank_line_opens_the_invoice_again_and_both_movements_stay(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    clerk = billing.as_(Role.BILLING_CLERK)
    entity = {"legal_entity_id": invoice["legal_entity_id"]}
    content = f"booked_on,amount,reference,remittance\n2026-03-31,1142.40,TX-9,{invoice['number']}\n".encode()
    await clerk.post("/bank-files", params=entity, files=[("files", ("bank.csv", content))])
    [line] = (await clerk.get("/bank-lines")).json()["items"]
    assert (await sent(clerk, "/bank-lines/acceptances", {"line_ids": [line["id"]]})).is_success
    assert await standing(billing, invoice) == ("paid", "0.00")

    undone = await sent(clerk, f"/bank-lines/{line['id']}/undo", {"reason": "Not theirs"})

    assert undone.is_success, undone.text
    assert await standing(billing, invoice) == ("open", "1142.40")
    found = (await statement(billing, invoice)).json()
    assert [one["kind"] for one in found["movements"]] == ["invoice", "payment", "payment_reversal"]
    assert await balances(billing, "1000", RECEIVABLE, CREDIT) == [0, Decimal("1142.40"), 0]


async def test_what_was_before_is_the_opening_balance_and_pages_go_on_where_the_last_ended(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    for number in range(3):
        await a_payment(billing, invoice, "100.00", reference=f"TX-{number}")

    later = await owed(billing, invoice, starts_on="2026-04-01", ends_on="2026-04-30")
    earlier = await owed(billing, invoice, starts_on="2026-01-01", ends_on="2026-03-30")
    first = (await statement(billing, invoice, limit=2)).json()
    rest = (await statement(billing, invoice, limit=2, cursor=first["next"])).json()

    assert (later, earlier) == (("842.40", "842.40"), ("0.00", "0.00"))
    assert [one["balance"] for one in first["movements"] + rest["movements"]] == [
        "1142.40",
        "1042.40",
        "942.40",
        "842.40",
    ]
    assert (rest["next"], first["closing"]) == (None, "842.40")


def document_of(invoice: Made) -> tuple[str, dict[str, str]]:
    asked = {
        "legal_entity_id": invoice["legal_entity_id"],
        "currency": "EUR",
        "starts_on": "2026-01-01",
        "ends_on": "2026-03-31",
    }
    return f"/customers/{invoice['customer_id']}/statement/document", asked


async def test_the_document_is_a_pdf_and_the_same_twice(billing: Billing) -> None:
    path, asked = document_of(await an_invoice(billing))

    first, second = [await billing.as_(Role.AUDITOR).get(path, params=asked) for _ in range(2)]

    assert (first.headers["content-type"], first.content[:5]) == ("application/pdf", b"%PDF-")
    assert first.content == second.content


async def test_the_document_is_in_the_customers_language_or_in_the_one_asked_for(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    path, asked = document_of(invoice)
    await prefers(billing, invoice, "fr")

    french, german = await printed(billing, path, **asked), await printed(billing, path, **asked, language="de")

    for said in (
        "Relevé de compte du 1 janvier 2026 au 31 mars 2026",
        "Facture",
        "Solde final 1 142,40",
        "Page 1 sur 1",
    ):
        assert said in french
    for said in ("Kontoauszug 1. Januar 2026 bis 31. März 2026", "Rechnung", "Endsaldo 1.142,40", "Seite 1 von 1"):
        assert said in german
    unknown = await billing.as_(Role.AUDITOR).get(path, params={**asked, "language": "xx"})
    assert code_of(unknown) == "invalid_request"


async def test_what_does_not_fit_is_refused(billing: Billing) -> None:
    invoice = await an_invoice(billing)

    answers = {
        "ends_before_it_starts": await statement(billing, invoice, ends_on="2026-03-30"),
        "no_such_customer": await statement(billing, {**invoice, "customer_id": str(new_id())}),
        "no_such_legal_entity": await statement(billing, invoice, legal_entity_id=str(new_id())),
    }

    assert {code: code_of(answer) for code, answer in answers.items()} == {code: code for code in answers}


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.PROJECT_MANAGER, Role.ERP])
async def test_who_sees_no_invoices_sees_no_statement(billing: Billing, role: Role) -> None:
    assert code_of(await statement(billing, await an_invoice(billing), role=role)) == "not_permitted"

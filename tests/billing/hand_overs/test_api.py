"""Handing over: each document once to each address, with all that a gateway needs and nothing kept on refusal."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from shared.contracts.claims import DocumentHandedOver
from shared.ids import new_id
from tests.billing.payments.test_api import an_invoice
from tests.support.api import code_of
from tests.support.billing import Billing, Made, a_draft, a_sale, a_time_line, a_timesheet, an_entry, an_issued_credit
from tests.support.ledger import sent

AT = "buchhaltung@alpenglow.example"


async def handed_over(
    billing: Billing, *documents: Made, role: Role = Role.BILLING_CLERK, text: str = ""
) -> httpx2.Response:
    return await sent(billing.as_(role, subject="bella"), "/hand-overs", {"documents": list(documents), "text": text})


def of(kind: str, document: Made, **different: Any) -> Made:
    return {"kind": kind, "document_id": document["id"], "recipient": AT, **different}


def a_statement(invoice: Made) -> Made:
    account = {
        "customer_id": invoice["customer_id"],
        "legal_entity_id": invoice["legal_entity_id"],
        "currency": "EUR",
        "starts_on": "2026-01-01",
        "ends_on": "2026-03-31",
    }
    return {"kind": "statement", "statement": account, "recipient": AT}


async def test_the_gateway_hears_what_to_send_to_whom_and_finds_the_very_document(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    note = await an_issued_credit(billing, invoice, lines=[{"position": 1, "minutes": 60}])

    answer = await handed_over(
        billing, of("invoice", invoice), of("credit_note", note), a_statement(invoice), text="Kind regards"
    )

    assert answer.is_success, answer.text
    events = await billing.announced(DocumentHandedOver)
    assert [(one.kind, one.number, one.recipient, one.text) for one in events[:2]] == [
        ("invoice", invoice["number"], AT, "Kind regards"),
        ("credit_note", note["number"], AT, "Kind regards"),
    ]
    assert [str(one.hand_over_id) for one in events] == [one["id"] for one in answer.json()]
    for one in events:
        attached = await billing.as_(Role.AUDITOR).get(one.attachment)
        assert attached.headers["content-type"] == "application/pdf"
        assert hashlib.sha256(attached.content).hexdigest() == one.sha256


async def test_a_document_goes_to_an_address_once_however_many_ask_at_once(billing: Billing) -> None:
    invoice = await an_invoice(billing)

    answers = await asyncio.gather(*(handed_over(billing, of("invoice", invoice)) for _ in range(3)))
    shouted = await handed_over(billing, of("invoice", invoice, recipient=AT.upper()))
    elsewhere = await handed_over(billing, of("invoice", invoice, recipient="cfo@alpenglow.example"))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert (code_of(shouted), elsewhere.status_code) == ("handed_over_already", 201)
    assert len(await billing.announced(DocumentHandedOver)) == 2
    asked = {"document_id": invoice["id"]}
    known = (await billing.as_(Role.AUDITOR).get("/hand-overs", params=asked)).json()["items"]
    assert {one["recipient"] for one in known} == {AT, "cfo@alpenglow.example"}


async def test_the_same_statement_is_not_sent_twice_and_another_one_is(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    statement = a_statement(invoice)
    other = {**statement, "statement": {**statement["statement"], "ends_on": "2026-03-30"}}

    answers = [await handed_over(billing, one) for one in (statement, statement, other)]

    assert [answer.status_code for answer in answers] == [201, 409, 201]


async def test_all_are_handed_over_or_none(billing: Billing) -> None:
    first, second = await an_invoice(billing), await an_invoice(billing)
    await handed_over(billing, of("invoice", second))
    before = await billing.digest()

    answer = await handed_over(billing, of("invoice", first), of("invoice", second))

    assert (code_of(answer), await billing.digest() == before) == ("handed_over_already", True)


async def test_what_does_not_fit_is_refused_and_nothing_is_kept(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id)))
    draft = await a_draft(billing, contract_id)
    before = await billing.digest()

    answers = {
        "not_an_address": await handed_over(billing, of("invoice", invoice, recipient="Mr Berger")),
        "not_issued_yet": await handed_over(billing, of("invoice", draft)),
        "no_such_invoice": await handed_over(billing, of("invoice", {"id": str(new_id())})),
        "no_such_credit_note": await handed_over(billing, of("credit_note", invoice)),
        "no_such_letter": await handed_over(billing, of("dunning_letter", invoice)),
        "document_or_statement": await handed_over(billing, of("statement", invoice)),
        "invalid_request": await handed_over(billing),
    }

    assert {code: code_of(answer) for code, answer in answers.items()} == {code: code for code in answers}
    assert await billing.digest() == before


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CONSULTANT, Role.ERP])
async def test_who_only_reads_hands_nothing_over(billing: Billing, role: Role) -> None:
    invoice = await an_invoice(billing)

    assert code_of(await handed_over(billing, of("invoice", invoice), role=role)) == "not_permitted"

"""E-mails say what their document is, in its language, in the words of the firm or in the usual ones."""

from __future__ import annotations

from typing import Any

import pytest

from shared.actor import Role
from shared.contracts.claims import DocumentHandedOver
from tests.billing.hand_overs.test_api import a_statement, handed_over, of
from tests.billing.payments.test_api import an_invoice
from tests.support.api import code_of
from tests.support.billing import CANARY, Billing, an_issued_credit
from tests.support.claims import prefers


async def worded(billing: Billing, texts: Any, *, role: Role = Role.ADMINISTRATOR, tenant: Any = None) -> Any:
    [entity] = await billing.rows("legal_entities")
    who = billing.as_(role, tenant=tenant) if tenant else billing.as_(role)
    return await who.post(f"/legal-entities/{entity['id']}/mail-texts", json={"texts": texts})


async def test_a_document_is_sent_with_words_in_its_language(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    note = await an_issued_credit(billing, invoice, lines=[{"position": 1, "minutes": 60}])
    await prefers(billing, invoice, "fr")

    await handed_over(billing, of("invoice", invoice), of("credit_note", note), a_statement(invoice))

    one, other, statement = await billing.announced(DocumentHandedOver)
    assert one.subject_line == f"Invoice {invoice['number']}"
    assert f"invoice {invoice['number']} of EUR 1,142.40, payable by 30 April 2026." in one.text
    assert f"credit note {note['number']} of EUR 142.80; invoice {invoice['number']} is reduced" in other.text
    assert statement.subject_line == "Relevé de compte du 1 janvier 2026 au 31 mars 2026"
    assert "Au 31 mars 2026, son solde est de 999,60 EUR." in statement.text


async def test_a_statement_that_went_out_stays_as_it_was_when_the_customer_changes_language(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await prefers(billing, invoice, "de")
    await handed_over(billing, a_statement(invoice))
    [event] = await billing.announced(DocumentHandedOver)
    before = (await billing.as_(Role.AUDITOR).get(event.attachment)).content

    await prefers(billing, invoice, "fr")

    assert (await billing.as_(Role.AUDITOR).get(event.attachment)).content == before


async def test_the_firm_says_it_in_its_own_words_and_who_sends_says_it_otherwise(billing: Billing) -> None:
    first, second = await an_invoice(billing), await an_invoice(billing)
    texts = {"en": {"invoice": {"subject": "{seller}: {number}", "text": "Dear {customer}, {gross} {x} please"}}}
    assert code_of(await worded(billing, texts)) == "unknown_in_mail"
    texts["en"]["invoice"]["text"] = "Dear {customer}, {gross} {currency} please"
    answer = await worded(billing, texts)
    assert answer.json()["texts"] == texts

    await handed_over(billing, of("invoice", first))
    await handed_over(billing, of("invoice", second), text="As agreed {number}")

    one, other = await billing.announced(DocumentHandedOver)
    assert one.text == "Dear Alpenglow AG, 1,142.40 EUR please"
    assert (other.text, other.subject_line.endswith(f": {second['number']}")) == ("As agreed {number}", True)


@pytest.mark.parametrize(
    ("texts", "code", "pointer"),
    [
        ({"de": {"invoice": {"subject": "Ihre Rechnung"}}}, "subject_says_not_which", "texts/de/invoice/subject"),
        ({"de": {"dunning_letter": {"subject": "Post"}}}, "subject_says_not_which", "texts/de/dunning_letter/subject"),
        ({"fr": {"statement": {"text": "{number}"}}}, "unknown_in_mail", "texts/fr/statement/text"),
        ({"xx": {"invoice": {"text": "Hej"}}}, "invalid_request", None),
        ({"de": {"postcard": {"text": "Hallo"}}}, "invalid_request", None),
    ],
)
async def test_what_could_not_be_sent_is_refused(billing: Billing, texts: Any, code: str, pointer: str | None) -> None:
    answer = await worded(billing, texts)

    assert (answer.status_code, code_of(answer)) == (422, code)
    assert pointer is None or answer.json()["errors"][0]["pointer"] == f"#/body/{pointer}"
    assert await billing.rows("mail_texts") == []


@pytest.mark.parametrize("role", [Role.BILLING_CLERK, Role.CONTROLLER, Role.AUDITOR])
async def test_only_who_configures_says_what_e_mails_say(billing: Billing, role: Role) -> None:
    assert code_of(await worded(billing, {}, role=role)) == "not_permitted"


async def test_the_texts_of_another_firm_are_not_found(billing: Billing) -> None:
    assert code_of(await worded(billing, {}, tenant=CANARY)) == "no_such_legal_entity"


async def test_texts_are_kept_on_the_page(billing: Billing) -> None:
    [entity] = await billing.rows("legal_entities")
    browser = billing.api.browser(Role.ADMINISTRATOR, subject="ada")
    form = {"legal_entity_id": str(entity["id"]), "texts/de/statement/text": "Stand {to}", "texts/fr/invoice/text": ""}

    kept = await browser.post("/hand-overs/texts", data=form)

    assert kept.status_code == 303, kept.text
    [row] = await billing.rows("mail_texts")
    assert row["texts"] == {"de": {"statement": {"subject": "", "text": "Stand {to}"}}}
    shown = (await browser.get("/hand-overs/texts")).text
    assert "Stand {to}" in shown
    assert "Statement of account from {from} to {to}" in shown

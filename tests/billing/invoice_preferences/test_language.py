"""An invoice is in the language of the customer, down to why no tax is due; a credit note in that of its invoice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from services.billing.legal_entities.model import Language, TaxCategory, TaxRule, Territory
from shared.actor import Role
from shared.contracts import crm
from tests.support.api import code_of
from tests.support.billing import (
    CANARY,
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
)

VIENNA = crm.Address(street="Hauptstraße 1", postal_code="1010", city="Wien", country="AT")
ABROAD = crm.Address(street="Bahnhofstrasse 1", postal_code="8001", city="Zürich", country="CH")
OF_THE_LAW = "Steuerschuldnerschaft des Leistungsempfängers"


async def worked(billing: Billing, address: crm.Address = VIENNA, language: str | None = None) -> UUID:
    """Have an hour on a contract of a customer who wants invoices in a language."""
    line = a_time_line()
    account = an_account(billing_address=address, tax_id="ATU12345678")
    sale = a_sale(line, account=account)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 60)))
    if language:
        place = f"/customers/{account.account_id}/invoice-preferences"
        answer = await billing.as_(Role.BILLING_CLERK).post(place, json={"language": language})
        assert answer.is_success, answer.text
    return contract_id


async def laid_out(billing: Billing, **told: Any) -> str:
    """Lay out the invoices of the only legal entity, and name it."""
    [entity] = await billing.rows("legal_entities")
    place = f"/legal-entities/{entity['id']}"
    answer = await billing.as_(Role.ADMINISTRATOR).post(f"{place}/invoice-layout", json=told)
    assert answer.is_success, answer.text
    return place


def reason(invoice: Made) -> str:
    """Why no tax is due on an invoice."""
    [tax] = invoice["taxes"]
    return str(tax["reference_text"])


async def test_reverse_charge_is_said_in_the_words_of_the_law_of_each_language(billing: Billing) -> None:
    drafts = [await a_draft(billing, await worked(billing, language=language)) for language in (None, "de", "fr")]

    assert [draft["language"] for draft in drafts] == ["en", "de", "fr"]
    assert [reason(draft) for draft in drafts] == ["Reverse charge", OF_THE_LAW, "Autoliquidation"]


async def test_a_customer_without_a_language_gets_that_of_the_legal_entity(billing: Billing) -> None:
    await laid_out(billing, language="de", wording="{line} {from}")

    german = await a_draft(billing, await worked(billing))
    english = await a_draft(billing, await worked(billing, language="en"))

    assert [one["lines"][0]["description"][-10:] for one in (german, english)] == ["02.03.2026", "2026-03-02"]
    assert (german["language"], english["language"]) == ("de", "en")
    assert (reason(german), reason(english)) == ("Reverse charge", "Reverse charge")


async def test_other_reasons_are_said_as_they_were_translated_and_else_as_they_were_set_up(billing: Billing) -> None:
    [entity] = await billing.rows("legal_entities")
    place = f"/legal-entities/{entity['id']}/tax-texts"
    texts = [
        {"territory": "abroad", "language": "de", "text": "In Deutschland nicht steuerbar."},
        {"territory": "european_union", "language": "fr", "text": "Autoliquidation (article 196)"},
        {"territory": "abroad", "language": "fr", "text": ""},
    ]
    administrator = billing.as_(Role.ADMINISTRATOR)

    told = await administrator.post(place, json={"texts": texts})

    assert told.is_success, told.text
    said = [
        reason(await a_draft(billing, await worked(billing, address, language)))
        for address, language in ((ABROAD, "de"), (ABROAD, "fr"), (VIENNA, "fr"), (VIENNA, "de"))
    ]
    assert said == [
        "In Deutschland nicht steuerbar.",
        "Not subject to tax in Germany.",
        "Autoliquidation (article 196)",
        OF_THE_LAW,
    ]


async def test_what_went_out_and_its_credit_note_say_it_in_one_language(billing: Billing) -> None:
    contract_id = await worked(billing, language="de")
    invoice = await an_issued_invoice(billing, contract_id)
    [preference] = await billing.rows("invoice_preferences")
    place = f"/customers/{preference['customer_id']}/invoice-preferences"
    changed = await billing.as_(Role.BILLING_CLERK).post(place, json={"language": "fr"})
    assert changed.json()["language"] == "fr"

    credit = await an_issued_credit(billing, invoice)

    auditor = billing.as_(Role.AUDITOR)
    for path in (f"/invoices/{invoice['id']}/ubl", f"/credit-notes/{credit['id']}/ubl"):
        assert f">{OF_THE_LAW}</" in (await auditor.get(path)).text


async def test_what_was_paid_in_advance_is_said_in_the_language_of_the_customer(billing: Billing) -> None:
    contract_id = await worked(billing, language="de")
    clerk = billing.as_(Role.BILLING_CLERK)
    key = {"Idempotency-Key": "deposit"}
    asked = await clerk.post(f"/contracts/{contract_id}/deposits", json={"amount": "500.00"}, headers=key)
    assert asked.is_success, asked.text
    first = await an_issued_invoice(billing, contract_id)
    [contract] = await billing.rows("contracts")
    [line] = await billing.rows("contract_lines")
    sale = a_sale(opportunity_id=contract["opportunity_id"])
    await billing.hear(a_timesheet(sale, an_entry(line["id"], 60)))

    second = await a_draft(billing, contract_id)

    assert "Anzahlung auf den Vertrag C-00001" in [one["description"] for one in first["lines"]]
    assert "Bereits angezahlt auf den Vertrag C-00001" in [one["description"] for one in second["lines"]]


@pytest.mark.parametrize(
    "text", [{"territory": "domestic", "language": "de"}, {"territory": "abroad", "product": "Moon", "language": "de"}]
)
async def test_a_rule_that_says_nothing_or_is_not_there_is_not_translated(billing: Billing, text: Made) -> None:
    [entity] = await billing.rows("legal_entities")
    place = f"/legal-entities/{entity['id']}/tax-texts"

    answer = await billing.as_(Role.ADMINISTRATOR).post(place, json={"texts": [{**text, "text": "Steuerfrei"}]})

    assert (answer.status_code, code_of(answer)) == (422, "no_such_tax_rule")
    assert answer.json()["errors"][0]["pointer"] == "#/body/texts/0"


async def test_only_who_configures_translates_and_only_in_their_own_firm(billing: Billing) -> None:
    [entity] = await billing.rows("legal_entities")
    place = f"/legal-entities/{entity['id']}/tax-texts"
    texts = {"texts": [{"territory": "abroad", "language": "de", "text": "Nicht steuerbar"}]}

    clerk = await billing.as_(Role.BILLING_CLERK).post(place, json=texts)
    stranger = await billing.as_(Role.ADMINISTRATOR, tenant=CANARY).post(place, json=texts)

    assert (code_of(clerk), code_of(stranger)) == ("not_permitted", "no_such_legal_entity")
    assert {str(rule["texts"]) for rule in await billing.rows("tax_rules")} == {"{}"}


def test_a_taxed_sale_says_nothing_in_any_language() -> None:
    rule = TaxRule(Territory.DOMESTIC, TaxCategory.STANDARD, rate=19)  # type: ignore[arg-type]

    assert rule.said_in(Language.GERMAN, own=Language.ENGLISH).reference_text == ""

"""The document says what the invoice says, and comes out the same every time."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from string import Formatter
from uuid import UUID

import pytest
from pypdf import PdfReader

from services.billing.contracts.model import Contract
from services.billing.customers.model import Customer
from services.billing.invoices.actions.document import Document, Origin, render, written
from services.billing.invoices.actions.words import WORDS
from services.billing.invoices.model import Line, Tax
from services.billing.legal_entities.model import Language, LegalEntity, TaxCategory
from tests.support.billing import MONDAY, a_legal_entity_body

ALPENGLOW = Customer(
    id=UUID(int=2),
    name="Alpenglow",
    legal_name="Alpenglow AG",
    currency="EUR",
    tax_id="ATU12345678",
    billing_email="",
    street="Hauptstraße 1",
    postal_code="1010",
    city="Wien",
    country="AT",
    payment_terms_days=30,
    legal_entity=None,
)
TERMS = Contract(
    id=UUID(int=3),
    number="C-00001",
    opportunity_id=UUID(int=4),
    customer_id=ALPENGLOW.id,
    legal_entity_id=UUID(int=1),
    name='Data platform "North" #1 $x$',
    currency="EUR",
    amount=Decimal(0),
    purchase_order=None,
    payment_terms_days=30,
    starts_on=MONDAY,
    ends_before=date(2026, 7, 1),
    sold_sequence=1,
    thread_id=UUID(int=4),
)


LAST = date(2026, 3, 28)
UNTAXED = (TaxCategory.REVERSE_CHARGE, Decimal(0))


def a_document(lines: int = 2) -> Document:
    """Describe an invoice of some lines under reverse charge."""
    seller = a_legal_entity_body(payment_terms_days=30) | {"tax_rules": [], "credit_note_series": "CN-2026-"}
    days = MONDAY, date(2026, 3, 28)
    of = TERMS.id, UUID(int=5), "Consultant", "Work"
    work = [Line(position, *of, 2250, Decimal(120), Decimal(4500), *days, *UNTAXED) for position in range(1, lines)]
    fee = Decimal(8000), Decimal(8000), MONDAY, date(2026, 3, 3)
    milestone = Line(lines, TERMS.id, UUID(int=6), None, "Blueprint", None, *fee, *UNTAXED)
    net = Decimal(4500) * (lines - 1) + 8000
    return Document(
        number="INV-2026-00017",
        issued_on=date(2026, 3, 31),
        due_on=date(2026, 4, 30),
        seller=LegalEntity(id=UUID(int=1), **seller),
        customer=ALPENGLOW,
        contracts=[TERMS],
        currency="EUR",
        lines=[*work, milestone],
        taxes=[Tax(TaxCategory.REVERSE_CHARGE, Decimal(0), net, Decimal(0), "Reverse charge")],
    )


def test_figures_and_days_are_written_as_people_read_them() -> None:
    words = written(a_document())

    assert (words["net"], words["gross"], words["issued_on"]) == ("12,500.00", "12,500.00", "31 March 2026")
    assert [line["quantity"] for line in words["parts"][0]["lines"]] == ["37:30 h", "1"]
    assert [line["service"] for line in words["parts"][0]["lines"]] == ["2 March 2026 to 27 March 2026", "2 March 2026"]
    assert words["taxes"][0]["reference_text"] == "Reverse charge"
    assert words["customer"]["place"] == "1010 Wien, AT"
    assert words["seller"]["iban"] == "DE89 3704 0044 0532 0130 00"


async def test_equal_documents_have_equal_bytes() -> None:
    first, second = await render(a_document()), await render(a_document())

    assert first.startswith(b"%PDF-")
    assert first == second


async def test_a_long_invoice_is_set_on_several_pages() -> None:
    assert len(await render(a_document(120))) > len(await render(a_document(2)))


def test_the_lines_of_several_contracts_stand_under_each_with_what_they_come_to() -> None:
    other = replace(TERMS, id=UUID(int=9), number="C-00002", name="Support", purchase_order="PO-9")
    document = a_document()
    lines = [document.lines[0], replace(document.lines[1], contract_id=other.id)]

    words = written(replace(document, contracts=[TERMS, other], lines=lines))
    alone = written(document)

    assert [(part["title"], part["purchase_order"], part["net"]) for part in words["parts"]] == [
        ('C-00001 Data platform "North" #1 $x$', "", "4,500.00"),
        ("C-00002 Support", "PO-9", "8,000.00"),
    ]
    assert words["contract"] == "C-00001, C-00002"
    assert [(part["title"], part["net"]) for part in alone["parts"]] == [("", "")]


@pytest.mark.parametrize(
    ("language", "day", "gross", "kind", "quoted"),
    [
        (Language.ENGLISH, "31 March 2026", "12,500.00", "Invoice", "Please pay EUR 12,500.00 by 30 April 2026"),
        (Language.GERMAN, "31. März 2026", "12.500,00", "Rechnung", "12.500,00 EUR bis zum 30. April 2026"),
        (
            Language.FRENCH,
            "31 mars 2026",
            "12\u00a0500,00",
            "Facture",
            "12\u00a0500,00 EUR au plus tard le 30 avril 2026",
        ),
    ],
)
async def test_a_document_is_written_in_its_language(
    language: Language, day: str, gross: str, kind: str, quoted: str
) -> None:
    document = replace(a_document(), language=language)

    words = written(document)
    printed = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(await render(document))).pages)

    assert (words["issued_on"], words["gross"], words["kind"]) == (day, gross, kind)
    assert quoted in words["pay"]
    assert "INV-2026-00017" in words["pay"]
    for said in (f"{kind} INV-2026-00017", words["words"]["page"], "DE89 3704 0044 0532 0130 00"):
        assert said in printed


@pytest.mark.parametrize("language", Language)
async def test_a_credit_note_names_what_it_takes_back_in_its_language(language: Language) -> None:
    origin = Origin("INV-2026-00016", date(2026, 3, 30), "Wrong month")

    words = written(replace(a_document(), language=language, credits=origin))

    assert words["kind"] == WORDS[language]["credit_note"]
    assert "INV-2026-00016" in words["credits"] and "Wrong month" in words["credits"]
    assert "INV-2026-00016" in words["pay"]
    assert words["due_on"] == ""


def test_every_language_has_every_word_with_the_same_things_to_fill_in() -> None:
    for language in Language:
        assert WORDS[language].keys() == WORDS[Language.ENGLISH].keys()
        for key, said in WORDS[language].items():
            assert said and filled_in(said) == filled_in(WORDS[Language.ENGLISH][key]), (language, key)


def filled_in(said: str) -> set[str]:
    """What stands in braces."""
    return {name for _, name, _, _ in Formatter().parse(said) if name}

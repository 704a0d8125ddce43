"""Which tax is owed on a sale, and what a legal entity must have."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from services.billing.legal_entities.model import (
    REVERSE_CHARGE,
    InvalidIban,
    Language,
    LegalEntity,
    MissingTaxRule,
    NoSuchTaxRule,
    Particulars,
    TaxCategory,
    TaxRule,
    TaxRuleContradicts,
    TaxText,
    Territory,
    check_iban,
    check_tax_rules,
)

RULES = [
    TaxRule(Territory.DOMESTIC, TaxCategory.STANDARD, Decimal(19)),
    TaxRule(Territory.EUROPEAN_UNION, TaxCategory.REVERSE_CHARGE, Decimal(0), "Reverse charge"),
    TaxRule(Territory.ABROAD, TaxCategory.OUTSIDE_SCOPE, Decimal(0), "Not subject to tax in Germany."),
]


def a_firm(country: str = "DE") -> LegalEntity:
    """Describe a firm of ours."""
    return LegalEntity(
        id=UUID(int=1),
        code="MER",
        name="Meridian Consulting GmbH",
        street="Invalidenstraße 5",
        postal_code="10115",
        city="Berlin",
        country=country,
        tax_registration="DE136695976",
        functional_currency="EUR",
        iban="DE89370400440532013000",
        payment_terms_days=30,
        invoice_series="INV-2026-",
        credit_note_series="CN-2026-",
        is_default=True,
        tax_rules=RULES,
    )


@pytest.mark.parametrize(
    ("seller", "customer", "tax_id", "territory"),
    [
        ("DE", "DE", "DE811907980", Territory.DOMESTIC),
        ("DE", "", "", Territory.DOMESTIC),
        ("DE", "AT", "ATU12345678", Territory.EUROPEAN_UNION),
        ("DE", "AT", "", Territory.DOMESTIC),
        ("DE", "CH", "CHE123456789", Territory.ABROAD),
        ("CH", "DE", "DE811907980", Territory.ABROAD),
        ("DE", "CH", "", Territory.ABROAD),
        ("DE", "FR", "FR12345678901", Territory.EUROPEAN_UNION),
    ],
)
def test_the_tax_follows_from_where_both_are(seller: str, customer: str, tax_id: str, territory: Territory) -> None:
    [rule] = a_firm(seller).tax_rules_for(country=customer, tax_id=tax_id)
    assert rule.territory is territory


def test_every_territory_has_one_rule() -> None:
    check_tax_rules(RULES)
    with pytest.raises(MissingTaxRule):
        check_tax_rules(RULES[:2])
    with pytest.raises(MissingTaxRule):
        check_tax_rules([*RULES, RULES[0]])


@pytest.mark.parametrize(
    "wrong",
    [
        TaxRule(Territory.ABROAD, TaxCategory.EXEMPT, Decimal(5), "Exempt"),
        TaxRule(Territory.ABROAD, TaxCategory.EXEMPT, Decimal(0)),
    ],
)
def test_a_sale_without_tax_carries_no_rate_and_says_why(wrong: TaxRule) -> None:
    with pytest.raises(TaxRuleContradicts) as refused:
        check_tax_rules([*RULES[:2], wrong])
    assert refused.value.field == "/tax_rules/2"


def test_an_iban_with_wrong_check_digits_is_refused() -> None:
    check_iban("DE89370400440532013000")
    with pytest.raises(InvalidIban):
        check_iban("DE98370400440532013000")
    for wrong in ("DE89 3704 0044 0532 0130 00", "DE90370400440532013000"):
        with pytest.raises(InvalidIban):
            check_iban(wrong)


def test_a_product_has_one_rule_of_its_own_at_most_in_each_territory() -> None:
    books = TaxRule(Territory.DOMESTIC, TaxCategory.STANDARD, Decimal(7), product="Books")

    check_tax_rules([*RULES, books, replace(books, territory=Territory.ABROAD)])
    with pytest.raises(MissingTaxRule):
        check_tax_rules([*RULES, books, replace(books, rate=Decimal(5))])
    with pytest.raises(MissingTaxRule):
        check_tax_rules([*RULES[1:], books])


@pytest.mark.parametrize(
    ("country", "registration", "expected"),
    [("DE", "DE136695976", True), ("GR", "EL123456789", True), ("DE", "EL123456789", False), ("DE", "13/815", False)],
)
def test_a_vat_identifier_begins_with_its_country(country: str, registration: str, expected: bool) -> None:
    firm = a_firm(country)
    firm.tax_registration = registration

    assert firm.has_vat_identifier is expected


def test_why_no_tax_is_due_is_said_in_the_language_of_the_invoice() -> None:
    german, english = Language.GERMAN, Language.ENGLISH
    reversed_, abroad = RULES[1], RULES[2]
    worded = replace(abroad, texts={"de": "Nicht steuerbar in Deutschland."})

    assert reversed_.said_in(english, own=english) is reversed_
    assert reversed_.said_in(german, own=english).reference_text == REVERSE_CHARGE[german]
    assert abroad.said_in(german, own=english).reference_text == abroad.reference_text
    assert worded.said_in(german, own=english).reference_text == "Nicht steuerbar in Deutschland."
    assert RULES[0].said_in(german, own=english).reference_text == ""


def test_rules_keep_what_they_say_in_other_languages_until_they_say_something_else() -> None:
    firm = a_firm()
    firm.tax_rules = [replace(rule) for rule in RULES]
    word = TaxText(Territory.ABROAD, "", Language.GERMAN, "Nicht steuerbar.")
    firm.word_tax_rules([word, replace(word, territory=Territory.EUROPEAN_UNION, text="")])
    standing = firm.tax_rules[2]

    firm.tax_by([replace(rule, rate=rule.rate and Decimal(20)) for rule in RULES])

    assert firm.tax_rules[0].rate == 20
    assert firm.tax_rules[2] is standing
    assert standing.texts == {"de": word.text}
    assert firm.tax_rules[1].texts == {}
    firm.tax_by([*RULES[:2], replace(RULES[2], reference_text="Out of scope.")])
    assert firm.tax_rules[2].texts == {}
    with pytest.raises(NoSuchTaxRule):
        firm.word_tax_rules([replace(word, territory=Territory.DOMESTIC)])
    with pytest.raises(MissingTaxRule):
        firm.tax_by(RULES[:2])


def test_a_firm_changes_what_changes_in_the_course_of_years() -> None:
    firm = a_firm()
    said = Particulars("New", "Way 1", "1000", "Graz", "DE1", "AT611904300234573201", 14, "A-", "B-")

    firm.change(said)

    assert (firm.name, firm.iban, firm.payment_terms_days, firm.series) == ("New", said.iban, 14, ("A-", "B-"))
    with pytest.raises(InvalidIban):
        firm.change(replace(said, iban="AT611904300234573202"))

"""Which tax is owed on a sale, and what a legal entity must have."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from services.billing.legal_entities.model import (
    InvalidIban,
    LegalEntity,
    MissingTaxRule,
    TaxCategory,
    TaxRule,
    TaxRuleContradicts,
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

"""The rules of an invoice: a second person, no way back, tax rounded once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.invoices.model import (
    DiscardedAlready,
    Invoice,
    InvoiceStatus,
    IssuedForGood,
    IssuedInFuture,
    Line,
    NotADraft,
    NotApproved,
    NothingToInvoice,
    OwnInvoice,
    Tax,
    due_on,
    taxed,
    totals,
)
from services.billing.invoices.model.shares import shares_of
from services.billing.legal_entities.model import TaxCategory, TaxRule, Territory
from shared.ids import new_id
from tests.support.billing import MONDAY, MONTH_END, NOON

STANDARD = TaxRule(Territory.DOMESTIC, TaxCategory.STANDARD, Decimal(19))


def an_invoice() -> Invoice:
    """Describe a draft that Bella prepared."""
    return Invoice(
        id=new_id(),
        contract_id=new_id(),
        customer_id=new_id(),
        legal_entity_id=new_id(),
        project_id=None,
        thread_id=new_id(),
        currency="EUR",
        up_to=MONTH_END,
        prepared_by="bella",
        prepared_at=NOON,
    )


def a_line(net: str, rule: TaxRule = STANDARD) -> Line:
    """Describe a line of an invoice."""
    taxed_by = rule.category, rule.rate
    return Line(1, UUID(int=3), UUID(int=1), None, "Work", 60, Decimal(net), Decimal(net), MONDAY, MONTH_END, *taxed_by)


def approved() -> Invoice:
    """Describe an invoice that Bruno approved."""
    invoice = an_invoice()
    invoice.approve(by="bruno", at=NOON, is_preparer=False)
    return invoice


def test_a_second_person_approves_and_it_can_be_issued() -> None:
    invoice = approved()

    invoice.issue(on=MONTH_END, today=MONTH_END, is_preparer=False)

    assert (invoice.status, invoice.approved_by) == (InvoiceStatus.ISSUED, "bruno")


def test_nobody_approves_what_they_prepared() -> None:
    with pytest.raises(OwnInvoice):
        an_invoice().approve(by="bella", at=NOON, is_preparer=True)


def test_nobody_issues_what_they_prepared() -> None:
    with pytest.raises(OwnInvoice):
        approved().issue(on=MONTH_END, today=MONTH_END, is_preparer=True)


def test_an_unapproved_invoice_is_not_issued() -> None:
    with pytest.raises(NotApproved):
        an_invoice().issue(on=MONTH_END, today=MONTH_END, is_preparer=False)


def test_an_invoice_is_not_dated_ahead() -> None:
    with pytest.raises(IssuedInFuture):
        approved().issue(on=date(2026, 4, 1), today=MONTH_END, is_preparer=False)


def test_an_invoice_is_approved_once() -> None:
    with pytest.raises(NotADraft):
        approved().approve(by="bruno", at=NOON, is_preparer=False)


def test_what_was_issued_stays() -> None:
    invoice = approved()
    invoice.issue(on=MONTH_END, today=MONTH_END, is_preparer=False)

    with pytest.raises(IssuedForGood):
        invoice.discard()
    with pytest.raises(IssuedForGood):
        invoice.issue(on=MONTH_END, today=MONTH_END, is_preparer=False)


def test_what_was_discarded_is_not_taken_up_again() -> None:
    invoice = approved()
    invoice.discard()

    with pytest.raises(DiscardedAlready):
        invoice.issue(on=MONTH_END, today=MONTH_END, is_preparer=False)
    with pytest.raises(DiscardedAlready):
        invoice.discard()


def test_tax_is_rounded_once_for_the_category_and_not_line_by_line() -> None:
    [tax] = taxed([a_line("33.33")] * 3, [STANDARD], "EUR")

    assert (tax.net, tax.tax) == (Decimal("99.99"), Decimal("19.00"))


def test_several_rates_are_rounded_each_for_itself() -> None:
    reduced = TaxRule(Territory.DOMESTIC, TaxCategory.STANDARD, Decimal(7), product="Training")
    exempt = TaxRule(Territory.DOMESTIC, TaxCategory.EXEMPT, Decimal(0), "Exempt: training", product="Course")
    lines = [a_line("33.33"), a_line("33.33", reduced), a_line("33.33", reduced), a_line("100.00", exempt)]

    taxes = taxed(lines, [STANDARD, reduced, exempt], "EUR")

    assert [(tax.category, tax.rate, tax.net, tax.tax, tax.reference_text) for tax in taxes] == [
        (TaxCategory.EXEMPT, Decimal(0), Decimal(100), Decimal(0), "Exempt: training"),
        (TaxCategory.STANDARD, Decimal(7), Decimal("66.66"), Decimal("4.67"), ""),
        (TaxCategory.STANDARD, Decimal(19), Decimal("33.33"), Decimal("6.33"), ""),
    ]
    assert totals(taxes).gross == Decimal("210.99")


def test_reverse_charge_owes_no_tax_and_says_so() -> None:
    rule = TaxRule(Territory.EUROPEAN_UNION, TaxCategory.REVERSE_CHARGE, Decimal(0), "Reverse charge")

    [tax] = taxed([a_line("5669.88", rule)], [rule], "EUR")

    assert (tax.tax, tax.reference_text, totals([tax]).gross) == (Decimal(), "Reverse charge", Decimal("5669.88"))


@pytest.mark.parametrize("net", ["0", "-10.00"])
def test_nothing_or_less_than_nothing_is_not_invoiced(net: str) -> None:
    with pytest.raises(NothingToInvoice):
        taxed([a_line(net)], [STANDARD], "EUR")


@given(st.lists(st.decimals("0.01", "99999", places=2), min_size=1, max_size=30))
def test_gross_is_net_and_tax_to_the_cent(nets: list[Decimal]) -> None:
    [tax] = taxed([a_line(str(net)) for net in nets], [STANDARD], "EUR")

    assert tax.net == sum(nets)
    assert abs(tax.tax - tax.net * 19 / 100) <= Decimal("0.005")
    assert totals([tax]).gross == tax.net + tax.tax


def test_an_invoice_is_due_after_its_terms() -> None:
    assert due_on(MONTH_END, 30) == date(2026, 4, 30)


def a_taxed_line(contract: int, net: str, rate: str = "19") -> Line:
    told = (UUID(int=contract), UUID(int=contract), None, "Work", 60, Decimal(net), Decimal(net), MONDAY, MONTH_END)
    return Line(1, *told, TaxCategory.STANDARD, Decimal(rate))


def test_each_contract_has_its_part_of_net_and_tax_and_together_they_are_the_invoice() -> None:
    lines = [
        a_taxed_line(1, "33.33"),
        a_taxed_line(2, "33.33"),
        a_taxed_line(1, "33.34"),
        a_taxed_line(2, "10.00", "7"),
    ]
    taxes = [
        Tax(TaxCategory.STANDARD, Decimal(19), Decimal("100.00"), Decimal("19.00"), ""),
        Tax(TaxCategory.STANDARD, Decimal(7), Decimal("10.00"), Decimal("0.70"), ""),
    ]

    first, second = shares_of(lines, taxes, "EUR")

    assert (first.contract_id.int, first.net, first.tax, first.gross) == (1, *map(Decimal, ("66.67", "12.66", "79.33")))
    assert (second.contract_id.int, second.net, second.tax) == (2, Decimal("43.33"), Decimal("7.04"))


def test_a_tax_on_what_cancels_out_is_owed_by_the_last_line() -> None:
    taxes = [Tax(TaxCategory.STANDARD, Decimal(19), Decimal("0.00"), Decimal("0.01"), "")]

    first, second = shares_of([a_taxed_line(1, "5.00"), a_taxed_line(2, "-5.00")], taxes, "EUR")

    assert (first.tax, second.tax) == (Decimal("0.01"), Decimal(0))

"""What EN 16931 asks of an invoice, whatever the syntax; the BT, BG and BR numbers are those of that standard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from services.billing.customers.model import Customer
from services.billing.invoices.actions.document import Document
from services.billing.invoices.model import Lacks, Line, Tax
from services.billing.legal_entities.model import TaxCategory
from shared.money import Money

STANDARD = "urn:cen.eu:en16931:2017"
INVOICE, CREDIT_NOTE = "380", "381"
HOUR, PIECE = "HUR", "C62"
BEHIND = "130"  # BT-128: what a line is based on
CREDIT_TRANSFER = "58"
UNTAXED = frozenset({TaxCategory.REVERSE_CHARGE, TaxCategory.EXEMPT, TaxCategory.OUTSIDE_SCOPE})


def must_be_complete(document: Document) -> None:
    """Refuse with Lacks what could not be read as an electronic invoice."""
    lacking = list(_lacking(document))
    if lacking:
        raise Lacks("This cannot go out yet: " + "; ".join(lacking) + ".")


def type_code(document: Document) -> str:
    """BT-3."""
    return CREDIT_NOTE if document.credits else INVOICE


def buyer_reference(document: Document) -> str:
    """BT-10: what the customer finds it by."""
    return document.purchase_order or document.contract_numbers


def line_note(document: Document, line: Line) -> str:
    """BT-127: the contract and the order behind a line, where there are several."""
    contract = document.origin_of(line)
    if contract is None:
        return ""
    said = document.words["under_order" if contract.purchase_order else "of_contract"]
    return said.format(number=contract.number, name=contract.name, order=contract.purchase_order)


def last_day(document: Document) -> date:
    """BT-72: when the last of the work was done."""
    return max(line.service_before for line in document.lines) - timedelta(days=1)


def names_vat(document: Document) -> bool:
    """Whether VAT identifiers are named: not where the tax does not apply at all (BR-O-02)."""
    return all(tax.category is not TaxCategory.OUTSIDE_SCOPE for tax in document.taxes)


def billed_quantity(line: Line) -> tuple[Decimal, Decimal]:
    """BT-129 and BT-146: a price is never below nought, so what takes back has a quantity below nought."""
    if line.minutes is None and line.unit_price < 0:
        return -line.quantity, -line.unit_price
    return line.quantity, line.unit_price


def beyond_hours(line: Line, currency: str) -> Decimal:
    """By what cents a line differs from hours times price, because each entry is rounded by itself (BG-27, BG-28)."""
    quantity, price = billed_quantity(line)
    return line.net - Money(quantity * price, currency).rounded().amount


def exemption(tax: Tax) -> str:
    """BT-120: only what is not taxed, and not at the zero rate either, has a reason (BR-S-10, BR-Z-10)."""
    return tax.reference_text if tax.category in UNTAXED else ""


def percent(category: TaxCategory, rate: Decimal) -> str:
    """BT-119 and BT-152; outside the scope of the tax there is no rate (BR-O-05)."""
    return "" if category is TaxCategory.OUTSIDE_SCOPE else f"{rate.normalize():f}"


def written(amount: Decimal) -> str:
    """An amount with the digits that it needs, two at least."""
    return f"{amount.quantize(Decimal('0.01')):f}" if amount == round(amount, 2) else f"{amount.normalize():f}"


def _lacking(document: Document) -> Iterator[str]:
    seller, customer = document.seller, document.customer
    yield from _of_buyer(customer)
    categories = {tax.category for tax in document.taxes}
    if TaxCategory.REVERSE_CHARGE in categories and not customer.tax_id:
        yield "under reverse charge the customer's tax id is needed (give it to the account in crm)"
    if TaxCategory.OUTSIDE_SCOPE not in categories and not seller.tax_registration:
        yield "the seller's tax registration is missing (give it to the legal entity)"
    if TaxCategory.OUTSIDE_SCOPE in categories and len(categories) > 1:
        yield "what is outside the scope of the tax cannot be together with what is inside (bill them apart)"
    for tax in document.taxes:
        if tax.category in UNTAXED and not tax.reference_text:
            yield f"tax category {tax.category.value} needs a reason (give it to the tax rule of the legal entity)"


def _of_buyer(customer: Customer) -> Iterator[str]:
    if not customer.legal_name:
        yield "the customer's legal name is missing (give it to the account in crm)"
    if not customer.country:
        yield "the customer's country is missing (give the account a billing address in crm)"

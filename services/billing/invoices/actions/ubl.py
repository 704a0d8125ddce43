"""An invoice or a credit note as UBL 2.1, after EN 16931."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree as xml

from services.billing.customers.model import Customer
from services.billing.invoices.actions.document import Document
from services.billing.invoices.actions.en16931 import (
    BEHIND,
    CREDIT_TRANSFER,
    HOUR,
    PIECE,
    STANDARD,
    beyond_hours,
    billed_quantity,
    buyer_reference,
    exemption,
    last_day,
    line_note,
    names_vat,
    percent,
    type_code,
    written,
)
from services.billing.invoices.model import Line, totals
from services.billing.legal_entities.model import LegalEntity, TaxCategory

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
CAC, CBC = f"{UBL}:CommonAggregateComponents-2", f"{UBL}:CommonBasicComponents-2"
for prefix, name in (("inv", f"{UBL}:Invoice-2"), ("cn", f"{UBL}:CreditNote-2"), ("cac", CAC), ("cbc", CBC)):
    xml.register_namespace(prefix, name)

Node = xml.Element


def as_ubl(document: Document) -> bytes:
    """The document as UBL; equal documents give equal bytes."""
    is_credit = document.credits is not None
    kind = "CreditNote" if is_credit else "Invoice"
    root = xml.Element(f"{{{UBL}:{kind}-2}}{kind}")
    _texts(root, CustomizationID=STANDARD, ID=document.number, IssueDate=_day(document.issued_on))
    if not is_credit:
        _texts(root, DueDate=_day(document.due_on))
    _texts(root, **{f"{kind}TypeCode": type_code(document)})
    _texts(root, Note=document.credits.reason if document.credits else "", DocumentCurrencyCode=document.currency)
    _texts(root, BuyerReference=buyer_reference(document))
    _references(root, document)
    _parties(root, document)
    _texts(_inner(root, "Delivery"), ActualDeliveryDate=_day(last_day(document)))
    if not is_credit:
        _payment(root, document)
    _tax_total(root, document)
    _monetary_total(root, document)
    for line in document.lines:
        _line(root, line, document)
    xml.indent(root)
    said: bytes = xml.tostring(root, encoding="UTF-8", xml_declaration=True)
    return said


def _references(root: Node, document: Document) -> None:
    """BG-14, BT-13, BG-3 and BT-12: what period, order, invoice and contract it is about."""
    lines = document.lines
    _period(root, min(line.service_from for line in lines), max(line.service_before for line in lines))
    if document.purchase_order:
        _texts(_inner(root, "OrderReference"), ID=document.purchase_order)
    if document.credits:
        origin = _inner(_inner(root, "BillingReference"), "InvoiceDocumentReference")
        _texts(origin, ID=document.credits.number, IssueDate=_day(document.credits.issued_on))
    if len(document.contracts) == 1:
        _texts(_inner(root, "ContractDocumentReference"), ID=document.contract_numbers)


def _parties(root: Node, document: Document) -> None:
    """BG-4 and BG-7."""
    by_vat = names_vat(document)
    _seller(_inner(_inner(root, "AccountingSupplierParty"), "Party"), document.seller, by_vat=by_vat)
    _buyer(_inner(_inner(root, "AccountingCustomerParty"), "Party"), document.customer, by_vat=by_vat)


def _seller(party: Node, seller: LegalEntity, *, by_vat: bool) -> None:
    _address(party, seller.street, seller.postal_code, seller.city, seller.country)
    is_vat = seller.has_vat_identifier
    if by_vat:
        _tax_scheme(party, seller.tax_registration, "VAT" if is_vat else "FC")
    company = "" if by_vat and is_vat else seller.tax_registration
    _texts(_inner(party, "PartyLegalEntity"), RegistrationName=seller.name, CompanyID=company)


def _buyer(party: Node, customer: Customer, *, by_vat: bool) -> None:
    _address(party, customer.street, customer.postal_code, customer.city, customer.country)
    if by_vat and customer.tax_id:
        _tax_scheme(party, customer.tax_id, "VAT")
    _texts(_inner(party, "PartyLegalEntity"), RegistrationName=customer.legal_name)


def _address(party: Node, street: str, postal_code: str, city: str, country: str) -> None:
    address = _inner(party, "PostalAddress")
    _texts(address, StreetName=street, CityName=city, PostalZone=postal_code)
    _texts(_inner(address, "Country"), IdentificationCode=country)


def _tax_scheme(party: Node, number: str, scheme: str) -> None:
    registration = _inner(party, "PartyTaxScheme")
    _texts(registration, CompanyID=number)
    _texts(_inner(registration, "TaxScheme"), ID=scheme)


def _payment(root: Node, document: Document) -> None:
    """BG-16: by transfer to our account, quoting the number."""
    means = _inner(root, "PaymentMeans")
    _texts(means, PaymentMeansCode=CREDIT_TRANSFER, PaymentID=document.number)
    account = _inner(means, "PayeeFinancialAccount")
    _texts(account, ID=document.seller.iban, Name=document.seller.name)


def _tax_total(root: Node, document: Document) -> None:
    """BG-23: the tax of each category, rounded for the category."""
    total = _inner(root, "TaxTotal")
    _amount(total, "TaxAmount", totals(document.taxes).tax, document.currency)
    for tax in document.taxes:
        part = _inner(total, "TaxSubtotal")
        _amount(part, "TaxableAmount", tax.net, document.currency)
        _amount(part, "TaxAmount", tax.tax, document.currency)
        _category(_inner(part, "TaxCategory"), tax.category, tax.rate, exemption(tax))


def _monetary_total(root: Node, document: Document) -> None:
    """BG-22."""
    sums, total = totals(document.taxes), _inner(root, "LegalMonetaryTotal")
    for name, amount in (
        ("LineExtensionAmount", sums.net),
        ("TaxExclusiveAmount", sums.net),
        ("TaxInclusiveAmount", sums.gross),
        ("PayableAmount", sums.gross),
    ):
        _amount(total, name, amount, document.currency)


def _line(root: Node, line: Line, document: Document) -> None:
    """BG-25; BT-128 is the contract behind it."""
    is_credit = document.credits is not None
    part = _inner(root, "CreditNoteLine" if is_credit else "InvoiceLine")
    quantity, price = billed_quantity(line)
    _texts(part, ID=str(line.position), Note=line_note(document, line))
    count = _text(part, "CreditedQuantity" if is_credit else "InvoicedQuantity", f"{quantity.normalize():f}")
    count.set("unitCode", PIECE if line.minutes is None else HOUR)
    _amount(part, "LineExtensionAmount", line.net, document.currency)
    _period(part, line.service_from, line.service_before)
    if contract := document.origin_of(line):
        _texts(_inner(part, "DocumentReference"), ID=contract.number, DocumentTypeCode=BEHIND)
    if rest := beyond_hours(line, document.currency):
        correction = _inner(part, "AllowanceCharge")
        _texts(
            correction, ChargeIndicator="true" if rest > 0 else "false", AllowanceChargeReason=document.words["rounded"]
        )
        _amount(correction, "Amount", abs(rest), document.currency)
    item = _inner(part, "Item")
    _texts(item, Description=(line.staffing_role or "").replace("_", " "), Name=line.description)
    _category(_inner(item, "ClassifiedTaxCategory"), line.tax_category, line.tax_rate, "")
    _amount(_inner(part, "Price"), "PriceAmount", price, document.currency)


def _category(node: Node, category: TaxCategory, rate: Decimal, reason: str) -> None:
    _texts(node, ID=category.value, Percent=percent(category, rate), TaxExemptionReason=reason)
    _texts(_inner(node, "TaxScheme"), ID="VAT")


def _period(parent: Node, first: date, before: date) -> None:
    _texts(_inner(parent, "InvoicePeriod"), StartDate=_day(first), EndDate=_day(before - timedelta(days=1)))


def _amount(parent: Node, name: str, amount: Decimal, currency: str) -> None:
    _text(parent, name, written(amount)).set("currencyID", currency)


def _texts(parent: Node, **said: str) -> None:
    """Basic components in the order of the schema; what is empty is left out."""
    for name, value in said.items():
        if value:
            _text(parent, name, value)


def _text(parent: Node, name: str, value: str) -> Node:
    node = xml.SubElement(parent, f"{{{CBC}}}{name}")
    node.text = value
    return node


def _inner(parent: Node, name: str) -> Node:
    return xml.SubElement(parent, f"{{{CAC}}}{name}")


def _day(day: date) -> str:
    return day.isoformat()

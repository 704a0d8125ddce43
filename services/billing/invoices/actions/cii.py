"""An invoice or a credit note as UN/CEFACT CII, after EN 16931: the part of a Factur-X document that machines read."""

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
from services.billing.invoices.model import Line, Tax, totals
from services.billing.legal_entities.model import LegalEntity

CII = "urn:un:unece:uncefact:data:standard"
RSM, RAM = f"{CII}:CrossIndustryInvoice:100", f"{CII}:ReusableAggregateBusinessInformationEntity:100"
UDT, QDT = f"{CII}:UnqualifiedDataType:100", f"{CII}:QualifiedDataType:100"
for prefix, name in (("rsm", RSM), ("ram", RAM), ("udt", UDT), ("qdt", QDT)):
    xml.register_namespace(prefix, name)

Node = xml.Element


def as_cii(document: Document) -> bytes:
    """The document as CII; equal documents give equal bytes."""
    root = xml.Element(f"{{{RSM}}}CrossIndustryInvoice")
    context = xml.SubElement(root, f"{{{RSM}}}ExchangedDocumentContext")
    _texts(_inner(context, "GuidelineSpecifiedDocumentContextParameter"), ID=STANDARD)
    head = xml.SubElement(root, f"{{{RSM}}}ExchangedDocument")
    _texts(head, ID=document.number, TypeCode=type_code(document))
    _day(head, "IssueDateTime", document.issued_on)
    if document.credits:
        _texts(_inner(head, "IncludedNote"), Content=document.credits.reason)
    trade = xml.SubElement(root, f"{{{RSM}}}SupplyChainTradeTransaction")
    for line in document.lines:
        _line(trade, line, document)
    _agreement(trade, document)
    delivery = _inner(_inner(trade, "ApplicableHeaderTradeDelivery"), "ActualDeliverySupplyChainEvent")
    _day(delivery, "OccurrenceDateTime", last_day(document))
    _settlement(trade, document)
    xml.indent(root)
    said: bytes = xml.tostring(root, encoding="UTF-8", xml_declaration=True)
    return said


def _line(trade: Node, line: Line, document: Document) -> None:
    """BG-25; BT-128 is the contract behind it."""
    part = _inner(trade, "IncludedSupplyChainTradeLineItem")
    quantity, price = billed_quantity(line)
    about = _inner(part, "AssociatedDocumentLineDocument")
    _texts(about, LineID=str(line.position))
    if note := line_note(document, line):
        _texts(_inner(about, "IncludedNote"), Content=note)
    role = (line.staffing_role or "").replace("_", " ")
    _texts(_inner(part, "SpecifiedTradeProduct"), Name=line.description, Description=role)
    net_price = _inner(_inner(part, "SpecifiedLineTradeAgreement"), "NetPriceProductTradePrice")
    _texts(net_price, ChargeAmount=written(price))
    delivery = _inner(part, "SpecifiedLineTradeDelivery")
    count = _text(delivery, "BilledQuantity", f"{quantity.normalize():f}")
    count.set("unitCode", PIECE if line.minutes is None else HOUR)
    settlement = _inner(part, "SpecifiedLineTradeSettlement")
    tax = _inner(settlement, "ApplicableTradeTax")
    _texts(tax, TypeCode="VAT", CategoryCode=line.tax_category.value)
    _texts(tax, RateApplicablePercent=percent(line.tax_category, line.tax_rate))
    _period(settlement, line.service_from, line.service_before)
    _rounding(settlement, beyond_hours(line, document.currency), document.words["rounded"])
    _texts(_inner(settlement, "SpecifiedTradeSettlementLineMonetarySummation"), LineTotalAmount=written(line.net))
    if contract := document.origin_of(line):
        _texts(_inner(settlement, "AdditionalReferencedDocument"), IssuerAssignedID=contract.number, TypeCode=BEHIND)


def _rounding(settlement: Node, rest: Decimal, reason: str) -> None:
    if rest:
        correction = _inner(settlement, "SpecifiedTradeAllowanceCharge")
        indicator = xml.SubElement(_inner(correction, "ChargeIndicator"), f"{{{UDT}}}Indicator")
        indicator.text = "true" if rest > 0 else "false"
        _texts(correction, ActualAmount=written(abs(rest)), Reason=reason)


def _agreement(trade: Node, document: Document) -> None:
    """Who sells to whom (BG-4, BG-7), and what they agreed on."""
    agreement = _inner(trade, "ApplicableHeaderTradeAgreement")
    _texts(agreement, BuyerReference=buyer_reference(document))
    by_vat = names_vat(document)
    _seller(_inner(agreement, "SellerTradeParty"), document.seller, by_vat=by_vat)
    _buyer(_inner(agreement, "BuyerTradeParty"), document.customer, by_vat=by_vat)
    if document.purchase_order:
        _texts(_inner(agreement, "BuyerOrderReferencedDocument"), IssuerAssignedID=document.purchase_order)
    if len(document.contracts) == 1:
        _texts(_inner(agreement, "ContractReferencedDocument"), IssuerAssignedID=document.contract_numbers)


def _seller(party: Node, seller: LegalEntity, *, by_vat: bool) -> None:
    _texts(party, Name=seller.name)
    if not (by_vat and seller.has_vat_identifier):
        _texts(_inner(party, "SpecifiedLegalOrganization"), ID=seller.tax_registration)
    _address(party, seller.street, seller.postal_code, seller.city, seller.country)
    if by_vat:
        _registration(party, seller.tax_registration, "VA" if seller.has_vat_identifier else "FC")


def _buyer(party: Node, customer: Customer, *, by_vat: bool) -> None:
    _texts(party, Name=customer.legal_name)
    _address(party, customer.street, customer.postal_code, customer.city, customer.country)
    if by_vat and customer.tax_id:
        _registration(party, customer.tax_id, "VA")


def _address(party: Node, street: str, postal_code: str, city: str, country: str) -> None:
    address = _inner(party, "PostalTradeAddress")
    _texts(address, PostcodeCode=postal_code, LineOne=street, CityName=city, CountryID=country)


def _registration(party: Node, number: str, scheme: str) -> None:
    _text(_inner(party, "SpecifiedTaxRegistration"), "ID", number).set("schemeID", scheme)


def _settlement(trade: Node, document: Document) -> None:
    """How it is taxed (BG-23), paid (BG-16) and summed up (BG-22), and what it credits (BG-3)."""
    settlement, lines = _inner(trade, "ApplicableHeaderTradeSettlement"), document.lines
    _texts(settlement, PaymentReference=document.number, InvoiceCurrencyCode=document.currency)
    if not document.credits:
        means = _inner(settlement, "SpecifiedTradeSettlementPaymentMeans")
        _texts(means, TypeCode=CREDIT_TRANSFER)
        account = _inner(means, "PayeePartyCreditorFinancialAccount")
        _texts(account, IBANID=document.seller.iban, AccountName=document.seller.name)
    for tax in document.taxes:
        _tax(_inner(settlement, "ApplicableTradeTax"), tax)
    _period(settlement, min(line.service_from for line in lines), max(line.service_before for line in lines))
    if not document.credits:
        _day(_inner(settlement, "SpecifiedTradePaymentTerms"), "DueDateDateTime", document.due_on)
    _sums(settlement, document)
    if document.credits:
        origin = _inner(settlement, "InvoiceReferencedDocument")
        _texts(origin, IssuerAssignedID=document.credits.number)
        _day(origin, "FormattedIssueDateTime", document.credits.issued_on, QDT)


def _tax(node: Node, tax: Tax) -> None:
    _texts(node, CalculatedAmount=written(tax.tax), TypeCode="VAT", ExemptionReason=exemption(tax))
    _texts(node, BasisAmount=written(tax.net), CategoryCode=tax.category.value)
    _texts(node, RateApplicablePercent=percent(tax.category, tax.rate))


def _sums(settlement: Node, document: Document) -> None:
    sums, summation = totals(document.taxes), _inner(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    _texts(summation, LineTotalAmount=written(sums.net), TaxBasisTotalAmount=written(sums.net))
    _text(summation, "TaxTotalAmount", written(sums.tax)).set("currencyID", document.currency)
    _texts(summation, GrandTotalAmount=written(sums.gross), DuePayableAmount=written(sums.gross))


def _period(parent: Node, first: date, before: date) -> None:
    period = _inner(parent, "BillingSpecifiedPeriod")
    _day(period, "StartDateTime", first)
    _day(period, "EndDateTime", before - timedelta(days=1))


def _day(parent: Node, name: str, day: date, types: str = UDT) -> None:
    node = xml.SubElement(_inner(parent, name), f"{{{types}}}DateTimeString", {"format": "102"})
    node.text = f"{day:%Y%m%d}"


def _texts(parent: Node, **said: str) -> None:
    """Basic components in the order of the schema; what is empty is left out."""
    for name, value in said.items():
        if value:
            _text(parent, name, value)


def _text(parent: Node, name: str, value: str) -> Node:
    node = _inner(parent, name)
    node.text = value
    return node


def _inner(parent: Node, name: str) -> Node:
    return xml.SubElement(parent, f"{{{RAM}}}{name}")

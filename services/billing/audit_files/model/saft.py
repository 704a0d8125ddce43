"""An audit file as SAF-T Financial 1.10, the Norwegian edition of the OECD's Standard Audit File for Tax 2.00.

Lengths and order of elements are those of its schema. Amounts are positive, on the side that they are on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from xml.etree import ElementTree as xml

from services.billing.audit_files.model.audit_file import (
    AccountBalances,
    AuditEntry,
    AuditFile,
    AuditLine,
    Company,
    CustomerBalances,
    FinerThanCents,
)
from shared.money import plain
from shared.reasons import because

VERSION = "1.10"
NAMESPACE = "urn:StandardAuditFile-Taxation-Financial:NO"
CODE, SHORT, MIDDLE, LONGER, LONG = 9, 18, 35, 70, 256  # the lengths of text that the schema knows
UNSTRUCTURED = "NotUsed"  # what the schema wants for the first name of a person who has one name
KINDS = {"invoice": "AR", "credit_note": "AR", "payment": "AR"}
xml.register_namespace("", NAMESPACE)

Node = xml.Element


def as_saft(file: AuditFile) -> bytes:
    """The file as XML; equal files give equal bytes. Raises FinerThanCents."""
    root = xml.Element(f"{{{NAMESPACE}}}AuditFile")
    _header(_inner(root, "Header"), file)
    masters = _inner(root, "MasterFiles")
    accounts = _inner(masters, "GeneralLedgerAccounts")
    for account in file.accounts:
        _account(_inner(accounts, "Account"), account)
    if file.customers:
        customers = _inner(masters, "Customers")
        for customer in file.customers:
            _customer(_inner(customers, "Customer"), customer)
    _entries(_inner(root, "GeneralLedgerEntries"), file)
    xml.indent(root)
    said: bytes = xml.tostring(root, encoding="UTF-8", xml_declaration=True)
    return said


def _header(header: Node, file: AuditFile) -> None:
    company = file.company
    last = (file.months.ends_before or file.months.starts_on) - timedelta(days=1)
    _text(header, "AuditFileVersion", VERSION, CODE)
    _text(header, "AuditFileCountry", company.country)
    _text(header, "AuditFileDateCreated", file.made_on.isoformat())
    _text(header, "SoftwareCompanyName", "Throughline", LONGER)
    _text(header, "SoftwareID", "Throughline billing", LONG)
    _text(header, "SoftwareVersion", "1", SHORT)
    _company(_inner(header, "Company"), company, contact=file.made_by)
    _text(header, "DefaultCurrencyCode", company.functional_currency)
    chosen = _inner(header, "SelectionCriteria")
    _text(chosen, "PeriodStart", str(file.months.starts_on.month))
    _text(chosen, "PeriodStartYear", str(file.months.starts_on.year))
    _text(chosen, "PeriodEnd", str(last.month))
    _text(chosen, "PeriodEndYear", str(last.year))
    _text(header, "TaxAccountingBasis", "A")


def _company(node: Node, company: Company, *, contact: str) -> None:
    _text(node, "RegistrationNumber", company.tax_registration, MIDDLE)
    _text(node, "Name", company.name, LONGER)
    _address(_inner(node, "Address"), company)
    person = _inner(_inner(node, "Contact"), "ContactPerson")
    _text(person, "FirstName", UNSTRUCTURED, MIDDLE)
    _text(person, "LastName", contact, LONGER)
    _text(_inner(node, "TaxRegistration"), "TaxRegistrationNumber", company.tax_registration, MIDDLE)
    bank = _inner(node, "BankAccount")
    _text(bank, "IBANNumber", company.iban, MIDDLE)


def _address(node: Node, at: Company | CustomerBalances) -> None:
    _text(node, "StreetName", at.street, LONGER)
    _text(node, "City", at.city, MIDDLE)
    _text(node, "PostalCode", at.postal_code, SHORT)
    if at.country:
        _text(node, "Country", at.country)


def _account(node: Node, account: AccountBalances) -> None:
    _text(node, "AccountID", account.code, LONGER)
    _text(node, "AccountDescription", account.name, LONG)
    _text(node, "AccountType", "GL")
    _balances(node, account)


def _customer(node: Node, customer: CustomerBalances) -> None:
    _text(node, "Name", customer.legal_name, LONGER)
    _address(_inner(node, "Address"), customer)
    if customer.tax_id:
        _text(_inner(node, "TaxRegistration"), "TaxRegistrationNumber", customer.tax_id, MIDDLE)
    _text(node, "CustomerID", customer.id.hex, MIDDLE)
    _balances(node, customer)


def _balances(node: Node, of: AccountBalances | CustomerBalances) -> None:
    for when, balance in (("Opening", of.opening), ("Closing", of.closing)):
        _text(node, f"{when}{'Credit' if balance < 0 else 'Debit'}Balance", _money(abs(balance)))


def _entries(node: Node, file: AuditFile) -> None:
    amounts = [line.functional_amount for entry in file.entries for line in entry.lines]
    _text(node, "NumberOfEntries", str(len(file.entries)))
    _text(node, "TotalDebit", _money(_sum(amount for amount in amounts if amount > 0)))
    _text(node, "TotalCredit", _money(-_sum(amount for amount in amounts if amount < 0)))
    for kind, entries in groupby(file.entries, key=lambda entry: entry.source_kind):
        journal = _inner(node, "Journal")
        _text(journal, "JournalID", kind, SHORT)
        _text(journal, "Description", kind.replace("_", " ").capitalize(), LONG)
        _text(journal, "Type", KINDS.get(kind, "GL"), CODE)
        for entry in entries:
            _transaction(_inner(journal, "Transaction"), entry)


def _transaction(node: Node, entry: AuditEntry) -> None:
    _text(node, "TransactionID", str(entry.id), LONGER)
    _text(node, "Period", str(entry.posted_on.month))
    _text(node, "PeriodYear", str(entry.posted_on.year))
    _text(node, "TransactionDate", entry.posted_on.isoformat())
    _text(node, "SourceID", entry.recorded_by, MIDDLE)
    _text(node, "Description", entry.text, LONG)
    if entry.batch is not None:
        _text(node, "BatchID", str(entry.batch), MIDDLE)
    _text(node, "SystemEntryDate", entry.recorded_at.date().isoformat())
    _text(node, "GLPostingDate", entry.posted_on.isoformat())
    for line in entry.lines:
        _line(_inner(node, "Line"), entry, line)


def _line(node: Node, entry: AuditEntry, line: AuditLine) -> None:
    _text(node, "RecordID", str(line.position), SHORT)
    _text(node, "AccountID", line.account, LONGER)
    if line.project_id is not None:
        analysis = _inner(node, "Analysis")
        _text(analysis, "AnalysisType", "PROJECT", CODE)
        _text(analysis, "AnalysisID", str(line.project_id), LONG)
    _text(node, "SourceDocumentID", entry.source_id.hex, MIDDLE)
    if line.customer_id is not None:
        _text(node, "CustomerID", line.customer_id.hex, MIDDLE)
    _text(node, "Description", entry.text, LONG)
    # An amount that is nought in the books' currency stands on the side of the entry's own currency.
    is_debit = (line.functional_amount or line.amount) > 0
    side = _inner(node, "DebitAmount" if is_debit else "CreditAmount")
    sign = 1 if is_debit else -1
    _text(side, "Amount", _money(sign * line.functional_amount))
    if entry.currency != entry.functional_currency:
        _text(side, "CurrencyCode", entry.currency)
        _text(side, "CurrencyAmount", _money(sign * line.amount))


def _inner(node: Node, name: str) -> Node:
    return xml.SubElement(node, f"{{{NAMESPACE}}}{name}")


def _text(node: Node, name: str, text: str, most: int = LONG) -> None:
    """Text that XML can hold, as far as the schema takes it."""
    held = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    _inner(node, name).text = held[:most].rstrip()


def _money(amount: Decimal) -> str:
    text = plain(amount)
    if len(text.partition(".")[2]) > 2:
        raise FinerThanCents(because("%(text)s has more than two decimals.", text=text))
    return text


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal())

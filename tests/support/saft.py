"""What the schema of SAF-T Financial 1.10 asks of the elements that we write: their order, which must be, how long.

The schema itself has no licence under which it could be kept here, so this is its structure, told again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as xml

NAMESPACE = "{urn:StandardAuditFile-Taxation-Financial:NO}"


@dataclass(frozen=True)
class Child:
    """An element where it may stand: whether it must, whether more than once, and how long its text is at most."""

    name: str
    needed: bool = True
    many: bool = False
    most: int | None = None


def read(told: str) -> tuple[Child, ...]:
    """Read `Name` (once), `Name?` (perhaps), `Name+` or `Name*`, each with `:length` of its text."""
    return tuple(_child(word) for word in told.split())


def _child(word: str) -> Child:
    name, _, most = word.partition(":")
    return Child(name.rstrip("?*+"), name[-1] not in "?*", name[-1] in "*+", int(most) if most else None)


# One of two sides is told as either of them; `balanced` sees that there is exactly one.
BALANCES = "OpeningDebitBalance? OpeningCreditBalance? ClosingDebitBalance? ClosingCreditBalance?"
STRUCTURE = {
    name: read(told)
    for name, told in {
        "AuditFile": "Header MasterFiles? GeneralLedgerEntries?",
        "Header": (
            "AuditFileVersion:9 AuditFileCountry:2 AuditFileDateCreated SoftwareCompanyName:70 SoftwareID:256"
            " SoftwareVersion:18 Company DefaultCurrencyCode:3 SelectionCriteria? TaxAccountingBasis:18"
        ),
        "Company": "RegistrationNumber:35 Name:70 Address+ Contact+ TaxRegistration* BankAccount*",
        "Address": "StreetName?:70 City?:35 PostalCode?:18 Country?:2",
        "Contact": "ContactPerson",
        "ContactPerson": "FirstName:35 LastName:70",
        "TaxRegistration": "TaxRegistrationNumber:35",
        "BankAccount": "IBANNumber:35",
        "SelectionCriteria": "PeriodStart PeriodStartYear PeriodEnd PeriodEndYear",
        "MasterFiles": "GeneralLedgerAccounts? Customers?",
        "GeneralLedgerAccounts": "Account+",
        "Account": f"AccountID:70 AccountDescription:256 AccountType:2 {BALANCES}",
        "Customers": "Customer+",
        "Customer": f"Name:70 Address+ TaxRegistration* CustomerID:35 {BALANCES}",
        "GeneralLedgerEntries": "NumberOfEntries TotalDebit TotalCredit Journal*",
        "Journal": "JournalID:18 Description:256 Type:9 Transaction*",
        "Transaction": (
            "TransactionID:70 Period PeriodYear TransactionDate SourceID?:35 Description:256 BatchID?:35"
            " SystemEntryDate GLPostingDate Line+"
        ),
        "Line": (
            "RecordID:18 AccountID:70 Analysis* SourceDocumentID?:35 CustomerID?:35 Description:256 DebitAmount?"
            " CreditAmount?"
        ),
        "Analysis": "AnalysisType:9 AnalysisID:256",
        "DebitAmount": "Amount CurrencyCode?:3 CurrencyAmount?",
        "CreditAmount": "Amount CurrencyCode?:3 CurrencyAmount?",
    }.items()
}
SIDES = {
    "Account": (("OpeningDebitBalance", "OpeningCreditBalance"), ("ClosingDebitBalance", "ClosingCreditBalance")),
    "Customer": (("OpeningDebitBalance", "OpeningCreditBalance"), ("ClosingDebitBalance", "ClosingCreditBalance")),
    "Line": (("DebitAmount", "CreditAmount"),),
}


def faults(node: xml.Element) -> Iterator[str]:
    """Everything in which `node` and what is below it differ from the schema."""
    name = name_of(node)
    wanted, names = STRUCTURE.get(name), [name_of(child) for child in node]
    if wanted is None:
        return
    order = [child.name for child in wanted]
    yield from (f"{name}: unknown {one}" for one in names if one not in order)
    if sorted(names, key=lambda one: order.index(one) if one in order else -1) != names:
        yield f"{name}: order {names}"
    for child in wanted:
        yield from _faults_of(node, child)
    for sides in SIDES.get(name, ()):
        if sum(names.count(side) for side in sides) != 1:
            yield f"{name}: not one of {sides}"
    for inner in node:
        yield from faults(inner)


def _faults_of(node: xml.Element, child: Child) -> Iterator[str]:
    found = node.findall(NAMESPACE + child.name)
    if (child.needed and not found) or (len(found) > 1 and not child.many):
        yield f"{name_of(node)}: {len(found)} of {child.name}"
    if child.most is not None:
        lengths = [len(one.text or "") for one in found]
        yield from (f"{child.name}: {length} characters" for length in lengths if not 0 < length <= child.most)


def name_of(node: xml.Element) -> str:
    """The name of an element of the schema's namespace."""
    return node.tag.removeprefix(NAMESPACE)


def texts(node: xml.Element, path: str) -> list[str]:
    """The texts at a path of names below `node`."""
    return [found.text or "" for found in node.findall("/".join(NAMESPACE + name for name in path.split("/")))]

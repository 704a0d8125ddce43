"""Reading CAMT.053, the statement of account of ISO 20022, from bytes that nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from services.billing.bank_statements.model.lines import MalformedStatement, OtherBankAccount, StatementLine
from shared.reasons import because

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."


def read_camt(content: bytes, *, iban: str) -> list[StatementLine]:
    """The credits booked on the account `iban`. Raises MalformedStatement, OtherBankAccount."""
    root = _tree(content)
    statements = root.findall("BkToCstmrStmt/Stmt")
    if not statements:
        raise MalformedStatement(because("The file holds no statement (BkToCstmrStmt/Stmt)."))
    found: list[StatementLine] = []
    for statement in statements:
        if _text(statement, "Acct/Id/IBAN").replace(" ", "") != iban:
            raise OtherBankAccount()
        for entry in statement.findall("Ntry"):
            found += _credits(entry)
    return found


def _tree(content: bytes) -> Element:
    """The file as a tree without namespaces; a document type, and so every entity of its own, is refused."""
    builder, parser = TreeBuilder(), expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: dict[str, str]) -> None:
        namespace, _, tag = name.rpartition(" ")
        if not namespace.startswith(NAMESPACE):
            raise MalformedStatement(
                because("The file is no CAMT.053: it speaks of %(namespace)s.", namespace=namespace or "no namespace")
            )
        builder.start(tag, attributes)

    def doctype(*_said: object) -> None:
        raise MalformedStatement(because("A statement has no document type."))

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: builder.end(name.rpartition(" ")[2])
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
        return builder.close()
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as error:
        raise MalformedStatement(because("The file breaks off or is no XML: %(error)s.", error=str(error))) from None


def _credits(entry: Element) -> Iterator[StatementLine]:
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if status != "BOOK" or _text(entry, "CdtDbtInd") != "CRDT" or _text(entry, "RvslInd") == "true":
        return
    details = entry.findall("NtryDtls/TxDtls") or [entry]
    amounts = [_amount(detail) for detail in details] if len(details) > 1 else [_amount(entry)]
    if sum(amount for amount, _ in amounts) != _amount(entry)[0]:
        raise MalformedStatement(because("An entry differs from the sum of its transactions."))
    booked_on = _day(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm")[:10])
    for number, (detail, (amount, currency)) in enumerate(zip(details, amounts, strict=True), start=1):
        of_entry = _text(entry, "AcctSvcrRef")
        whole = of_entry if len(details) == 1 else of_entry and f"{of_entry}/{number}"
        yield StatementLine(
            reference=_text(detail, "Refs/AcctSvcrRef") or whole or _text(detail, "Refs/TxId"),
            booked_on=booked_on,
            currency=currency,
            amount=amount,
            payer_name=_text(detail, "RltdPties/Dbtr/Nm") or _text(detail, "RltdPties/Dbtr/Pty/Nm"),
            payer_iban=_text(detail, "RltdPties/DbtrAcct/Id/IBAN"),
            remittance=_remittance(detail),
        )


def _remittance(detail: Element) -> str:
    told = detail.findall("RmtInf/Ustrd") + detail.findall("RmtInf/Strd/CdtrRefInf/Ref")
    parts = [(part.text or "").strip() for part in told]
    return " ".join([*parts, _known(_text(detail, "Refs/EndToEndId"))]).strip()[:1000]


def _known(reference: str) -> str:
    return "" if reference == "NOTPROVIDED" else reference


def _amount(element: Element) -> tuple[Decimal, str]:
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        found = element.find(path)
        if found is not None:
            try:
                amount = Decimal((found.text or "").strip())
            except InvalidOperation:
                break
            if not amount.is_finite() or amount <= 0:
                break
            return amount, found.get("Ccy", "")
    raise MalformedStatement(because("An entry has no amount that can be read."))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MalformedStatement(because("%(text)s is no booking day.", text=text or "Nothing")) from None


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()

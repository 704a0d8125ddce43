"""Reading a bank's CSV file by a mapping of its columns."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from services.billing.bank_statements.model.lines import MalformedStatement, StatementLine
from shared.reasons import because

TOLD_AT_MOST = 5


@dataclass(frozen=True)
class ColumnMapping:
    """What the columns of a bank's CSV are called, and how it writes days and numbers."""

    booked_on: str = "booked_on"
    amount: str = "amount"
    currency: str = "currency"
    reference: str = "reference"
    payer_name: str = "payer_name"
    payer_iban: str = "payer_iban"
    remittance: str = "remittance"
    delimiter: str = ","
    date_format: str = "%Y-%m-%d"
    decimal_comma: bool = False


def read_csv(content: bytes, mapping: ColumnMapping, *, currency: str) -> list[StatementLine]:
    """The credits of a file; its currency is `currency` where it has no such column. Raises MalformedStatement."""
    rows = _rows(content, mapping)
    found: list[StatementLine] = []
    wrong: list[str] = []
    for number, row in enumerate(rows, start=2):
        try:
            line = _line(row, mapping, currency)
        except (ValueError, InvalidOperation):
            wrong.append(f"line {number}: {row.get(mapping.booked_on)!r}, {row.get(mapping.amount)!r}")
            continue
        if line.amount > 0:
            found.append(line)
    if wrong:
        told = "; ".join(wrong[:TOLD_AT_MOST])
        raise MalformedStatement(
            because("%(count)s lines have no day or amount that can be read: %(told)s.", count=len(wrong), told=told)
        )
    return found


def _rows(content: bytes, mapping: ColumnMapping) -> list[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=mapping.delimiter, restval="", strict=True))
    except (csv.Error, TypeError) as error:
        raise MalformedStatement(because("The file is no CSV: %(error)s.", error=str(error))) from None
    if not rows or not {mapping.booked_on, mapping.amount} <= rows[0].keys():
        raise MalformedStatement(
            because(
                "The file needs lines under the columns %(booked_on)s and %(amount)s.",
                booked_on=mapping.booked_on,
                amount=mapping.amount,
            )
        )
    return rows


def _line(row: dict[str, str], mapping: ColumnMapping, currency: str) -> StatementLine:
    def cell(name: str) -> str:
        return (row.get(name) or "").strip()

    written = cell(mapping.amount).replace(" ", "")
    plain = written.replace(".", "").replace(",", ".") if mapping.decimal_comma else written.replace(",", "")
    amount = Decimal(plain)
    if not amount.is_finite():
        raise ValueError(plain)
    return StatementLine(
        reference=cell(mapping.reference),
        booked_on=_day(cell(mapping.booked_on), mapping.date_format),
        currency=cell(mapping.currency) or currency,
        amount=amount,
        payer_name=cell(mapping.payer_name)[:200],
        payer_iban=cell(mapping.payer_iban).replace(" ", "")[:34],
        remittance=cell(mapping.remittance)[:1000],
    )


def _day(text: str, date_format: str) -> date:
    return datetime.strptime(text, date_format).date()  # noqa: DTZ007 - a day, not an instant

"""A sealed batch as other systems read it: each format read back by its own rule of signs."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from services.billing.batches.model.canonical import BatchedEntry, BatchedLine
from services.billing.batches.model.renderings.renderers import Renderer, rendered
from services.billing.batches.model.renderings.sealed import Sealed
from services.billing.feed_settings.api import FeedSettingsBody
from services.billing.feed_settings.model import Settings
from tests.support.ledger import AT, BOOKS, a_batched_entry

FEEDS = [renderer for renderer in Renderer if renderer.feed is not None]
Sides = Iterator[tuple[str, Decimal]]


def a_line(
    account: str, erp_account: str, amount: str, *, name: str, role: str | None = None, stands_at: str | None = None
) -> BatchedLine:
    """Describe a side of an entry by its accounts here and there, and what it stands at where the books differ."""
    kinds = {"1": "asset", "2": "liability", "4": "income"}
    functional = None if stands_at is None else Decimal(stands_at)
    return BatchedLine(
        account, kinds[account[0]], name, erp_account, Decimal(amount), role=role, functional_amount=functional
    )


def an_invoice(number: int = 1) -> BatchedEntry:
    """Describe an invoice of 1,000.00 with tax, in a text that every format has trouble with."""
    return a_batched_entry(
        number=number,
        posted_on=date(2026, 3, 5),
        text='Invoice INV-0042 to Ährenfeld & Söhne "Łódź"; for the migration of the data platform in spring',
        lines=(
            a_line("1200", "1400", "1190.00", name="Trade receivables", role="receivable"),
            a_line("1300", "1500", "-1000.00", name="Contract assets", role="contract_asset"),
            a_line("2100", "1776", "-190.00", name="Output tax", role="output_tax"),
        ),
    )


def work_of_two_contracts(number: int = 2) -> BatchedEntry:
    """Describe an entry with two debits and two credits that do not pair off."""
    return a_batched_entry(
        number=number,
        text="Revenue 2026-03",
        lines=(
            a_line("1300", "1500", "700.50", name="Contract assets", role="contract_asset"),
            a_line("2300", "1710", "299.50", name="Contract liabilities", role="contract_liability"),
            a_line("4000", "8200", "-900.00", name="Service revenue", role="revenue"),
            a_line("4200", "8210", "-100.00", name="Reimbursed expenses", role="reimbursable_revenue"),
        ),
    )


def a_taking_back(number: int = 3) -> BatchedEntry:
    """Describe an entry that takes another one back."""
    return a_batched_entry(
        number=number,
        text="Reversal: wrong month",
        reverses_id=UUID(int=77),
        lines=(
            a_line("1300", "1500", "-250.00", name="Contract assets", role="contract_asset"),
            a_line("4000", "8200", "250.00", name="Service revenue", role="revenue"),
        ),
    )


def in_dollars(number: int, text: str, *sides: tuple[str, str, str, str, str], **different: Any) -> BatchedEntry:
    """Describe an entry in dollars to books in euros: account here and there, its name, and both amounts."""
    lines = tuple(
        a_line(account, erp_account, amount, name=name, stands_at=stands_at)
        for account, erp_account, name, amount, stands_at in sides
    )
    told = {"currency": "USD", "functional_currency": "EUR", "text": text, "lines": lines, **different}
    return a_batched_entry(number=number, **told)


def a_foreign_batch() -> Sealed:
    """Describe batch 8, in dollars: an invoice, its payment at another rate, a revaluation, an estimate, a reversal."""
    receivables, cash, losses = (
        ("1200", "1400", "Trade receivables"),
        ("1000", "1000", "Bank"),
        ("4100", "2450", "Loss"),
    )
    differences, revenue = ("4910", "2660", "Exchange differences"), ("4000", "8200", "Service revenue")
    entries = (
        in_dollars(1, "Invoice", (*receivables, "1000.00", "800.00"), (*revenue, "-1000.00", "-800.00")),
        in_dollars(
            2,
            "Payment",
            (*cash, "1000.00", "769.23"),
            (*receivables, "-1000.00", "-800.00"),
            (*differences, "0.00", "30.77"),
        ),
        in_dollars(3, "Revaluation", (*receivables, "0.00", "-12.50"), (*differences, "0.00", "12.50")),
        in_dollars(4, "Allowance", (*losses, "10.00", "-20.00"), (*receivables, "-10.00", "20.00")),
        in_dollars(
            5,
            "Reversal",
            (*receivables, "-100.00", "-80.00"),
            (*revenue, "100.00", "80.00"),
            reverses_id=UUID(int=77),
        ),
    )
    return Sealed(8, "MER", date(2026, 3, 1), "USD", AT, entries)


def a_sealed_batch(*entries: BatchedEntry, currency: str = "EUR") -> Sealed:
    """Describe batch 7 of March; without entries, of an invoice, revenue and a reversal."""
    sealed = entries or (an_invoice(), work_of_two_contracts(), a_taking_back())
    return Sealed(7, "MER", date(2026, 3, 1), currency, AT, sealed)


def settings_of(renderer: Renderer) -> Settings:
    """Give the settings of a system as an API takes them."""
    assert renderer.feed is not None
    return FeedSettingsBody(legal_entity="MER", feed=renderer.feed, currency="EUR", **BOOKS[renderer]).settings


def content_of(renderer: Renderer, *entries: BatchedEntry) -> bytes:
    """Render a batch that fits into one file."""
    [file] = rendered(a_sealed_batch(*entries), renderer, settings_of(renderer))
    return file.content


def sums_read(renderer: Renderer, content: bytes) -> Mapping[str, Decimal]:
    """Add up what a file says of each account there, those that are nought left out."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for account, amount in READERS[renderer](content):
        found[account] += amount
    return {account: amount for account, amount in found.items() if amount}


def sums_in_both(renderer: Renderer, content: bytes) -> Mapping[str, tuple[Decimal, Decimal]]:
    """Add up what a file in dollars says of each account in dollars and in euros."""
    found: dict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(), Decimal()))
    for account, amount, base in IN_BOTH[renderer](content):
        found[account] = (found[account][0] + amount, found[account][1] + base)
    return {account: both for account, both in found.items() if any(both)}


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Read a CSV file with headings."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def requests_of(content: bytes) -> list[dict[str, Any]]:
    """Read a file of requests, amounts as they are written."""
    return [json.loads(line, parse_float=Decimal) for line in content.splitlines()]


def datev_rows(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """Read the header of an EXTF file, and its rows by heading."""
    lines = content.decode("cp1252").split("\r\n")
    head, headings, *rows = csv.reader(lines[:-1], delimiter=";")
    return head, [dict(zip(headings, row, strict=True)) for row in rows]


def _two_columns(account: str, debit: str, credit: str) -> Callable[[bytes], Sides]:
    def read(content: bytes) -> Sides:
        for row in rows_of(content):
            yield row[account], Decimal(row[debit] or 0) - Decimal(row[credit] or 0)

    return read


def _business_central(content: bytes) -> Sides:
    for one in requests_of(content):
        yield one["body"]["accountNumber"], Decimal(one["body"]["amount"])


def _quickbooks(content: bytes) -> Sides:
    for one in requests_of(content):
        for line in one["body"]["Line"]:
            detail = line["JournalEntryLineDetail"]
            sign = {"Debit": 1, "Credit": -1}[detail["PostingType"]]
            yield detail["AccountRef"]["value"], sign * Decimal(line["Amount"])


def _xero(content: bytes) -> Sides:
    for one in requests_of(content):
        for line in one["body"]["JournalLines"]:
            yield line["AccountCode"], Decimal(line["LineAmount"])


def _datev(content: bytes) -> Sides:
    for row in datev_rows(content)[1]:
        sign = {"S": 1, "H": -1}[row["Soll/Haben-Kennzeichen"]] * (-1 if row["Generalumkehr (GU)"] == "1" else 1)
        amount = sign * Decimal(row["Umsatz (ohne Soll/Haben-Kz)"].replace(",", "."))
        yield row["Konto"], amount
        yield row["Gegenkonto (ohne BU-Schlüssel)"], -amount


def _intacct_in_both(content: bytes) -> Iterator[tuple[str, Decimal, Decimal]]:
    for row in rows_of(content):
        amount = Decimal(row["DEBIT"] or 0) - Decimal(row["CREDIT"] or 0)
        is_foreign = row["CURRENCY"] == "USD"
        base = (amount * Decimal(row["EXCHANGE_RATE"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
        yield row["ACCT_NO"], amount if is_foreign else Decimal(), base


def _datev_in_both(content: bytes) -> Iterator[tuple[str, Decimal, Decimal]]:
    for row in datev_rows(content)[1]:
        sign = -1 if row["Generalumkehr (GU)"] == "1" else 1
        amount = sign * Decimal(row["Umsatz (ohne Soll/Haben-Kz)"].replace(",", "."))
        is_foreign = row["WKZ Umsatz"] == "USD"
        base = sign * Decimal(row["Basis-Umsatz"].replace(",", ".")) if is_foreign else amount
        amount = amount if is_foreign else Decimal()
        yield row["Konto"], amount, base
        yield row["Gegenkonto (ohne BU-Schlüssel)"], -amount, -base


IN_BOTH: Mapping[Renderer, Callable[[bytes], Iterator[tuple[str, Decimal, Decimal]]]] = {
    Renderer.INTACCT: _intacct_in_both,
    Renderer.DATEV: _datev_in_both,
}
READERS: Mapping[Renderer, Callable[[bytes], Sides]] = {
    Renderer.NETSUITE: _two_columns("Account", "Debit", "Credit"),
    Renderer.INTACCT: _two_columns("ACCT_NO", "DEBIT", "CREDIT"),
    Renderer.BUSINESS_CENTRAL: _business_central,
    Renderer.QUICKBOOKS: _quickbooks,
    Renderer.XERO: _xero,
    Renderer.DATEV: _datev,
}

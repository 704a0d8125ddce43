"""Sage Intacct: a CSV file for its import of journal entries.

Fields by Intacct's help pages on importing journal entries; what an entry has once stands on its first row only. Its
reference of journal entries (developer.intacct.com, GLENTRY) gives each line a currency and a rate of its own, of at
most 4 decimals. So in a foreign currency every row has both, and what such a rate leaves over is a row in the currency
of the books.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from services.billing.batches.model.canonical import BatchedEntry, BatchedLine
from services.billing.batches.model.renderings.sealed import (
    CannotRender,
    Row,
    Sealed,
    account_of,
    amount_of,
    as_csv,
    cut,
    in_parts,
    must_say_both,
)
from services.billing.feed_settings.model import Settings
from shared.money import plain

SYSTEM = "Intacct"
COLUMNS = (
    "JOURNAL",
    "DATE",
    "DESCRIPTION",
    "REFERENCE_NO",
    "LINE_NO",
    "ACCT_NO",
    "LOCATION_ID",
    "MEMO",
    "DEBIT",
    "CREDIT",
)
OF_CURRENCY = ("CURRENCY", "EXCHANGE_RATE")
RATE_DECIMALS = 4
CENTS = Decimal("0.01")
MOST_ROWS = 50_000
MOST_DIGITS = 12
LONGEST_ACCOUNT = 24
LONGEST_DESCRIPTION = 30
LONGEST_MEMO = 1000


def intacct(batch: Sealed, settings: Settings) -> list[bytes]:
    """One row a line, numbered within its entry; the text, cut in the description, stands whole in the memo."""
    must_say_both(batch, settings, SYSTEM)
    is_foreign = batch.currency != settings.currency
    batch = batch if is_foreign else batch.in_own_currency()

    def rows_of(entry: BatchedEntry) -> list[Row]:
        head = (
            settings.journal,
            settings.date_format.written(entry.posted_on),
            cut(entry.text, LONGEST_DESCRIPTION),
            batch.document(entry),
        )
        lines = [one for line in entry.lines for one in (_both(entry, line, settings) if is_foreign else [(line, ())])]
        return [
            (*(head if number == 1 else ("",) * len(head)), str(number), *_line(entry, line, settings), *in_currency)
            for number, (line, in_currency) in enumerate(lines, start=1)
        ]

    columns = COLUMNS + OF_CURRENCY if is_foreign else COLUMNS
    return [as_csv(columns, rows) for rows in in_parts(batch, rows_of, most=MOST_ROWS, system=SYSTEM)]


def _both(entry: BatchedEntry, line: BatchedLine, settings: Settings) -> Iterator[tuple[BatchedLine, Row]]:
    """A line at the rate closest to what it is in the books, and what is over as a line in their currency."""
    stands_at = line.functional_amount or Decimal()
    base = stands_at if stands_at * line.amount > 0 else line.amount
    if line.amount:
        rate = round(base / line.amount, RATE_DECIMALS)
        if not rate:
            raise CannotRender(
                f"{SYSTEM} takes exchange rates of {RATE_DECIMALS} decimals; entry {entry.number} has one of"
                f" {base / line.amount:.10f}. Take the batch as hledger or beancount, or post it by hand."
            )
        base = (line.amount * rate).quantize(CENTS, ROUND_HALF_UP)
        yield line, (entry.currency, plain(rate))
    if stands_at != base:
        yield replace(line, amount=stands_at - base), (settings.currency, "1")


def _line(entry: BatchedEntry, line: BatchedLine, settings: Settings) -> Row:
    amount = amount_of(line, digits=MOST_DIGITS, system=SYSTEM)
    return (
        account_of(line, most=LONGEST_ACCOUNT, system=SYSTEM),
        settings.location,
        cut(entry.text, LONGEST_MEMO),
        amount if line.amount > 0 else "",
        amount if line.amount < 0 else "",
    )

"""Sage Intacct: a CSV file for its import of journal entries.

Fields by Intacct's help pages on importing journal entries; what an entry has once stands on its first row only.
"""

from __future__ import annotations

from services.billing.batches.model.canonical import BatchedEntry, BatchedLine
from services.billing.batches.model.renderings.sealed import (
    Row,
    Sealed,
    account_of,
    amount_of,
    as_csv,
    cut,
    in_parts,
    must_be_in_books_currency,
)
from services.billing.feed_settings.model import Settings

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
MOST_ROWS = 50_000
MOST_DIGITS = 12
LONGEST_ACCOUNT = 24
LONGEST_DESCRIPTION = 30
LONGEST_MEMO = 1000


def intacct(batch: Sealed, settings: Settings) -> list[bytes]:
    """One row a line, numbered within its entry; the text, cut in the description, stands whole in the memo."""
    must_be_in_books_currency(batch, settings, SYSTEM)

    def rows_of(entry: BatchedEntry) -> list[Row]:
        head = (
            settings.journal,
            settings.date_format.written(entry.posted_on),
            cut(entry.text, LONGEST_DESCRIPTION),
            batch.document(entry),
        )
        return [
            (*(head if number == 1 else ("",) * len(head)), str(number), *_line(entry, line, settings))
            for number, line in enumerate(entry.lines, start=1)
        ]

    return [as_csv(COLUMNS, rows) for rows in in_parts(batch, rows_of, most=MOST_ROWS, system=SYSTEM)]


def _line(entry: BatchedEntry, line: BatchedLine, settings: Settings) -> Row:
    amount = amount_of(line, digits=MOST_DIGITS, system=SYSTEM)
    return (
        account_of(line, most=LONGEST_ACCOUNT, system=SYSTEM),
        settings.location,
        cut(entry.text, LONGEST_MEMO),
        amount if line.amount > 0 else "",
        amount if line.amount < 0 else "",
    )

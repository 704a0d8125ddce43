"""NetSuite: a CSV file for its import of journal entries.

Fields by Oracle's help pages on journal entry imports (section_1534492479 and section_1534492737).
"""

from __future__ import annotations

from services.billing.batches.model.canonical import BatchedEntry
from services.billing.batches.model.renderings.sealed import Row, Sealed, account_of, amount_of, as_csv, cut, in_parts
from services.billing.feed_settings.model import Settings

SYSTEM = "NetSuite"
COLUMNS = ("External ID", "Date", "Subsidiary", "Currency", "Memo", "Account", "Debit", "Credit", "Line Memo")
MOST_ROWS = 25_000
MOST_DIGITS = 10
LONGEST_ACCOUNT = 100
LONGEST_MEMO = 999


def netsuite(batch: Sealed, settings: Settings) -> list[bytes]:
    """One row a line; rows with the same External ID are one entry, and the side that an amount is not on is empty."""

    def rows_of(entry: BatchedEntry) -> list[Row]:
        head = (
            str(entry.id),
            settings.date_format.written(entry.posted_on),
            settings.subsidiary,
            entry.currency,
            cut(f"{batch.document(entry)} {entry.text}", LONGEST_MEMO),
        )
        return [
            (
                *head,
                account_of(line, most=LONGEST_ACCOUNT, system=SYSTEM),
                *_sides(amount_of(line, digits=MOST_DIGITS, system=SYSTEM), is_debit=line.amount > 0),
                cut(f"{line.account} {line.account_name}", LONGEST_MEMO),
            )
            for line in entry.lines
        ]

    return [as_csv(COLUMNS, rows) for rows in in_parts(batch, rows_of, most=MOST_ROWS, system=SYSTEM)]


def _sides(amount: str, *, is_debit: bool) -> tuple[str, str]:
    return (amount, "") if is_debit else ("", amount)

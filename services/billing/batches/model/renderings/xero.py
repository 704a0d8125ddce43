"""Xero: the bodies of manual journals for its API, one request a line of the file.

Fields by ManualJournal in Xero's OpenAPI description: amounts are signed, debit positive, and carry no tax.
"""

from __future__ import annotations

from typing import Any

from services.billing.batches.model.canonical import BatchedEntry
from services.billing.batches.model.renderings.sealed import (
    Sealed,
    account_of,
    as_json_line,
    cut,
    must_be_in_books_currency,
    number_of,
)
from services.billing.feed_settings.model import Settings

SYSTEM = "Xero"
LONGEST_ACCOUNT = 10
LONGEST_TEXT = 4000


def xero(batch: Sealed, settings: Settings) -> list[bytes]:
    """One entry a line; the key is the `Idempotency-Key` under which Xero does a request once."""
    must_be_in_books_currency(batch, settings, SYSTEM)
    return [b"".join(as_json_line(str(entry.id), _journal(batch, entry, settings)) for entry in batch.entries)]


def _journal(batch: Sealed, entry: BatchedEntry, settings: Settings) -> dict[str, Any]:
    return {
        "Narration": cut(f"{batch.document(entry)} {entry.text}", LONGEST_TEXT),
        "Date": entry.posted_on.isoformat(),
        "LineAmountTypes": "NoTax",
        "Status": settings.status.value,
        "JournalLines": [
            {
                "LineAmount": number_of(line.amount, SYSTEM),
                "AccountCode": account_of(line, most=LONGEST_ACCOUNT, system=SYSTEM),
                "Description": cut(f"{line.account} {line.account_name}", LONGEST_TEXT),
                "TaxType": "NONE",
            }
            for line in entry.lines
        ],
    }

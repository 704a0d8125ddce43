"""Business Central: the bodies of journal lines for its API v2.0, one request a line of the file.

Fields by Microsoft's page of the resource journalLine; lengths are those of version 1, the narrower ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from services.billing.batches.model.renderings.sealed import (
    CannotRender,
    Sealed,
    account_of,
    as_json_line,
    cut,
    must_be_in_books_currency,
    number_of,
)
from services.billing.feed_settings.model import Settings

SYSTEM = "Business Central"
LONGEST_ACCOUNT = 20
LONGEST_DOCUMENT = 20
LONGEST_DESCRIPTION = 50
LONGEST_COMMENT = 250
STEP = 10_000  # between two line numbers, as its own journals have it


def business_central(batch: Sealed, settings: Settings) -> list[bytes]:
    """Signed amounts, debit positive; lines of one entry share their document number and their day."""
    must_be_in_books_currency(batch, settings, SYSTEM)
    return [b"".join(_lines(batch))]


def _lines(batch: Sealed) -> Iterator[bytes]:
    place = 0
    for entry in batch.entries:
        document = batch.document(entry)
        if len(document) > LONGEST_DOCUMENT:
            raise CannotRender(f"{SYSTEM} takes document numbers of {LONGEST_DOCUMENT} characters, not {document}.")
        for number, line in enumerate(entry.lines, start=1):
            place += 1
            body = {
                "lineNumber": place * STEP,
                "accountType": "G/L Account",
                "accountNumber": account_of(line, most=LONGEST_ACCOUNT, system=SYSTEM),
                "postingDate": entry.posted_on.isoformat(),
                "documentNumber": document,
                "amount": number_of(line.amount, SYSTEM),
                "description": cut(entry.text, LONGEST_DESCRIPTION),
                "comment": cut(f"{entry.id} {entry.text}", LONGEST_COMMENT),
            }
            yield as_json_line(f"{document}/{number}", body)

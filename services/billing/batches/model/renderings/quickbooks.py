"""QuickBooks Online: the bodies of journal entries for its API, one request a line of the file.

Fields by the entity JournalEntry: the amount is always positive, the side is told beside it.
"""

from __future__ import annotations

from typing import Any

from services.billing.batches.model.canonical import BatchedEntry, BatchedLine
from services.billing.batches.model.renderings.sealed import CannotRender, Sealed, as_json_line, cut, number_of
from services.billing.feed_settings.model import Settings
from services.billing.ledger.model.accounts import PostingRole

SYSTEM = "QuickBooks"
LONGEST_DOCUMENT = 21
LONGEST_NOTE = 4000


def quickbooks(batch: Sealed, settings: Settings) -> list[bytes]:
    """One entry a line; the key is the `requestid` under which QuickBooks does a request once."""
    return [b"".join(as_json_line(str(entry.id), _entry(batch, entry, settings)) for entry in batch.entries)]


def _entry(batch: Sealed, entry: BatchedEntry, settings: Settings) -> dict[str, Any]:
    document = batch.document(entry)
    if len(document) > LONGEST_DOCUMENT:
        raise CannotRender(f"{SYSTEM} takes document numbers of {LONGEST_DOCUMENT} characters, not {document}.")
    return {
        "DocNumber": document,
        "TxnDate": entry.posted_on.isoformat(),
        "PrivateNote": cut(f"{entry.id} {entry.text}", LONGEST_NOTE),
        # Where the books have one currency only, naming another than none is an error.
        **({"CurrencyRef": {"value": entry.currency}} if entry.currency != settings.currency else {}),
        "Line": [_line(number, entry, line, settings) for number, line in enumerate(entry.lines)],
    }


def _line(number: int, entry: BatchedEntry, line: BatchedLine, settings: Settings) -> dict[str, Any]:
    return {
        "Id": str(number),
        "Description": cut(entry.text, LONGEST_NOTE),
        "Amount": number_of(abs(line.amount), SYSTEM),
        "DetailType": "JournalEntryLineDetail",
        "JournalEntryLineDetail": {
            "PostingType": "Debit" if line.amount > 0 else "Credit",
            "AccountRef": {"value": line.erp_account},
            **(_customer(settings) if line.role == PostingRole.RECEIVABLE else {}),
        },
    }


def _customer(settings: Settings) -> dict[str, Any]:
    if not settings.receivables_customer:
        raise CannotRender(
            f"{SYSTEM} wants a customer on every line of receivables.",
            mend="Set receivables_customer in the settings of QuickBooks, and take the file with that version of them.",
        )
    return {"Entity": {"Type": "Customer", "EntityRef": {"value": settings.receivables_customer}}}

"""An entry as another system brings it, and how it is read from a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID, uuid5

from services.billing.ledger.model.accounts import AccountCode, Chart, PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, Source, SourceKind
from shared.errors import Conflict, Invalid
from shared.reasons import because

OUTSIDE = UUID("0f2f9d4e-0d3b-5b53-8a7f-3f1a2a0f6c04")
COLUMNS = ("reference", "on", "currency", "text", "account", "amount")
OPTIONAL = ("contract_id", "project_id")
OURS = (PostingRole.RECEIVABLE, PostingRole.CONTRACT_ASSET, PostingRole.CONTRACT_LIABILITY)


class KeptHere(Conflict):
    """This account is kept by billing itself, document by document.

    Post to another account: receivables follow from invoices and payments, contract balances from recognition.
    """


class BadFile(Invalid):
    """This file of entries cannot be read, so nothing of it was posted.

    Write CSV in UTF-8 with a heading: reference, on, currency, text, account, amount, and if you like contract_id and
    project_id. Lines with the same reference are one entry; debits are positive, credits negative.
    """


@dataclass(frozen=True)
class OutsideLine:
    """One side of an entry from outside; debit positive."""

    account: str
    amount: Decimal
    contract_id: UUID | None = None
    project_id: UUID | None = None


@dataclass(frozen=True)
class OutsideEntry:
    """An entry as another system knows it, by its own `reference`."""

    reference: str
    on: date
    currency: str
    text: str
    lines: Sequence[OutsideLine]


def entry_of(entry: OutsideEntry, *, legal_entity: str, system: str) -> NewEntry:
    """The entry as our books take it, once for each reference of a system."""
    return NewEntry(
        legal_entity=legal_entity,
        currency=entry.currency,
        on=entry.on,
        text=entry.text,
        source=Source(SourceKind.OUTSIDE, uuid5(OUTSIDE, f"{legal_entity}/{system}/{entry.reference}")),
        lines=[
            NewLine(AccountCode(line.account), line.amount, contract_id=line.contract_id, project_id=line.project_id)
            for line in entry.lines
        ],
    )


def check_accounts(entries: Iterable[OutsideEntry], chart: Chart) -> None:
    """Refuse what would make a sub-ledger of ours differ from its account."""
    ours = {chart.roles[role] for role in OURS if role in chart.roles}
    for number, entry in enumerate(entries):
        for position, line in enumerate(entry.lines):
            if line.account in ours:
                raise KeptHere(
                    because(
                        "Entry %(reference)s posts to %(account)s.", reference=entry.reference, account=line.account
                    ),
                    field=f"/entries/{number}/lines/{position}/account",
                )


def read(file: str) -> list[OutsideEntry]:
    """The entries of a CSV file, in the order in which they begin; raises BadFile."""
    rows = csv.DictReader(io.StringIO(file.removeprefix("\ufeff")), strict=True)
    missing = set(COLUMNS) - set(rows.fieldnames or ())
    if missing:
        raise BadFile(because("The heading lacks %(missing)s.", missing=", ".join(sorted(missing))), field="/file")
    entries: dict[str, OutsideEntry] = {}
    try:
        for number, row in enumerate(rows, start=2):
            _add(entries, row, number)
    except csv.Error as error:
        raise BadFile(f"{error}.", field="/file") from error
    return list(entries.values())


def _add(entries: dict[str, OutsideEntry], row: dict[str, str], number: int) -> None:
    head = _head(row, number)
    standing = entries.get(head.reference, head)
    if (standing.on, standing.currency, standing.text) != (head.on, head.currency, head.text):
        raise BadFile(
            because(
                "Line %(number)s differs from the others of %(reference)s in day, currency or text.",
                number=number,
                reference=head.reference,
            )
        )
    entries[head.reference] = OutsideEntry(
        head.reference, head.on, head.currency, head.text, [*standing.lines, _line(row, number)]
    )


def _head(row: dict[str, str], number: int) -> OutsideEntry:
    if None in row or None in row.values() or not row["reference"]:
        raise BadFile(because("Line %(number)s has not one value for each heading.", number=number), field="/file")
    try:
        return OutsideEntry(row["reference"], date.fromisoformat(row["on"]), row["currency"], row["text"], ())
    except ValueError as error:
        raise BadFile(
            because("Line %(number)s: %(text)s is no day.", number=number, text=f"{row['on']!r}"), field="/file"
        ) from error


def _line(row: dict[str, str], number: int) -> OutsideLine:
    try:
        amount = Decimal(row["amount"])
        contract_id, project_id = (UUID(row[name]) if row.get(name) else None for name in OPTIONAL)
    except (InvalidOperation, ValueError) as error:
        raise BadFile(because("Line %(number)s: amount or id cannot be read.", number=number), field="/file") from error
    if not amount.is_finite():
        raise BadFile(
            because("Line %(number)s: %(text)s is no amount.", number=number, text=f"{row['amount']!r}"), field="/file"
        )
    return OutsideLine(row["account"], amount, contract_id, project_id)

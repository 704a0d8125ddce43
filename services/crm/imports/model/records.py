"""What can be imported, and which fields each record has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import Conflict, Invalid, NotFound


class NoSuchImport(NotFound):
    """There is no such import.

    Ask whoever started it for its id.
    """


class NoSuchPreparation(NotFound):
    """There are no such files waiting to be imported."""


class NothingSent(Invalid):
    """No file was sent.

    Choose one or more CSV files or workbooks.
    """


class NotPrepared(Conflict):
    """This is no finished check of files that were prepared step by step.

    Open the check that you want to go on from, and wait until it is done.
    """


class RecordKind(StrEnum):
    """What the lines of a file are; imported in this order, because later ones refer to earlier ones."""

    SALES_PERSON = "sales_person"
    ACCOUNT = "account"
    PRODUCT = "product"
    OPPORTUNITY = "opportunity"


class FieldKind(StrEnum):
    """How the text of a cell is read."""

    TEXT = "text"
    WHOLE_NUMBER = "whole_number"
    AMOUNT = "amount"
    DATE = "date"
    COUNTRY = "country"
    STAGE = "stage"
    REFERENCE = "reference"
    SAME_FILE = "same_file"
    """A reference to another line of the same file, which may come later."""


@dataclass(frozen=True)
class FieldRule:
    """One field of a record: how its cell is read, whether it may be empty, to what it refers."""

    kind: FieldKind
    required: bool = False
    of: RecordKind | None = None


FIELDS: dict[RecordKind, dict[str, FieldRule]] = {
    RecordKind.SALES_PERSON: {
        "name": FieldRule(FieldKind.TEXT, required=True),
        "manager": FieldRule(FieldKind.TEXT),
        "office": FieldRule(FieldKind.TEXT),
    },
    RecordKind.ACCOUNT: {
        "name": FieldRule(FieldKind.TEXT, required=True),
        "sector": FieldRule(FieldKind.TEXT),
        "year_established": FieldRule(FieldKind.WHOLE_NUMBER),
        "employees": FieldRule(FieldKind.WHOLE_NUMBER),
        "country": FieldRule(FieldKind.COUNTRY),
        "parent": FieldRule(FieldKind.SAME_FILE, of=RecordKind.ACCOUNT),
    },
    RecordKind.PRODUCT: {
        "name": FieldRule(FieldKind.TEXT, required=True),
        "series": FieldRule(FieldKind.TEXT),
        "list_price": FieldRule(FieldKind.AMOUNT, required=True),
    },
    RecordKind.OPPORTUNITY: {
        "owner": FieldRule(FieldKind.REFERENCE, required=True, of=RecordKind.SALES_PERSON),
        "product": FieldRule(FieldKind.REFERENCE, required=True, of=RecordKind.PRODUCT),
        "account": FieldRule(FieldKind.REFERENCE, of=RecordKind.ACCOUNT),
        "stage": FieldRule(FieldKind.STAGE, required=True),
        "engaged_on": FieldRule(FieldKind.DATE),
        "closed_on": FieldRule(FieldKind.DATE),
        "amount": FieldRule(FieldKind.AMOUNT),
    },
}


class Mode(StrEnum):
    """What happens when some lines are rejected."""

    GOOD_ROWS = "good_rows"
    ALL = "all"


class Fate(StrEnum):
    """What becomes of a line, counted so that they add up to the lines read."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class NoteKind(StrEnum):
    """Why a line is in the report."""

    MAPPED = "mapped"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Note:
    """One thing to report of a line: what was in a column, and what became of it or why it was rejected."""

    kind: NoteKind
    column: str
    value: str
    becomes: str = ""
    rule: str = ""
    reason: str = ""
    remedy: str = ""

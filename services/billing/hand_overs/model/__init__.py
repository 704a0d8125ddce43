"""A hand-over: which document goes to whom; the gateway that takes it over sends it once, known by its id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from services.billing.statements.model import Account
from shared.errors import Conflict, Invalid

STATEMENTS = UUID("0f2f9d4e-0d3b-5b53-8a7f-3f1a2a0f6c11")
ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


class NoRecipient(Invalid):
    """Nobody is named to send this to.

    Give an e-mail address, or complete the account's billing address in crm.
    """


class NotAnAddress(Invalid):
    """This is no e-mail address.

    Write one address, such as accounts@example.com.
    """


class HandedOverAlready(Conflict):
    """This document was handed over to this address before.

    It is not sent twice; give another address if it has to reach somebody else.
    """


class DocumentOrStatement(Invalid):
    """A statement is named by whose account it is of and for which days, everything else by its id.

    Give `statement` for the kind statement, and `document_id` for every other kind.
    """


class DocumentKind(StrEnum):
    """What is sent."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    DUNNING_LETTER = "dunning_letter"
    STATEMENT = "statement"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to send, to the customer's own address where none is given."""

    kind: DocumentKind
    document_id: UUID | None = None
    account: Account | None = None
    recipient: str = ""


@dataclass(frozen=True)
class Mailing:
    """A document as it goes out: `attachment` is where its PDF lies below our API, `sha256` its digest."""

    kind: DocumentKind
    document_id: UUID
    customer_id: UUID
    number: str
    subject: str
    text: str
    attachment: str
    sha256: str


@dataclass(frozen=True)
class HandOver:
    """A document handed over to be sent to one address."""

    id: UUID
    kind: DocumentKind
    document_id: UUID
    customer_id: UUID
    number: str
    recipient: str
    subject: str
    text: str
    attachment: str
    sha256: str
    handed_over_by: str
    handed_over_at: datetime


def check_wanted(wanted: Wanted, field: str) -> None:
    """Refuse what does not name its document as its kind does."""
    is_statement = wanted.kind is DocumentKind.STATEMENT
    if (wanted.account is not None) is not is_statement or (wanted.document_id is None) is not is_statement:
        raise DocumentOrStatement(field=f"{field}/document_id")


def recipient_of(asked: str, known: str, field: str) -> str:
    """The address that was asked for, or the one known of the customer. Raises NoRecipient, NotAnAddress."""
    address = (asked or known).strip()
    if not address:
        raise NoRecipient(field=f"{field}/recipient")
    if not ADDRESS.fullmatch(address):
        raise NotAnAddress(field=f"{field}/recipient")
    return address.lower()


def statement_id(account: Account, sha256: str) -> UUID:
    """The id of a statement: the same as long as it says the same."""
    days = f"{account.starts_on}/{account.ends_on}"
    return uuid5(STATEMENTS, f"{account.customer_id}/{account.legal_entity_id}/{account.currency}/{days}/{sha256}")

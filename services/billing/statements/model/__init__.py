"""A statement of account: what a customer owed at first, what changed it, and what they owe at last.

The balance is what is open on their invoices less their credit, so it agrees with the accounts that take both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.billing.legal_entities.model import Language
from shared.errors import Invalid

MOST = 2000


class EndsBeforeItStarts(Invalid):
    """A statement ends on the day it starts or later.

    Swap the two days.
    """


class StatementTooLong(Invalid):
    """Too much happened in this time for one document.

    Choose a shorter time; the page and the API give all of it.
    """


class MovementKind(StrEnum):
    """What changed the balance."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    PAYMENT_REVERSAL = "payment_reversal"
    ROUNDING = "rounding"
    WRITE_OFF = "write_off"
    RECOVERY = "recovery"


@dataclass(frozen=True)
class Account:
    """Whose statement: a customer, with one of our firms, in one currency, from the first day to the last."""

    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Movement:
    """One change of the balance, owed more being positive, and the balance after it."""

    day: date
    place: int
    id: UUID
    kind: MovementKind
    document_id: UUID
    reference: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Statement:
    """The balances of a statement, and some or all of its movements; `next` leads to further ones."""

    account: Account
    opening: Decimal
    closing: Decimal
    movements: Sequence[Movement]
    next: str | None


@dataclass(frozen=True)
class Printed:
    """A statement as a PDF, the language it is in, and its closing balance."""

    pdf: bytes
    language: Language
    closing: Decimal


def check_days(account: Account) -> None:
    """Refuse a time that ends before it starts."""
    if account.ends_on < account.starts_on:
        raise EndsBeforeItStarts(field="/ends_on")

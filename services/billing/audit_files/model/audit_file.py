"""The books of some months as an auditor gets them: accounts with balances, customers, every entry with its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from shared.errors import Conflict, Invalid
from shared.period import Period
from shared.reasons import because

MOST_MONTHS = 12


class EndsBeforeItStarts(Invalid):
    """The last month is before the first one.

    Give the months in their order.
    """


class TooManyMonths(Invalid):
    """An audit file covers twelve months at most.

    Ask for one file a fiscal year.
    """


class FinerThanCents(Conflict):
    """The file takes amounts of two decimals only.

    Ask for the months before or after this entry, and tell the auditor about it.
    """


@dataclass(frozen=True)
class Company:
    """Whose books they are."""

    name: str
    street: str
    postal_code: str
    city: str
    country: str
    tax_registration: str
    functional_currency: str
    iban: str


@dataclass(frozen=True)
class AccountBalances:
    """An account of the chart; debit positive, in the currency of the books."""

    code: str
    name: str
    opening: Decimal
    closing: Decimal


@dataclass(frozen=True)
class CustomerBalances:
    """A customer and what they owe; in the currency of the books."""

    id: UUID
    legal_name: str
    street: str
    postal_code: str
    city: str
    country: str
    tax_id: str
    opening: Decimal
    closing: Decimal


@dataclass(frozen=True)
class AuditLine:
    """One side of an entry; debit positive. The customer is named on receivables only."""

    position: int
    account: str
    amount: Decimal
    functional_amount: Decimal
    project_id: UUID | None
    customer_id: UUID | None


@dataclass(frozen=True)
class AuditEntry:
    """An entry with its lines; `batch` is the number under which it was handed to the ERP last, if it was."""

    id: UUID
    posted_on: date
    text: str
    source_kind: str
    source_id: UUID
    currency: str
    functional_currency: str
    recorded_at: datetime
    recorded_by: str
    batch: int | None
    lines: Sequence[AuditLine]


@dataclass(frozen=True)
class AuditFile:
    """Everything that the file says, made on the day `made_on` by `made_by`; entries by kind of source."""

    company: Company
    months: Period
    accounts: Sequence[AccountBalances]
    customers: Sequence[CustomerBalances]
    entries: Sequence[AuditEntry]
    made_on: date
    made_by: str


def from_month_to_month(first: Period, last: Period) -> Period:
    """The months from `first` to `last`; raises EndsBeforeItStarts, TooManyMonths."""
    count = (last.starts_on.year - first.starts_on.year) * 12 + last.starts_on.month - first.starts_on.month + 1
    if count < 1:
        raise EndsBeforeItStarts(field="/last_month")
    if count > MOST_MONTHS:
        raise TooManyMonths(because("These are %(count)s months.", count=count), field="/last_month")
    return Period(first.starts_on, last.ends_before)

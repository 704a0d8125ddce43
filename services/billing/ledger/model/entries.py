"""Journal entries: they balance to the last digit and never change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from services.billing.ledger.model.accounts import POSITION_ROLES, AccountCode, PostingRole
from services.billing.ledger.model.translation import Translation
from shared.errors import Conflict, Invalid, NotFound
from shared.money import Money
from shared.period import Period
from shared.reasons import because

ENTRIES = UUID("0f2f9d4e-0d3b-5b53-8a7f-3f1a2a0f6c02")


class Unbalanced(Invalid):
    """The debits and credits of this entry differ.

    Correct the amounts until they sum to zero; debits are positive, credits negative.
    """


class TooFewLines(Invalid):
    """A journal entry has at least two lines.

    Name the account that the amount comes from and the one that it goes to.
    """


class ZeroLine(Invalid):
    """A journal line without an amount says nothing.

    Leave the line out.
    """


class FractionOfUnit(Invalid):
    """This amount is finer than the smallest unit of its currency.

    Round it where the business rounds, before it is posted.
    """


class NoSuchEntry(NotFound):
    """There is no such journal entry."""


class EntryDiffers(Conflict):
    """This was posted before with other lines.

    What is posted stays: reverse the entry, then post the right one under a version of its own.
    """


class AlreadyReversed(Conflict):
    """This entry has been reversed already.

    The reversal is named in the entry; nothing is left to do.
    """


class ReversalOfReversal(Conflict):
    """A reversal is not reversed itself.

    Post the original again as a new entry.
    """


class SourceKind(StrEnum):
    """What an entry was posted for."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    RECOGNITION = "recognition"
    REVERSAL = "reversal"
    ADJUSTMENT = "adjustment"
    POSITION = "position"
    ACCRUAL = "accrual"
    OUTSIDE = "outside"
    PAYMENT = "payment"
    WRITE_OFF = "write_off"
    ALLOWANCE = "allowance"
    REVALUATION = "revaluation"


@dataclass(frozen=True)
class Source:
    """What an entry was posted for: at most one entry ever stands for the same kind, id and leg."""

    kind: SourceKind
    id: UUID
    leg: str = "1"


@dataclass(frozen=True)
class NewLine:
    """One side of an entry to be posted: debit positive, credit negative."""

    account: PostingRole | AccountCode
    amount: Decimal
    contract_id: UUID | None = None
    contract_line_id: UUID | None = None
    project_id: UUID | None = None
    narrowed_by: str = ""
    """What narrows the role where posting rules tell its accounts apart: the billing method of revenue."""
    functional_amount: Decimal | None = None
    """What it is in the functional currency, where the rate of the day does not say so: what leaves the books does it
    as it stands there."""


@dataclass(frozen=True)
class NewEntry:
    """An entry to be posted on the day `on`; `service` is when the work behind it was done.

    `difference` takes what is over in the functional currency when something leaves the books at another rate than it
    came in. `translation` is given where an entry is taken back as it was translated.
    """

    legal_entity: str
    currency: str
    on: date
    text: str
    source: Source
    lines: Sequence[NewLine]
    thread_id: UUID | None = None
    service: Period | None = None
    reverses_id: UUID | None = None
    difference: PostingRole = PostingRole.FX_REALISED
    translation: Translation | None = None


@dataclass(frozen=True)
class JournalLine:
    """One posted side; `role` is what the account was chosen by, if it was chosen so."""

    account_id: UUID
    account: str
    role: PostingRole | None
    amount: Decimal
    functional_amount: Decimal
    contract_id: UUID | None
    contract_line_id: UUID | None
    project_id: UUID | None


@dataclass(frozen=True)
class JournalEntry:
    """What was posted, for good: a correction is another entry."""

    id: UUID
    legal_entity: str
    currency: str
    functional_currency: str
    exchange_rate_id: UUID | None
    posted_on: date
    service_from: date
    service_before: date
    text: str
    thread_id: UUID | None
    source: Source
    reverses_id: UUID | None
    recorded_at: datetime
    recorded_by: str
    lines: tuple[JournalLine, ...]

    @property
    def is_translated(self) -> bool:
        """Whether it is in another currency than the books."""
        return self.currency != self.functional_currency


def entry_id(source: Source) -> UUID:
    """The id of the entry that stands for `source`: the same however often it is posted."""
    return uuid5(ENTRIES, f"{source.kind}/{source.id}/{source.leg}")


def check(entry: NewEntry) -> None:
    """Refuse an entry that is not whole: two lines or more, none empty, in whole units, sum zero."""
    if len(entry.lines) < 2:
        raise TooFewLines(field="/lines")
    for number, line in enumerate(entry.lines):
        if not line.functional_amount:
            _check_amount(Money(line.amount, entry.currency), f"/lines/{number}/amount")
    difference = sum((line.amount for line in entry.lines), Decimal())
    if difference:
        raise Unbalanced(
            because(
                "The lines differ by %(difference)s %(currency)s.",
                difference=f"{difference:f}",
                currency=entry.currency,
            ),
            field="/lines",
        )


def reversal_of(entry: JournalEntry, *, on: date, reason: str) -> NewEntry:
    """The entry that takes `entry` back: the same lines with opposite signs."""
    if entry.reverses_id is not None:
        raise ReversalOfReversal()
    return NewEntry(
        legal_entity=entry.legal_entity,
        currency=entry.currency,
        on=on,
        text=f"Reversal: {reason}",
        source=Source(SourceKind.REVERSAL, entry.id),
        lines=[
            NewLine(
                account=AccountCode(line.account, line.role),
                amount=-line.amount,
                contract_id=line.contract_id,
                contract_line_id=line.contract_line_id,
                project_id=line.project_id,
                functional_amount=-line.functional_amount,
            )
            for line in entry.lines
        ],
        thread_id=entry.thread_id,
        service=Period(entry.service_from, entry.service_before),
        reverses_id=entry.id,
        translation=Translation(entry.functional_currency, entry.exchange_rate_id),
    )


def same_posting(one: JournalEntry, other: JournalEntry) -> bool:
    """Whether two entries say the same about money, whenever, by whomever and on which accounts they were recorded."""
    return _said(one) == _said(other)


def _check_amount(money: Money, field_name: str) -> None:
    if not money:
        raise ZeroLine(field=field_name)
    if money.rounded() != money:
        raise FractionOfUnit(because("%(money)s is finer than the smallest unit.", money=money), field=field_name)


def _said(entry: JournalEntry) -> tuple[object, ...]:
    # A role may have moved to another account between two deliveries of the same fact, and the contract's net position
    # to its other side.
    said: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    for line in entry.lines:
        place = "position" if line.role in POSITION_ROLES else line.role or line.account
        said[place, line.contract_id, line.contract_line_id] += line.amount
    return entry.legal_entity, entry.currency, {place: amount for place, amount in said.items() if amount}

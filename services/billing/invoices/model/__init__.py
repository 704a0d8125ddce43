"""An invoice: what it claims, who may approve and issue it, and which tax is due on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.billing.legal_entities.model import Language, TaxCategory, TaxRule
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.money import Money

Nets = Mapping[tuple[TaxCategory, Decimal], Decimal]
"""What the lines of each tax category and rate come to."""


class NoSuchInvoice(NotFound):
    """There is no such invoice."""


class NoSuchLine(NotFound):
    """This invoice has no such line."""


class NotIssuedYet(NotFound):
    """This invoice has no document yet.

    An invoice gets its document when it is issued.
    """


class NothingToInvoice(Conflict):
    """Nothing on this contract can be invoiced up to this day.

    Look at the work in progress of the contract: what is unrated needs a rate, what is held has to be released, and
    what is left over after corrections has to be more than nought.
    """


class NotADraft(Conflict):
    """Only a draft can be approved."""


class NotApproved(Conflict):
    """Only an approved invoice can be issued.

    Let a second person approve it first.
    """


class IssuedForGood(Conflict):
    """This invoice was issued and will not change.

    What is wrong with it is put right by a credit note.
    """


class DiscardedAlready(Conflict):
    """This invoice was discarded.

    Draft a new one: the work that was on it is open again.
    """


class Lacks(Conflict):
    """Something is missing without which this is no valid invoice.

    Complete it where it is kept, as said, then issue again.
    """


class OwnInvoice(Forbidden):
    """Nobody approves or issues an invoice that they prepared.

    Ask somebody else who may.
    """


class IssuedInFuture(Invalid):
    """An invoice is not dated ahead.

    Leave `issued_on` out to date it today.
    """


class InvoiceStatus(StrEnum):
    """draft → approved → issued; a draft or an approved invoice can be discarded instead."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Head:
    """A draft as far as its tax depends on it."""

    id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    language: Language


class FileKind(StrEnum):
    """What an invoice or a credit note goes out as."""

    PDF = "pdf"
    UBL = "ubl"


@dataclass(eq=False)
class Invoice:
    """Where an invoice stands and who brought it there; what it claims stands in its lines, which never change.

    Its lines may be of several contracts of the customer; `contract_id` is the first of them by number.
    """

    id: UUID
    contract_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    project_id: UUID | None
    thread_id: UUID
    currency: str
    up_to: date
    prepared_by: str
    prepared_at: datetime
    language: Language = Language.ENGLISH
    status: InvoiceStatus = InvoiceStatus.DRAFT
    approved_by: str | None = None
    approved_at: datetime | None = None
    version: int = 1

    def approve(self, *, by: str, at: datetime, is_preparer: bool) -> None:
        """Agree to what somebody else prepared."""
        self.must_not_have_ended()
        if self.status is not InvoiceStatus.DRAFT:
            raise NotADraft()
        if is_preparer:
            raise OwnInvoice()
        self.status, self.approved_by, self.approved_at = InvoiceStatus.APPROVED, by, at

    def discard(self) -> None:
        """Give the work on it free again."""
        self.must_not_have_ended()
        self.status = InvoiceStatus.DISCARDED

    def issue(self, *, on: date, today: date, is_preparer: bool) -> None:
        """Make it final."""
        self.must_not_have_ended()
        if self.status is not InvoiceStatus.APPROVED:
            raise NotApproved()
        if is_preparer:
            raise OwnInvoice()
        if on > today:
            raise IssuedInFuture(field="/issued_on")
        self.status = InvoiceStatus.ISSUED

    def must_not_have_ended(self) -> None:
        """Refuse with IssuedForGood or DiscardedAlready what is neither a draft nor approved any more."""
        if self.status is InvoiceStatus.ISSUED:
            raise IssuedForGood()
        if self.status is InvoiceStatus.DISCARDED:
            raise DiscardedAlready()


@dataclass(frozen=True)
class Line:
    """Work of one contract line, role and rate, or one milestone; `net` is the sum of what is behind it.

    So `net` may differ by cents from hours times `unit_price`: every entry is rounded for itself.
    """

    position: int
    contract_id: UUID
    contract_line_id: UUID | None
    staffing_role: str | None
    description: str
    minutes: int | None
    unit_price: Decimal
    net: Decimal
    service_from: date
    service_before: date
    tax_category: TaxCategory
    tax_rate: Decimal

    @property
    def quantity(self) -> Decimal:
        """Hours to four places, or one piece."""
        return Decimal(1) if self.minutes is None else (Decimal(self.minutes) / 60).quantize(Decimal("0.0001"))


@dataclass(frozen=True)
class Tax:
    """The tax of one category and rate (in percent) on an invoice."""

    category: TaxCategory
    rate: Decimal
    net: Decimal
    tax: Decimal
    reference_text: str


@dataclass(frozen=True)
class Issued:
    """Under which number and date an invoice went out."""

    number: str
    issued_on: date


@dataclass(frozen=True)
class IssuedFile:
    """One of the files that a document went out as, byte for byte."""

    number: str
    sha256: str
    content: bytes


@dataclass(frozen=True)
class Totals:
    """What an invoice comes to."""

    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """What is to be paid."""
        return self.net + self.tax


def taxed(lines: Sequence[Line], rules: Sequence[TaxRule], currency: str) -> list[Tax]:
    """The tax on `lines`. Raises NothingToInvoice."""
    is_paid_in_advance = any(line.net < 0 and line.contract_line_id is None for line in lines)
    return taxes_on(net_by_tax(lines), rules, currency, may_be_nought=is_paid_in_advance)


def taxes_on(nets: Nets, rules: Sequence[TaxRule], currency: str, *, may_be_nought: bool = False) -> list[Tax]:
    """The tax on each category and rate, rounded once for it (EN 16931 BR-CO-17). Raises NothingToInvoice."""
    net = sum(nets.values(), Decimal())
    if net < 0 or (not net and not may_be_nought):
        raise NothingToInvoice()
    return [
        Tax(category, rate, net, Money(net * rate / 100, currency).rounded().amount, _reasons(rules, category))
        for (category, rate), net in sorted(nets.items())
    ]


def net_by_tax(lines: Sequence[Line]) -> dict[tuple[TaxCategory, Decimal], Decimal]:
    """What the lines of each tax category and rate come to."""
    nets: dict[tuple[TaxCategory, Decimal], Decimal] = defaultdict(Decimal)
    for line in lines:
        nets[line.tax_category, line.tax_rate] += line.net
    return nets


def _reasons(rules: Sequence[TaxRule], category: TaxCategory) -> str:
    return "; ".join(dict.fromkeys(rule.reference_text for rule in rules if rule.category is category))


def totals(taxes: Sequence[Tax]) -> Totals:
    """What the taxed amounts come to together."""
    return Totals(sum((each.net for each in taxes), Decimal()), sum((each.tax for each in taxes), Decimal()))


def due_on(issued_on: date, payment_terms_days: int) -> date:
    """The last day to pay in time."""
    return issued_on + timedelta(days=payment_terms_days)

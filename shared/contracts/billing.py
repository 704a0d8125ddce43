"""Events that billing publishes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Amount, Currency, Event, Fact, Minutes


class ContractActivated(Event):
    """A contract may be billed from now on."""

    type: ClassVar[str] = "throughline.billing.contract.activated.v1"
    about: ClassVar[tuple[str, str]] = ("contract", "contract_id")
    unconsumed: ClassVar[str] = "Says that billing may begin, to whoever integrates with us."
    contract_id: UUID
    number: str
    opportunity_id: UUID
    account_id: UUID
    legal_entity: str
    currency: Currency
    amount: Amount


class RateCardChanged(Event):
    """A bill rate was agreed, or ends; work that has a value keeps it until somebody values it anew."""

    type: ClassVar[str] = "throughline.billing.rate_card.changed.v1"
    about: ClassVar[tuple[str, str]] = ("rate", "rate_id")
    unconsumed: ClassVar[str] = "Tells what is agreed to whoever plans prices with us."
    rate_id: UUID
    scope: str
    contract_id: UUID | None = None
    contract_line_id: UUID | None = None
    person_id: UUID | None = None
    account_id: UUID | None = None
    practice: str | None = None
    grade: str | None = None
    staffing_role: str | None = None
    currency: Currency
    hourly_rate: Amount
    starts_on: date
    ends_before: date | None = None


class ValuedEntry(Fact):
    """What one time entry is worth to the client; without `value` it is unrated, held until a rate arrives."""

    entry_id: UUID
    billing_line_id: UUID | None
    minutes: Minutes
    value: Amount | None = None
    rate: Amount | None = None
    rule: str | None = None


class WorkValued(Event):
    """Approved work was valued, or valued anew."""

    type: ClassVar[str] = "throughline.billing.work.valued.v1"
    about: ClassVar[tuple[str, str]] = ("project", "project_id")
    project_id: UUID
    contract_id: UUID | None
    currency: Currency
    entries: list[ValuedEntry]


class ContractShare(Fact):
    """What of a document is of one contract."""

    contract_id: UUID
    opportunity_id: UUID
    project_id: UUID | None = None
    net: Amount
    tax: Amount


class InvoicedLine(Fact):
    line: int
    billing_line_id: UUID | None
    description: str
    net: Amount


class InvoiceIssued(Event):
    """An invoice went out; it will not change. Of several contracts, the first by number is named here."""

    type: ClassVar[str] = "throughline.billing.invoice.issued.v1"
    minor: ClassVar[int] = 1
    about: ClassVar[tuple[str, str]] = ("invoice", "invoice_id")
    invoice_id: UUID
    number: str
    contract_id: UUID
    opportunity_id: UUID
    project_id: UUID | None = None
    account_id: UUID
    currency: Currency
    net: Amount
    tax: Amount
    gross: Amount
    issued_on: date
    due_on: date
    lines: list[InvoicedLine]
    shares: list[ContractShare] = Field(default_factory=list)

    @property
    def by_contract(self) -> list[ContractShare]:
        """What is of each contract; an invoice that tells no shares is of one contract altogether."""
        return self.shares or [ContractShare.model_validate(self.model_dump())]


class CapThresholdReached(Event):
    """Work recorded on a capped line has come to so much of its cap; recording goes on."""

    type: ClassVar[str] = "throughline.billing.cap.threshold_reached.v1"
    about: ClassVar[tuple[str, str]] = ("contract_line", "billing_line_id")
    unconsumed: ClassVar[str] = "Warns whoever agrees an extension in time, before work is written down."
    contract_id: UUID
    billing_line_id: UUID
    opportunity_id: UUID
    project_id: UUID | None = None
    account_id: UUID
    description: str
    percent: int
    """75, 90 or 100, each once for each cap that the line ever has."""
    currency: Currency
    cap: Amount
    recorded: Amount
    """What the work is worth at its rates, whatever the cap."""


class AllocatedPayment(Fact):
    """What a payment settled of one invoice."""

    invoice_id: UUID
    number: str
    opportunity_id: UUID
    amount: Amount


class PaymentReceived(Event):
    """A customer paid; what is in no allocation stays with them as credit."""

    type: ClassVar[str] = "throughline.billing.payment.received.v1"
    about: ClassVar[tuple[str, str]] = ("payment", "payment_id")
    unconsumed: ClassVar[str] = "Tells whoever watches cash what came in, for which invoices."
    payment_id: UUID
    account_id: UUID
    currency: Currency
    amount: Amount
    received_on: date
    reference: str
    allocations: list[AllocatedPayment]


class PaymentReversed(Event):
    """A payment bounced or was not theirs; what it settled is open again."""

    type: ClassVar[str] = "throughline.billing.payment.reversed.v1"
    about: ClassVar[tuple[str, str]] = ("payment", "payment_id")
    unconsumed: ClassVar[str] = "Tells whoever watches cash that what came in is gone again."
    payment_id: UUID
    account_id: UUID
    currency: Currency
    amount: Amount
    reversed_on: date
    reason: str


class CreditedLine(Fact):
    line: int
    billing_line_id: UUID | None
    description: str
    minutes: Minutes | None
    net: Amount


class CreditNoteIssued(Event):
    """A part of an invoice, or all of it, was taken back for good; amounts are positive.

    Of several contracts, the first by number is named here, and each in `shares`.
    """

    type: ClassVar[str] = "throughline.billing.credit_note.issued.v1"
    about: ClassVar[tuple[str, str]] = ("credit_note", "credit_note_id")
    unconsumed: ClassVar[str] = "Tells whoever counts what was billed, to us and to others, what is billed no longer."
    credit_note_id: UUID
    number: str
    invoice_id: UUID
    invoice_number: str
    contract_id: UUID
    opportunity_id: UUID
    project_id: UUID | None = None
    account_id: UUID
    currency: Currency
    net: Amount
    tax: Amount
    gross: Amount
    issued_on: date
    reason: str
    lines: list[CreditedLine]
    shares: list[ContractShare] = Field(default_factory=list)


class RevenueRecognised(Event):
    """Revenue of one contract line was recognised for a period; `amount` is the difference to before."""

    type: ClassVar[str] = "throughline.billing.revenue.recognised.v1"
    about: ClassVar[tuple[str, str]] = ("contract_line", "billing_line_id")
    run_id: UUID
    contract_id: UUID
    billing_line_id: UUID
    opportunity_id: UUID
    project_id: UUID | None = None
    account_id: UUID
    period_starts_on: date
    currency: Currency
    amount: Amount
    cumulative: Amount


class PeriodClosed(Event):
    """A month of a legal entity's books was closed: its figures are final, unless it is reopened with a reason."""

    type: ClassVar[str] = "throughline.billing.period.closed.v1"
    about: ClassVar[tuple[str, str]] = ("fiscal_period", "period_id")
    unconsumed: ClassVar[str] = "Tells whoever reports that the figures of a month are final."
    period_id: UUID
    legal_entity: str
    starts_on: date
    ends_before: date
    closed_by: str
    closed_at: datetime


class LedgerBatchSealed(Event):
    """A journal batch was closed for good and waits for the ERP."""

    type: ClassVar[str] = "throughline.billing.ledger_batch.sealed.v1"
    minor: ClassVar[int] = 1
    about: ClassVar[tuple[str, str]] = ("ledger_batch", "batch_id")
    unconsumed: ClassVar[str] = "Tells the ERP that a batch waits to be fetched."
    batch_id: UUID
    number: int
    legal_entity: str
    period_starts_on: date
    currency: Currency
    entry_count: int
    line_count: int
    debit_total: Amount
    credit_total: Amount
    sha256: str
    """Of the canonical lines."""
    manifest_sha256: str
    """Of the manifest; the next batch's `previous_sha256`."""
    previous_sha256: str | None
    """The `manifest_sha256` of the batch before; none for the first one."""
    thread_ids: list[UUID]
    """The threads whose entries are in the batch."""
    corrects_batch_id: UUID | None = None
    """The batch of which this one holds anew what the ERP rejected."""


class Acknowledgement(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class LedgerBatchAcknowledged(Event):
    """The ERP took the batch, or refused it."""

    type: ClassVar[str] = "throughline.billing.ledger_batch.acknowledged.v1"
    about: ClassVar[tuple[str, str]] = ("ledger_batch", "batch_id")
    unconsumed: ClassVar[str] = "Tells whoever watches the books how the ERP answered."
    batch_id: UUID
    number: int
    answer: Acknowledgement
    erp_reference: str | None = None
    reason: str | None = None

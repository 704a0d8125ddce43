"""What the interface of invoices takes and shows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, computed_field

from services.billing.invoices.model import InvoiceStatus
from services.billing.legal_entities.model import Language, TaxCategory
from services.billing.work_in_progress.model import why
from shared.contracts.base import Amount
from shared.web import Body, View


class DraftBody(Body):
    """Which contract to bill, for work up to and including which day."""

    contract_id: UUID
    up_to: date


class ReasonBody(Body):
    """Why; the audit trail keeps it."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class IssueBody(Body):
    """The date on the invoice; without it, today."""

    issued_on: date | None = None


class IssueSeveralBody(IssueBody):
    """Several invoices, numbered in this order."""

    invoice_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]


class NumberView(View):
    """An invoice that went out, and its number."""

    invoice_id: UUID
    number: str


class RefusedView(View):
    """An invoice that did not go out: why, and how to mend it."""

    invoice_id: UUID
    code: str
    detail: str
    mend: str | None


class IssueView(View):
    """What became of invoices that were to be issued."""

    issued: list[NumberView]
    refused: list[RefusedView]


class InvoiceSummary(View):
    """An invoice without its lines; number, dates and sha256 (of the PDF) from the day of issue on.

    Of several contracts, `contract_id`, `project_id` and `thread_id` are those of the first by number.
    """

    id: UUID
    status: InvoiceStatus
    number: str | None
    contract_id: UUID
    other_contracts: int
    customer_id: UUID
    legal_entity_id: UUID
    project_id: UUID | None
    thread_id: UUID
    currency: str
    language: Language
    up_to: date
    net: Amount
    tax: Amount
    gross: Amount
    prepared_by: str
    prepared_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    issued_by: str | None
    issued_at: datetime | None
    issued_on: date | None
    due_on: date | None
    sha256: str | None


class InvoiceLineView(View):
    """One line: hours (to four places; `minutes` are exact) at a price, or one milestone; `net` is the exact sum."""

    position: int
    contract_id: UUID
    contract_line_id: UUID | None
    staffing_role: str | None
    description: str
    minutes: int | None
    quantity: Amount
    unit_price: Amount
    net: Amount
    service_from: date
    service_before: date
    tax_category: TaxCategory
    tax_rate: Amount


class TaxView(View):
    """The tax of one category and rate (in percent)."""

    category: TaxCategory
    rate: Amount
    net: Amount
    tax: Amount
    reference_text: str


class InvoiceView(InvoiceSummary):
    """An invoice with its lines and taxes."""

    lines: list[InvoiceLineView]
    taxes: list[TaxView]


class InvoiceOriginView(View):
    """One time entry, or the milestone, behind an invoice line; `why` says what its rate rests on."""

    id: UUID
    entry_id: UUID | None
    entry_version: int | None
    corrects_entry_id: UUID | None
    milestone_id: UUID | None
    task_id: UUID | None
    person_id: UUID | None
    person_name: str | None
    staffing_role: str | None
    day: date
    minutes: int | None
    note: str
    rate: Amount | None
    rule: str
    premium: str | None
    premium_percent: Amount | None
    on_top_of: UUID | None
    overtime_minutes: int | None
    counted_by: str | None
    beyond_minutes: int | None
    value: Amount

    @computed_field  # type: ignore[prop-decorator]
    @property
    def why(self) -> str:
        """Why this rate, in words."""
        return str(why(self))

"""Batches as they are shown, and what the ERP said of them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.billing.batches.model.answers import BatchStatus, EntryVerdict, Verdict
from services.billing.batches.queries import BatchInFull
from shared.contracts.base import Amount
from shared.web import View


class BatchView(View):
    """A batch by its numbers; `previous_sha256` is the `manifest_sha256` of the batch before."""

    id: UUID
    number: int
    legal_entity: str
    period_starts_on: date
    currency: str
    target: str
    status: BatchStatus
    entry_count: int
    line_count: int
    debit_total: Amount
    credit_total: Amount
    thread_ids: list[UUID]
    sha256: str
    manifest_sha256: str
    previous_sha256: str | None
    sealed_at: datetime
    sealed_by: str
    corrects: int | None = Field(description="the number of the batch whose rejected entries it holds anew")
    corrected_in: int | None = Field(description="the number of the batch that holds anew what was rejected of it")


class EntryAnswerView(View):
    entry_id: UUID
    answer: EntryVerdict = Field(validation_alias="verdict")
    erp_reference: str | None
    code: str | None
    reason: str | None


class AnswerView(View):
    """What the ERP said at once; `entries` are those that it rejected by name."""

    verdict: Verdict
    erp_reference: str | None
    reason: str | None
    entries: list[EntryAnswerView]
    answered_at: datetime
    answered_by: str


class BatchInFullView(BatchView):
    answers: list[AnswerView]


def in_full(found: BatchInFull) -> BatchInFullView:
    """One batch and everything the ERP said of it."""
    batch = found.batch
    return BatchInFullView(
        id=batch.id,
        number=batch.number,
        legal_entity=batch.scope.legal_entity,
        period_starts_on=batch.scope.period_starts_on,
        currency=batch.scope.currency,
        target=batch.scope.target,
        status=found.standing.status,
        entry_count=batch.entry_count,
        line_count=batch.line_count,
        debit_total=batch.debit_total,
        credit_total=batch.credit_total,
        thread_ids=list(batch.thread_ids),
        sha256=batch.sha256,
        manifest_sha256=batch.manifest_sha256,
        previous_sha256=batch.previous_sha256,
        sealed_at=batch.sealed_at,
        sealed_by=batch.sealed_by,
        corrects=None if batch.corrects is None else batch.corrects.number,
        corrected_in=max(found.corrected_in, default=None),
        answers=[AnswerView.model_validate(one) for one in found.answers],
    )

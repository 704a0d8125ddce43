"""Sealing batches, and taking the ERP's answer."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.billing.account_mappings.queries import mapped_accounts
from services.billing.batch_receivers.queries import received_by
from services.billing.batches.model.batch import (
    Answer,
    BatchStatus,
    EntryRejection,
    ExportBatch,
    NoSuchBatch,
    NothingToSeal,
    Scope,
    Verdict,
    batched,
    check_answer,
    seal,
)
from services.billing.batches.store import answers, batches
from services.billing.ledger import queries as ledger
from services.billing.permissions import Permission
from shared.contracts.billing import Acknowledgement, LedgerBatchAcknowledged, LedgerBatchSealed
from shared.work import Work


async def seal_batch(work: Work, batch_id: UUID, scope: Scope) -> ExportBatch:
    """Close every entry of the month and currency that is in no batch yet into the next batch of the chain.

    Raises NoBooks, NothingToSeal and UnmappedAccounts, each of which leaves everything as it was.
    """
    work.actor.must(Permission.SEAL_BATCHES)
    chart = await ledger.books_of(work, scope.legal_entity)
    chain_end = await batches.lock_chain(work, scope.legal_entity)
    waiting = await batches.unsealed(work, scope)
    if not waiting:
        raise NothingToSeal()
    entries = await ledger.entries_in_full(work, waiting)
    erp_accounts = await mapped_accounts(work, scope.legal_entity, target=scope.target)
    lines = batched(entries, chart, erp_accounts)
    batch = seal(batch_id, scope, lines, after=chain_end, at=work.now, by=work.actor.subject)
    await batches.add(work, batch)
    work.publish(_sealed(batch))
    return batch


async def acknowledge_batch(
    work: Work,
    batch_id: UUID,
    *,
    verdict: Verdict,
    erp_reference: str | None,
    reason: str | None,
    rejections: Sequence[EntryRejection],
) -> BatchStatus:
    """Keep what the ERP says of a batch of a legal entity it receives; accepted is final."""
    work.actor.must(Permission.ACKNOWLEDGE_BATCHES)
    own = batches.received(await received_by(work, work.actor.subject))
    batch = await batches.batch(work, batch_id, may_see=own)
    if batch is None:
        raise NoSuchBatch()
    await batches.lock_chain(work, batch.scope.legal_entity)  # one answer after the other
    status, attempts = await answers.status(work, batch_id)
    answer = Answer(verdict, erp_reference, reason, tuple(rejections), work.now, work.actor.subject)
    check_answer(answer, batch.entry_ids, status=status)
    await answers.add(work, batch_id, answer, attempt=attempts + 1)
    work.publish(_acknowledged(batch, answer))
    return BatchStatus(verdict.value)


def _sealed(batch: ExportBatch) -> LedgerBatchSealed:
    return LedgerBatchSealed(
        batch_id=batch.id,
        number=batch.number,
        legal_entity=batch.scope.legal_entity,
        period_starts_on=batch.scope.period_starts_on,
        currency=batch.scope.currency,
        entry_count=batch.entry_count,
        line_count=batch.line_count,
        debit_total=batch.debit_total,
        credit_total=batch.credit_total,
        sha256=batch.sha256,
        manifest_sha256=batch.manifest_sha256,
        previous_sha256=batch.previous_sha256,
        thread_ids=list(batch.thread_ids),
    )


def _acknowledged(batch: ExportBatch, answer: Answer) -> LedgerBatchAcknowledged:
    return LedgerBatchAcknowledged(
        batch_id=batch.id,
        number=batch.number,
        answer=Acknowledgement(answer.verdict.value),
        erp_reference=answer.erp_reference,
        reason=answer.reason,
    )

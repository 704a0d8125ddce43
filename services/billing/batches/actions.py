"""Sealing batches, and taking the ERP's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from services.billing.account_mappings.queries import mapped_accounts
from services.billing.batch_receivers.queries import received_by
from services.billing.batches.model.answers import (
    Answer,
    BatchStatus,
    EntryAnswer,
    Standing,
    Verdict,
    check_answer,
    is_news,
    new_of,
)
from services.billing.batches.model.batch import (
    Corrected,
    ExportBatch,
    Link,
    NoSuchBatch,
    NothingToCorrect,
    NothingToSeal,
    Scope,
    batched,
    seal,
)
from services.billing.batches.model.renderings.renderers import Renderer, rendered
from services.billing.batches.model.renderings.sealed import read_batch
from services.billing.batches.store import answers, batches
from services.billing.feed_settings import queries as feeds
from services.billing.ledger import queries as ledger
from services.billing.permissions import Permission
from services.billing.webhooks.actions import tell
from shared.contracts.billing import Acknowledgement, LedgerBatchAcknowledged, LedgerBatchSealed
from shared.work import Work


async def seal_batch(work: Work, batch_id: UUID, scope: Scope) -> ExportBatch:
    """Close every entry of the month and currency that is in no batch yet into the next batch of the chain.

    A target that is one of the feeds is tried in its form first. Raises NoBooks, NothingToSeal, UnmappedAccounts,
    FeedNotSetUp and CannotRender, each of which leaves everything as it was.
    """
    work.actor.must(Permission.SEAL_BATCHES)
    await ledger.books_of(work, scope.legal_entity)
    chain_end = await batches.lock_chain(work, scope.legal_entity)
    waiting = await batches.unsealed(work, scope)
    if not waiting:
        raise NothingToSeal()
    return await _close(work, batch_id, scope, waiting, after=chain_end)


async def correct_batch(work: Work, batch_id: UUID, wrong_id: UUID) -> ExportBatch:
    """Close what the ERP rejected of a batch into a new one, with the accounts as they are mapped now.

    Raises NoSuchBatch, NothingToCorrect, UnmappedAccounts, FeedNotSetUp and CannotRender, each of which leaves
    everything as it was.
    """
    work.actor.must(Permission.SEAL_BATCHES)
    wrong = await batches.batch(work, wrong_id, may_see=batches.EVERY)
    if wrong is None:
        raise NoSuchBatch()
    chain_end = await batches.lock_chain(work, wrong.scope.legal_entity)
    gone = await batches.corrected_in(work, wrong_id)
    again = [entry_id for entry_id in await answers.rejected(work, wrong_id) if entry_id not in gone]
    if not again:
        raise NothingToCorrect()
    corrected = Corrected(wrong.id, wrong.number, wrong.manifest_sha256)
    return await _close(work, batch_id, wrong.scope, again, after=chain_end, corrects=corrected)


async def acknowledge_batch(
    work: Work,
    batch_id: UUID,
    *,
    verdict: Verdict,
    erp_reference: str | None,
    reason: str | None,
    entries: Sequence[EntryAnswer],
) -> Standing:
    """Keep what the ERP says of a batch that it receives, unless it was said before; gives how the batch stands.

    Raises NoSuchBatch, AlreadyAccepted, CorrectedSince, and what `check_answer` does.
    """
    work.actor.must(Permission.ACKNOWLEDGE_BATCHES)
    own = batches.received(await received_by(work, work.actor.subject))
    batch = await batches.batch(work, batch_id, may_see=own)
    if batch is None:
        raise NoSuchBatch()
    await batches.lock_chain(work, batch.scope.legal_entity)  # one answer after the other
    answer = Answer(verdict, erp_reference, reason, tuple(entries), work.now, work.actor.subject)
    check_answer(answer, frozenset(batch.entry_ids))
    standing = await answers.standing(work, batch_id, entries=batch.entry_count)
    new = await _what_is_new(work, batch, answer, standing)
    if new is None:
        return standing
    standing, attempt = await answers.add(work, batch_id, answer, new, entries=batch.entry_count)
    if standing.status is not BatchStatus.PARTLY:
        event = _acknowledged(batch, answer, standing)
        work.publish(event)
        await tell(work, event, batch.scope.legal_entity, turn=attempt)
    return standing


async def _what_is_new(
    work: Work, batch: ExportBatch, answer: Answer, standing: Standing
) -> Sequence[EntryAnswer] | None:
    """The entries that an answer says something new of by name; None if all of it was said before."""
    corrected = await batches.corrected_in(work, batch.id)
    if answer.verdict is Verdict.BY_ENTRY:
        known = await answers.last_of(work, batch.id, [one.entry_id for one in answer.entries])
        return new_of(answer.entries, known, corrected=corrected) or None
    before = await answers.of_batch(work, batch.id)
    return answer.entries if is_news(answer, before, standing, corrected=bool(corrected)) else None


async def _close(
    work: Work,
    batch_id: UUID,
    scope: Scope,
    entry_ids: Sequence[UUID],
    *,
    after: Link,
    corrects: Corrected | None = None,
) -> ExportBatch:
    chart = await ledger.books_of(work, scope.legal_entity)
    entries = await ledger.entries_in_full(work, entry_ids)
    erp_accounts = await mapped_accounts(work, scope.legal_entity, target=scope.target)
    lines = batched(entries, chart, erp_accounts)
    batch = seal(batch_id, scope, lines, after=after, at=work.now, by=work.actor.subject, corrects=corrects)
    await _try_form(work, batch)
    await batches.add(work, batch)
    event = _sealed(batch)
    work.publish(event)
    await tell(work, event, scope.legal_entity, turn=1)
    return batch


async def _try_form(work: Work, batch: ExportBatch) -> None:
    renderer = next((each for each in Renderer if each.feed is not None and each.feed == batch.scope.target), None)
    if renderer is None or renderer.feed is None:
        return
    made = await feeds.in_force(work, legal_entity=batch.scope.legal_entity, feed=renderer.feed, at=work.now)
    sealed = read_batch(batch.manifest, batch.canonical)
    await asyncio.to_thread(rendered, sealed, renderer, made.settings if made else None)


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
        corrects_batch_id=None if batch.corrects is None else batch.corrects.batch_id,
    )


def _acknowledged(batch: ExportBatch, answer: Answer, standing: Standing) -> LedgerBatchAcknowledged:
    return LedgerBatchAcknowledged(
        batch_id=batch.id,
        number=batch.number,
        answer=Acknowledgement(standing.status.value),
        erp_reference=answer.erp_reference,
        reason=answer.reason,
    )

"""Reading batches: lists, bytes, answers, proofs; the ERP sees those of its own legal entities only."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Row, Select, String, Uuid, cast, column, func, select, text, true

from services.billing.account_mappings.queries import mapped_accounts
from services.billing.batch_receivers.model import NotReceived, Receiver
from services.billing.batch_receivers.queries import received_by
from services.billing.batches.model.answers import Answer, BatchStatus, EntryState, Standing
from services.billing.batches.model.batch import AheadOfChain, ExportBatch, NoSuchBatch, Preview, Scope
from services.billing.batches.model.renderings.renderers import NoSuchPart, Renderer, rendered
from services.billing.batches.model.renderings.sealed import RenderedFile, read_batch
from services.billing.batches.model.verification import Check, verified
from services.billing.batches.store import answers, waiting
from services.billing.batches.store import batches as sealed
from services.billing.batches.store.batches import export_batches
from services.billing.feed_settings import queries as feeds
from services.billing.feed_settings.model import FeedSettings
from services.billing.ledger import queries as ledger
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.reasons import because
from shared.work import Work


@dataclass(frozen=True)
class BatchInFull:
    """A batch, how it stands, what the ERP said of it, and in which batches what it rejected went on."""

    batch: ExportBatch
    standing: Standing
    answers: list[Answer]
    corrections: Mapping[UUID, int]

    @property
    def corrected_in(self) -> list[int]:
        """The numbers of the batches that correct it."""
        return sorted(set(self.corrections.values()))

    @property
    def may_be_corrected(self) -> bool:
        """Whether something is rejected that is in no correction yet."""
        return self.standing.rejected > len(self.corrections)


@dataclass(frozen=True)
class Chain:
    """Batches in the order of their numbers, where to go on, and whether there are more already."""

    items: Sequence[Row[Any]]
    next: int
    more: bool


STATUS = func.coalesce(cast(answers.LAST_ANSWER.c.status, String), BatchStatus.SEALED.value).label("status")
other = export_batches.alias("other")
CORRECTS = select(other.c.number).where(other.c.id == export_batches.c.corrects_id)
CORRECTED_IN = select(func.max(other.c.number)).where(other.c.corrects_id == export_batches.c.id)
HEADS = select(
    *sealed.HEAD,
    STATUS,
    CORRECTS.scalar_subquery().label("corrects"),
    CORRECTED_IN.scalar_subquery().label("corrected_in"),
).outerjoin_from(export_batches, answers.LAST_ANSWER, answers.LAST_ANSWER.c.batch_id == export_batches.c.id)
# What was last said of each entry of a batch, and where it went on.
ENTRIES = text(
    """
    select held.number, held.entry_id, entry.posted_on, entry.text, coalesce(said.verdict, 'waiting') as answer,
           said.erp_reference, said.code, said.reason, later.number as corrected_in
      from export_batch_entries held
      join journal_entries entry on entry.id = held.entry_id
      left join lateral (select verdict, erp_reference, code, reason from entry_answers
                          where batch_id = held.batch_id and entry_id = held.entry_id
                          order by attempt desc limit 1) said on true
      left join export_batch_entries again on again.entry_id = held.entry_id and again.turn = held.turn + 1
      left join export_batches later on later.id = again.batch_id
     where held.batch_id = :batch_id
    """
)
ENTRY_KEYS = (column("number", Integer),)
ENTRY_COLUMNS = (
    *ENTRY_KEYS,
    column("entry_id", Uuid),
    column("posted_on", Date),
    column("text", String),
    column("answer", String),
    column("erp_reference", String),
    column("code", String),
    column("reason", String),
    column("corrected_in", Integer),
)


@dataclass(frozen=True)
class BatchedEntryState:
    """An entry of a batch and what the ERP said of it last."""

    number: int
    entry_id: UUID
    posted_on: date
    text: str
    answer: EntryState
    erp_reference: str | None
    code: str | None
    reason: str | None
    corrected_in: int | None


@dataclass(frozen=True)
class FileOfBatch:
    """One of the `parts` files that a batch is in some form."""

    file: RenderedFile
    part: int
    parts: int


async def batches(work: Work, *, legal_entity: str | None, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The batches one may see, the newest first."""
    wanted = HEADS.where(await _may_see(work))
    if legal_entity is not None:
        wanted = wanted.where(export_batches.c.legal_entity == legal_entity)
    keys = (export_batches.c.sealed_at, export_batches.c.id)
    return await page(work.session, wanted, keys=keys, cursor=cursor, limit=limit, descending=True)


async def to_correct(work: Work, *, limit: int) -> Sequence[Row[Any]]:
    """Batches of which the ERP rejected something that no later batch corrects, the oldest first."""
    work.actor.must(Permission.SEE_BATCHES)
    found = HEADS.where(await _may_see(work)).subquery()
    wanted = select(found).where(
        found.c.status.in_((BatchStatus.REJECTED, BatchStatus.PARTLY)), found.c.corrected_in.is_(None)
    )
    return (await work.session.execute(wanted.order_by(found.c.sealed_at, found.c.id).limit(limit))).all()


async def chain(work: Work, *, legal_entity: str, after: int, limit: int) -> Chain:
    """The batches of a chain that follow number `after`, `limit` at most. Raises NoBooks, NotReceived, AheadOfChain."""
    own = await _receivers(work)
    if own is None:
        await ledger.books_of(work, legal_entity)
    elif legal_entity not in {one.legal_entity for one in own}:
        raise NotReceived()
    if after > (last := await sealed.last_number(work, legal_entity)):
        raise AheadOfChain(
            because(
                "The last batch of %(legal_entity)s has the number %(last)s.", legal_entity=legal_entity, last=last
            ),
            field="/after",
        )
    behind: Select[Any] = HEADS.where(
        _among(own), export_batches.c.legal_entity == legal_entity, export_batches.c.number > after
    )
    found = (await work.session.execute(behind.order_by(export_batches.c.number).limit(limit + 1))).all()
    items = found[:limit]
    return Chain(items, items[-1].number if items else after, more=len(found) > limit)


async def batch(work: Work, batch_id: UUID) -> BatchInFull:
    """One batch with what was answered; raises NoSuchBatch."""
    found = await _batch(work, batch_id)
    standing = await answers.standing(work, batch_id, entries=found.entry_count)
    corrections = await sealed.corrected_in(work, batch_id)
    return BatchInFull(found, standing, await answers.of_batch(work, batch_id), corrections)


async def entries_of(
    work: Work, batch_id: UUID, *, answer: EntryState | None, cursor: str | None, limit: int
) -> Page[BatchedEntryState]:
    """The entries of a batch by number with what the ERP said of each; raises NoSuchBatch."""
    await _batch(work, batch_id)
    entries = ENTRIES.bindparams(batch_id=batch_id).columns(*ENTRY_COLUMNS).subquery("entries")
    rows = select(*ENTRY_COLUMNS).select_from(entries)
    if answer is not None:
        rows = rows.where(entries.c.answer == answer.value)
    found = await page(work.session, rows, keys=ENTRY_KEYS, cursor=cursor, limit=limit)
    return Page([BatchedEntryState(**row._mapping) for row in found.items], found.next)


async def sealed_bytes(work: Work, batch_id: UUID) -> ExportBatch:
    """One batch for its bytes; raises NoSuchBatch."""
    return await _batch(work, batch_id)


async def rendering(
    work: Work, batch_id: UUID, renderer: Renderer, *, part: int, settings_version: int | None
) -> FileOfBatch:
    """One of the files that are the batch in the form of `renderer`, made of its sealed bytes.

    It is the same at every call: without a version, the settings are those that were in force when it was sealed, or
    the first ones made since. Raises NoSuchBatch, FeedNotSetUp, CannotRender, NoSuchPart.
    """
    found = await _batch(work, batch_id)
    made = await _settings(work, found, renderer, version=settings_version)
    files = await asyncio.to_thread(_files, found, renderer, made)
    if not 1 <= part <= len(files):
        raise NoSuchPart(
            because("There are %(count)s files of this batch for %(renderer)s.", count=len(files), renderer=renderer),
            field="/part",
        )
    return FileOfBatch(files[part - 1], part, len(files))


async def feeds_of(work: Work, batch: ExportBatch) -> dict[Renderer, FeedSettings | None]:
    """Every form, and the newest settings of its system for the legal entity of `batch`."""
    made = await feeds.set_up(work, batch.scope.legal_entity)
    return {renderer: made.get(renderer.feed) if renderer.feed else None for renderer in Renderer}


async def verification(work: Work, batch_id: UUID) -> list[Check]:
    """The batch proved again from bytes, chain and journal; raises NoSuchBatch."""
    found = await _batch(work, batch_id)
    before = await sealed.manifest_before(work, found)
    journal = await ledger.entries_in_full(work, found.entry_ids)
    return verified(found, before=before, journal=journal)


async def preview(work: Work, scope: Scope) -> Preview:
    """What sealing would take now, and what stands in its way. Raises NoBooks."""
    work.actor.must(Permission.SEE_LEDGER)
    await ledger.books_of(work, scope.legal_entity)
    entries, debit, credit = await waiting.counted(work, scope)
    mapped = await mapped_accounts(work, scope.legal_entity, target=scope.target)
    used = await waiting.accounts_used(work, scope)
    return Preview(scope, entries, debit, credit, {code: name for code, name in used.items() if code not in mapped})


async def unsealed_in(work: Work, legal_entity: str, *, starts_on: date) -> int:
    """How many entries of a month are in no batch yet, for other features of billing."""
    return await sealed.count_unsealed(work, legal_entity, starts_on=starts_on)


def _files(batch: ExportBatch, renderer: Renderer, made: FeedSettings | None) -> list[RenderedFile]:
    return rendered(read_batch(batch.manifest, batch.canonical), renderer, made.settings if made else None)


async def _settings(work: Work, batch: ExportBatch, renderer: Renderer, *, version: int | None) -> FeedSettings | None:
    if renderer.feed is None:
        return None
    entity, feed = batch.scope.legal_entity, renderer.feed
    if version is not None:
        return await feeds.of_version(work, legal_entity=entity, feed=feed, version=version)
    return await feeds.in_force(work, legal_entity=entity, feed=feed, at=batch.sealed_at)


async def _batch(work: Work, batch_id: UUID) -> ExportBatch:
    found = await sealed.batch(work, batch_id, may_see=await _may_see(work))
    if found is None:
        raise NoSuchBatch()
    return found


async def _may_see(work: Work) -> ColumnElement[bool]:
    return _among(await _receivers(work))


async def _receivers(work: Work) -> list[Receiver] | None:
    """What the caller is appointed to receive; None for those who see all of the books."""
    work.actor.must(Permission.SEE_BATCHES)
    return None if work.actor.may(Permission.SEE_LEDGER) else await received_by(work, work.actor.subject)


def _among(own: list[Receiver] | None) -> ColumnElement[bool]:
    return true() if own is None else sealed.received(own)

"""Reading batches: lists, bytes, answers, proofs; the ERP sees those of its own legal entities only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, String, cast, func, select, true

from services.billing.account_mappings.queries import mapped_accounts
from services.billing.batch_receivers.model import NotReceived, Receiver
from services.billing.batch_receivers.queries import received_by
from services.billing.batches.model.batch import (
    AheadOfChain,
    Answer,
    BatchStatus,
    ExportBatch,
    NoSuchBatch,
    Preview,
    Scope,
)
from services.billing.batches.model.renderings import Renderer, rendered
from services.billing.batches.model.verification import Check, verified
from services.billing.batches.store import answers, waiting
from services.billing.batches.store import batches as sealed
from services.billing.batches.store.batches import export_batches
from services.billing.ledger import queries as ledger
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work


@dataclass(frozen=True)
class BatchInFull:
    """A batch, how it stands, and everything the ERP said of it."""

    batch: ExportBatch
    status: BatchStatus
    answers: list[Answer]


@dataclass(frozen=True)
class Chain:
    """Batches in the order of their numbers, where to go on, and whether there are more already."""

    items: Sequence[Row[Any]]
    next: int
    more: bool


STATUS = func.coalesce(cast(answers.LAST_ANSWER.c.verdict, String), BatchStatus.SEALED.value).label("status")
HEADS = select(*sealed.HEAD, STATUS).outerjoin_from(
    export_batches, answers.LAST_ANSWER, answers.LAST_ANSWER.c.batch_id == export_batches.c.id
)


async def batches(work: Work, *, legal_entity: str | None, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The batches one may see, the newest first."""
    wanted = HEADS.where(await _may_see(work))
    if legal_entity is not None:
        wanted = wanted.where(export_batches.c.legal_entity == legal_entity)
    keys = (export_batches.c.sealed_at, export_batches.c.id)
    return await page(work.session, wanted, keys=keys, cursor=cursor, limit=limit, descending=True)


async def chain(work: Work, *, legal_entity: str, after: int, limit: int) -> Chain:
    """The batches of a chain that follow number `after`, `limit` at most. Raises NoBooks, NotReceived, AheadOfChain."""
    own = await _receivers(work)
    if own is None:
        await ledger.books_of(work, legal_entity)
    elif legal_entity not in {one.legal_entity for one in own}:
        raise NotReceived()
    if after > (last := await sealed.last_number(work, legal_entity)):
        raise AheadOfChain(f"The last batch of {legal_entity} has the number {last}.", field="/after")
    behind: Select[Any] = HEADS.where(
        _among(own), export_batches.c.legal_entity == legal_entity, export_batches.c.number > after
    )
    found = (await work.session.execute(behind.order_by(export_batches.c.number).limit(limit + 1))).all()
    items = found[:limit]
    return Chain(items, items[-1].number if items else after, more=len(found) > limit)


async def batch(work: Work, batch_id: UUID) -> BatchInFull:
    """One batch with what was answered; raises NoSuchBatch."""
    found = await _batch(work, batch_id)
    status, _ = await answers.status(work, batch_id)
    return BatchInFull(found, status, await answers.of_batch(work, batch_id))


async def sealed_bytes(work: Work, batch_id: UUID) -> ExportBatch:
    """One batch for its bytes; raises NoSuchBatch."""
    return await _batch(work, batch_id)


async def rendering(work: Work, batch_id: UUID, renderer: Renderer) -> str:
    """The batch as `renderer` writes it, made of its canonical bytes; raises NoSuchBatch."""
    found = await _batch(work, batch_id)
    return rendered(found.canonical, renderer)


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

"""How sealed batches are kept: their exact bytes, what is in them, who may fetch them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Row,
    String,
    Uuid,
    and_,
    column,
    exists,
    false,
    func,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import insert

from services.billing.batch_receivers.model import Receiver
from services.billing.batches.model.batch import Corrected, ExportBatch, Link, Scope
from services.billing.tables import schema
from shared.database import amount, belongs_to, found_by, only_one
from shared.period import month_of
from shared.work import Work

batch_chains = schema.table(
    "batch_chains",
    Column("legal_entity", String, primary_key=True),
    Column("last_number", Integer, nullable=False),
    Column("last_manifest_sha256", String),
    counter="last_number",
)
export_batches = schema.table(
    "export_batches",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("period_starts_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("target", String, nullable=False),
    Column("entry_count", Integer, nullable=False),
    Column("line_count", Integer, nullable=False),
    amount("debit_total"),
    amount("credit_total"),
    Column("thread_ids", ARRAY(Uuid), nullable=False),
    Column("canonical", LargeBinary, nullable=False),
    Column("manifest", LargeBinary, nullable=False),
    Column("sha256", String, nullable=False),
    Column("manifest_sha256", String, nullable=False),
    Column("previous_sha256", String),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
    Column("sealed_by", String, nullable=False),
    Column("corrects_id", Uuid),
    belongs_to("corrects_id", "export_batches"),
    only_one("legal_entity", "number"),
    found_by("corrects_id", why="in which batch another one was corrected", where="corrects_id is not null"),
    found_by("sealed_at", "id", why="list of batches, the newest first"),
    append_only=True,
)
export_batch_entries = schema.table(
    "export_batch_entries",
    Column("entry_id", Uuid, primary_key=True),
    # 1 in the batch that takes it first, then one more in each correction: never in two at once.
    Column("turn", Integer, primary_key=True, autoincrement=False, server_default="1"),
    Column("batch_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    only_one("batch_id", "number"),
    belongs_to("entry_id", "journal_entries"),
    belongs_to("batch_id", "export_batches"),
    append_only=True,
)

# What sealing asks of the journal: which entries wait.
journal = table(
    "journal_entries",
    column("id", Uuid),
    column("legal_entity", String),
    column("currency", String),
    column("posted_on", Date),
)
HEAD = [column for column in export_batches.c if column.name not in ("tenant_id", "canonical", "manifest")]


EVERY: ColumnElement[bool] = true()


async def lock_chain(work: Work, legal_entity: str) -> Link:
    """The end of a legal entity's chain, locked until this work ends: numbers follow each other without gaps."""
    start = insert(batch_chains).values(legal_entity=legal_entity, last_number=0)
    await work.session.execute(start.on_conflict_do_nothing())
    chain = select(batch_chains).where(batch_chains.c.legal_entity == legal_entity).with_for_update()
    row = (await work.session.execute(chain)).one()
    return Link(row.last_number, row.last_manifest_sha256)


async def unsealed(work: Work, scope: Scope) -> Sequence[UUID]:
    """The entries of a month and currency that are in no batch."""
    return (await work.session.scalars(select(journal.c.id).where(*unsealed_in_scope(scope)))).all()


async def count_unsealed(work: Work, legal_entity: str, *, starts_on: date) -> int:
    """How many entries of a month, in any currency, are in no batch."""
    waiting = select(func.count()).select_from(journal).where(*_unsealed(legal_entity, starts_on))
    return await work.session.scalar(waiting) or 0


async def add(work: Work, batch: ExportBatch) -> None:
    """Keep a sealed batch and make it the end of its chain."""
    await work.session.execute(insert(export_batches).values(_batch_row(batch)))
    turns = {} if batch.corrects is None else await _last_turns(work, batch.corrects.batch_id)
    rows = [
        {"entry_id": entry_id, "turn": turns.get(entry_id, 0) + 1, "batch_id": batch.id, "number": number}
        for number, entry_id in enumerate(batch.entry_ids, start=1)
    ]
    await work.session.execute(insert(export_batch_entries), rows)
    await work.session.execute(
        batch_chains.update()
        .where(batch_chains.c.legal_entity == batch.scope.legal_entity)
        .values(last_number=batch.number, last_manifest_sha256=batch.manifest_sha256)
    )


async def batch(work: Work, batch_id: UUID, *, may_see: ColumnElement[bool]) -> ExportBatch | None:
    """One batch with its bytes, if it is among those one may see."""
    row = (await work.session.execute(select(export_batches).where(export_batches.c.id == batch_id, may_see))).first()
    if row is None:
        return None
    ids = await work.session.scalars(
        select(export_batch_entries.c.entry_id)
        .where(export_batch_entries.c.batch_id == batch_id)
        .order_by(export_batch_entries.c.number)
    )
    return _batch(row, tuple(ids), await _corrected(work, row.corrects_id))


async def corrected_in(work: Work, batch_id: UUID) -> dict[UUID, int]:
    """The entries of a batch that went on in a correction, and the number of the batch that took each of them."""
    later = export_batch_entries.alias("later")
    wanted = (
        select(later.c.entry_id, export_batches.c.number)
        .join_from(export_batch_entries, later, later.c.entry_id == export_batch_entries.c.entry_id)
        .join(export_batches, export_batches.c.id == later.c.batch_id)
        .where(export_batch_entries.c.batch_id == batch_id, later.c.turn == export_batch_entries.c.turn + 1)
    )
    return {entry_id: number for entry_id, number in await work.session.execute(wanted)}


async def manifest_before(work: Work, sealed: ExportBatch) -> bytes | None:
    """The manifest of the batch before `sealed` in its chain; none before the first."""
    found: bytes | None = await work.session.scalar(
        select(export_batches.c.manifest).where(
            export_batches.c.legal_entity == sealed.scope.legal_entity, export_batches.c.number == sealed.number - 1
        )
    )
    return found


def received(receivers: Iterable[Receiver]) -> ColumnElement[bool]:
    """The batches that one of `receivers` is appointed for; none without any."""
    own = (and_(export_batches.c.legal_entity == one.legal_entity, _made_for(one.target)) for one in receivers)
    return or_(false(), *own)


async def last_number(work: Work, legal_entity: str) -> int:
    """How many batches a legal entity's chain has."""
    wanted = select(batch_chains.c.last_number).where(batch_chains.c.legal_entity == legal_entity)
    return await work.session.scalar(wanted) or 0


async def _last_turns(work: Work, batch_id: UUID) -> dict[UUID, int]:
    turns = select(export_batch_entries.c.entry_id, export_batch_entries.c.turn)
    wanted = turns.where(export_batch_entries.c.batch_id == batch_id)
    return {entry_id: turn for entry_id, turn in await work.session.execute(wanted)}


def _made_for(target: str | None) -> ColumnElement[bool]:
    return true() if target is None else export_batches.c.target == target


def unsealed_in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """What is true of the journal's entries that a batch of `scope` would take."""
    return [*_unsealed(scope.legal_entity, scope.period_starts_on), journal.c.currency == scope.currency]


def _unsealed(legal_entity: str, starts_on: date) -> list[ColumnElement[bool]]:
    sealed = exists(select(1).where(export_batch_entries.c.entry_id == journal.c.id).correlate(journal))
    return [
        journal.c.legal_entity == legal_entity,
        journal.c.posted_on >= starts_on,
        journal.c.posted_on < month_of(starts_on).ends_before,
        ~sealed,
    ]


def _batch_row(batch: ExportBatch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "legal_entity": batch.scope.legal_entity,
        "number": batch.number,
        "period_starts_on": batch.scope.period_starts_on,
        "currency": batch.scope.currency,
        "target": batch.scope.target,
        "entry_count": batch.entry_count,
        "line_count": batch.line_count,
        "debit_total": batch.debit_total,
        "credit_total": batch.credit_total,
        "thread_ids": list(batch.thread_ids),
        "canonical": batch.canonical,
        "manifest": batch.manifest,
        "sha256": batch.sha256,
        "manifest_sha256": batch.manifest_sha256,
        "previous_sha256": batch.previous_sha256,
        "sealed_at": batch.sealed_at,
        "sealed_by": batch.sealed_by,
        "corrects_id": None if batch.corrects is None else batch.corrects.batch_id,
    }


async def _corrected(work: Work, batch_id: UUID | None) -> Corrected | None:
    wanted = select(export_batches.c.id, export_batches.c.number, export_batches.c.manifest_sha256)
    row = (await work.session.execute(wanted.where(export_batches.c.id == batch_id))).first() if batch_id else None
    return None if row is None else Corrected(*row)


def _batch(row: Row[Any], entry_ids: tuple[UUID, ...], corrects: Corrected | None) -> ExportBatch:
    return ExportBatch(
        id=row.id,
        scope=Scope(row.legal_entity, row.period_starts_on, row.currency, row.target),
        number=row.number,
        entry_count=row.entry_count,
        line_count=row.line_count,
        debit_total=row.debit_total,
        credit_total=row.credit_total,
        thread_ids=tuple(row.thread_ids),
        entry_ids=entry_ids,
        canonical=row.canonical,
        manifest=row.manifest,
        sha256=row.sha256,
        manifest_sha256=row.manifest_sha256,
        previous_sha256=row.previous_sha256,
        sealed_at=row.sealed_at,
        sealed_by=row.sealed_by,
        corrects=corrects,
    )

"""How the ERP's answers are kept, every one of them, and what each means for every entry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, Row, Select, String, Text, Uuid, exists, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from services.billing.batches.model.answers import (
    Answer,
    BatchStatus,
    EntryAnswer,
    EntryVerdict,
    Standing,
    Verdict,
)
from services.billing.batches.store.batches import export_batch_entries
from services.billing.tables import schema
from shared.database import belongs_to, choice
from shared.work import Work

batch_answers = schema.table(
    "batch_answers",
    Column("batch_id", Uuid, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    choice("verdict", Verdict),
    Column("erp_reference", String),
    Column("reason", Text),
    # What became of the batch by it.
    choice("status", BatchStatus),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    Column("answered_by", String, nullable=False),
    belongs_to("batch_id", "export_batches"),
    append_only=True,
)
entry_answers = schema.table(
    "entry_answers",
    Column("batch_id", Uuid, primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    choice("verdict", EntryVerdict),
    Column("erp_reference", String),
    Column("code", String),
    Column("reason", Text),
    belongs_to("batch_id", "export_batches"),
    belongs_to("entry_id", "journal_entries"),
    append_only=True,
)
newer = batch_answers.alias("newer")
LAST_ANSWER = (
    select(batch_answers.c.batch_id, batch_answers.c.status)
    .where(
        ~exists().where(
            newer.c.batch_id == batch_answers.c.batch_id,
            newer.c.attempt > batch_answers.c.attempt,
        )
    )
    .subquery("last_answer")
)
ENTRY_FIELDS = [entry_answers.c[name] for name in EntryAnswer.__dataclass_fields__]
LAST_OF_ENTRIES = (
    select(*ENTRY_FIELDS, entry_answers.c.batch_id)
    .ext(distinct_on(entry_answers.c.batch_id, entry_answers.c.entry_id))
    .order_by(entry_answers.c.batch_id, entry_answers.c.entry_id, entry_answers.c.attempt.desc())
)


async def standing(work: Work, batch_id: UUID, *, entries: int) -> Standing:
    """How many of a batch's `entries` were last accepted, and how many rejected."""
    last = LAST_OF_ENTRIES.where(entry_answers.c.batch_id == batch_id).subquery()
    counted = select(last.c.verdict, func.count()).group_by(last.c.verdict)
    counts = {EntryVerdict(verdict): number for verdict, number in await work.session.execute(counted)}
    return Standing(entries, counts.get(EntryVerdict.ACCEPTED, 0), counts.get(EntryVerdict.REJECTED, 0))


async def last_of(work: Work, batch_id: UUID, entry_ids: Collection[UUID]) -> dict[UUID, EntryAnswer]:
    """What was last said of each of these entries."""
    said: Select[Any] = LAST_OF_ENTRIES.where(
        entry_answers.c.batch_id == batch_id, entry_answers.c.entry_id.in_(entry_ids)
    )
    return {row.entry_id: _entry_answer(row) for row in await work.session.execute(said)}


async def rejected(work: Work, batch_id: UUID) -> list[UUID]:
    """The entries of a batch that were last rejected."""
    last = LAST_OF_ENTRIES.where(entry_answers.c.batch_id == batch_id).subquery()
    return list(await work.session.scalars(select(last.c.entry_id).where(last.c.verdict == EntryVerdict.REJECTED)))


async def add(
    work: Work, batch_id: UUID, answer: Answer, new: Sequence[EntryAnswer], *, entries: int
) -> tuple[Standing, int]:
    """Keep what the ERP said: `new` of single entries, the answer itself of all others unless it is by entry.

    Gives how the batch stands now, and how many answers it has.
    """
    last = select(func.coalesce(func.max(batch_answers.c.attempt), 0)).where(batch_answers.c.batch_id == batch_id)
    attempt = (await work.session.scalar(last) or 0) + 1
    if new:
        rows = [{**vars(one), "batch_id": batch_id, "attempt": attempt} for one in new]
        await work.session.execute(insert(entry_answers), rows)
    if answer.verdict is not Verdict.BY_ENTRY:
        await _add_of_the_others(work, batch_id, answer, attempt)
    now = await standing(work, batch_id, entries=entries)
    await work.session.execute(
        insert(batch_answers).values(
            batch_id=batch_id,
            attempt=attempt,
            verdict=answer.verdict,
            erp_reference=answer.erp_reference,
            reason=answer.reason,
            status=now.status,
            accepted=now.accepted,
            rejected=now.rejected,
            answered_at=answer.answered_at,
            answered_by=answer.answered_by,
        )
    )
    return now, attempt


async def _add_of_the_others(work: Work, batch_id: UUID, answer: Answer, attempt: int) -> None:
    """Say of every entry that is not accepted, and not answered by `attempt` itself, what is said of the batch."""
    said = entry_answers.c.attempt == attempt
    final = entry_answers.c.verdict == EntryVerdict.ACCEPTED
    done = exists().where(
        entry_answers.c.batch_id == batch_id,
        entry_answers.c.entry_id == export_batch_entries.c.entry_id,
        said | final,
    )
    others = select(
        literal(batch_id, Uuid),
        export_batch_entries.c.entry_id,
        literal(attempt, Integer),
        literal(answer.verdict.value, String),
        literal(answer.erp_reference, String),
    ).where(export_batch_entries.c.batch_id == batch_id, ~done)
    columns = ["batch_id", "entry_id", "attempt", "verdict", "erp_reference"]
    await work.session.execute(insert(entry_answers).from_select(columns, others))


async def of_batch(work: Work, batch_id: UUID) -> list[Answer]:
    """Everything the ERP said of a batch, the first answer first, with the entries that it rejected by name."""
    named: dict[int, list[EntryAnswer]] = {}
    of_entries: Select[Any] = select(*ENTRY_FIELDS, entry_answers.c.attempt)
    own = entry_answers.c.reason.is_not(None)
    for row in await work.session.execute(of_entries.where(entry_answers.c.batch_id == batch_id, own)):
        named.setdefault(row.attempt, []).append(_entry_answer(row))
    said = select(batch_answers).where(batch_answers.c.batch_id == batch_id).order_by(batch_answers.c.attempt)
    return [_answer(row, named.get(row.attempt, ())) for row in await work.session.execute(said)]


def _answer(row: Row[Any], named: Sequence[EntryAnswer]) -> Answer:
    return Answer(
        verdict=row.verdict,
        erp_reference=row.erp_reference,
        reason=row.reason,
        entries=tuple(named),
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )


def _entry_answer(row: Row[Any]) -> EntryAnswer:
    fields: Mapping[str, Any] = {name: getattr(row, name) for name in EntryAnswer.__dataclass_fields__}
    return EntryAnswer(**fields)

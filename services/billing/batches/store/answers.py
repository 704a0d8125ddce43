"""How the ERP's answers are kept, every one of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, String, Text, Uuid, exists, select
from sqlalchemy.dialects.postgresql import insert

from services.billing.batches.model.batch import Answer, BatchStatus, EntryRejection, Verdict
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
    Column("answered_at", DateTime(timezone=True), nullable=False),
    Column("answered_by", String, nullable=False),
    belongs_to("batch_id", "export_batches"),
    append_only=True,
)
batch_rejections = schema.table(
    "batch_rejections",
    Column("batch_id", Uuid, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("entry_id", Uuid, primary_key=True),
    Column("reason", Text, nullable=False),
    belongs_to("entry_id", "export_batch_entries", key="entry_id"),
    append_only=True,
)
newer = batch_answers.alias("newer")
LAST_ANSWER = (
    select(batch_answers.c.batch_id, batch_answers.c.verdict)
    .where(
        ~exists().where(
            newer.c.batch_id == batch_answers.c.batch_id,
            newer.c.attempt > batch_answers.c.attempt,
        )
    )
    .subquery("last_answer")
)


async def status(work: Work, batch_id: UUID) -> tuple[BatchStatus, int]:
    """How a batch stands, and how often it was answered."""
    newest = select(batch_answers.c.verdict, batch_answers.c.attempt).where(batch_answers.c.batch_id == batch_id)
    row = (await work.session.execute(newest.order_by(batch_answers.c.attempt.desc()).limit(1))).first()
    return (BatchStatus.SEALED, 0) if row is None else (BatchStatus(row.verdict.value), row.attempt)


async def add(work: Work, batch_id: UUID, answer: Answer, *, attempt: int) -> None:
    """Keep what the ERP said."""
    await work.session.execute(
        insert(batch_answers).values(
            batch_id=batch_id,
            attempt=attempt,
            verdict=answer.verdict,
            erp_reference=answer.erp_reference,
            reason=answer.reason,
            answered_at=answer.answered_at,
            answered_by=answer.answered_by,
        )
    )
    if answer.entries:
        rejections = [
            {"batch_id": batch_id, "attempt": attempt, "entry_id": one.entry_id, "reason": one.reason}
            for one in answer.entries
        ]
        await work.session.execute(insert(batch_rejections), rejections)


async def of_batch(work: Work, batch_id: UUID) -> list[Answer]:
    """Everything the ERP said of a batch, the first answer first."""
    rejections: dict[int, list[EntryRejection]] = {}
    for row in await work.session.execute(select(batch_rejections).where(batch_rejections.c.batch_id == batch_id)):
        rejections.setdefault(row.attempt, []).append(EntryRejection(row.entry_id, row.reason))
    said = select(batch_answers).where(batch_answers.c.batch_id == batch_id).order_by(batch_answers.c.attempt)
    return [
        Answer(
            verdict=row.verdict,
            erp_reference=row.erp_reference,
            reason=row.reason,
            entries=tuple(rejections.get(row.attempt, ())),
            answered_at=row.answered_at,
            answered_by=row.answered_by,
        )
        for row in await work.session.execute(said)
    ]

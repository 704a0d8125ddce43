"""Reading recognised revenue: runs, the items behind each figure, and where a contract stands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.billing.contracts.model import NoSuchContract
from services.billing.ledger.queries import contract_books
from services.billing.permissions import Permission
from services.billing.recognition.model import NoSuchRecognition, NoSuchRun, RecognisedLine, RecognitionRun
from services.billing.recognition.store import contracts, items, recognised_lines, recognition_items, recognition_runs
from shared.database import Page, page
from shared.work import Work


@dataclass(frozen=True)
class Position:
    """Where a contract stands: one net balance, an asset or a liability (IFRS 15.105)."""

    contract_id: UUID
    currency: str
    recognised: Decimal
    billed: Decimal
    contract_asset: Decimal
    contract_liability: Decimal


async def run(work: Work, run_id: UUID) -> RecognitionRun:
    """One run with its lines; raises NoSuchRun."""
    work.actor.must(Permission.SEE_LEDGER)
    head = (await work.session.execute(select(recognition_runs).where(recognition_runs.c.id == run_id))).first()
    if head is None:
        raise NoSuchRun()
    columns = [recognised_lines.c[name] for name in RecognisedLine.__dataclass_fields__]
    rows = await work.session.execute(
        select(*columns)
        .where(recognised_lines.c.run_id == run_id)
        .order_by(recognised_lines.c.contract_number, recognised_lines.c.id)
    )
    lines = [RecognisedLine(*row) for row in rows]
    return RecognitionRun(
        head.id, head.legal_entity, head.period_starts_on, head.recognised_by, head.recognised_at, lines
    )


async def runs(work: Work, *, legal_entity: str, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The runs of a legal entity, the newest first."""
    work.actor.must(Permission.SEE_LEDGER)
    rows = select(recognition_runs).where(recognition_runs.c.legal_entity == legal_entity)
    keys = (recognition_runs.c.recognised_at, recognition_runs.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def origin(work: Work, line_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The items behind recognised revenue, by day; raises NoSuchRecognition."""
    work.actor.must(Permission.SEE_LEDGER)
    if await work.session.scalar(select(recognised_lines.c.id).where(recognised_lines.c.id == line_id)) is None:
        raise NoSuchRecognition()
    rows = (
        select(items, recognition_items.c.amount)
        .join_from(recognition_items, items, items.c.id == recognition_items.c.item_id)
        .where(recognition_items.c.line_id == line_id)
    )
    return await page(work.session, rows, keys=(items.c.day, items.c.id), cursor=cursor, limit=limit)


async def position(work: Work, contract_id: UUID) -> Position:
    """Recognised less billed is what a contract is owed or owes; raises NoSuchContract."""
    work.actor.must(Permission.SEE_LEDGER)
    currency = await work.session.scalar(select(contracts.c.currency).where(contracts.c.id == contract_id))
    if currency is None:
        raise NoSuchContract()
    books = await contract_books(work, contract_id)
    return Position(
        contract_id=contract_id,
        currency=currency,
        recognised=books.recognised,
        billed=books.billed,
        contract_asset=max(books.contract_balance, Decimal()),
        contract_liability=max(-books.contract_balance, Decimal()),
    )

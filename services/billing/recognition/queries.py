"""Reading recognised revenue: runs, the items behind each figure, and where a contract stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.billing.contracts.model import Contract, NoSuchContract
from services.billing.contracts.queries import contract as contract_found
from services.billing.ledger.queries import contract_books
from services.billing.legal_entities.queries import legal_entity
from services.billing.permissions import Permission
from services.billing.recognition.model.earned import (
    LossProvision,
    MeasuredLine,
    NoSuchRecognition,
    NoSuchRun,
    RecognisedLine,
    RecognitionRun,
    measured,
)
from services.billing.recognition.model.methods import RecognitionMethod, method_of
from services.billing.recognition.model.terms import RecognitionTerms, UninstalledMaterials
from services.billing.recognition.store import delivered, obligations
from services.billing.recognition.store.obligations import loss_provisions
from services.billing.recognition.store.runs import (
    contracts,
    items,
    recognised_lines,
    recognition_items,
    recognition_runs,
)
from shared import jobs
from shared.database import Page, page, read
from shared.period import Period
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


@dataclass(frozen=True)
class ContractRecognition:
    """How the revenue of a contract is recognised: by which method on each line, on which terms, and how far it is.

    `measured` are the lines whose revenue follows from an estimate or from time, with what they have earned by now.
    """

    contract: Contract
    terms: RecognitionTerms
    position: Position
    methods: dict[UUID, RecognitionMethod]
    measured: dict[UUID, MeasuredLine]
    materials: list[UninstalledMaterials]


async def of_contract(work: Work, contract_id: UUID) -> ContractRecognition:
    """How the revenue of one contract is recognised by the end of today; raises NoSuchContract."""
    work.actor.must(Permission.SEE_LEDGER)
    contract = await contract_found(work, contract_id)
    seller = await legal_entity(work, contract.legal_entity_id)
    before = work.now.date() + timedelta(days=1)
    lines = await obligations.measured_lines(work, seller.code, before=before, contract_ids=[contract_id])
    return ContractRecognition(
        contract=contract,
        terms=await obligations.known_terms(work, contract_id),
        position=await position(work, contract_id),
        methods={line.id: method_of(line.method, line.recognition_method) for line in contract.lines},
        measured={one.line.id: one for one in lines},
        materials=await obligations.materials_of(work, [line.id for line in contract.lines]),
    )


async def run(work: Work, run_id: UUID) -> RecognitionRun:
    """One run with its lines; raises NoSuchRun."""
    work.actor.must(Permission.SEE_LEDGER)
    head = (await work.session.execute(select(recognition_runs).where(recognition_runs.c.id == run_id))).first()
    if head is None:
        raise NoSuchRun()
    line = recognised_lines.c
    in_order = (line.contract_number, line.id)
    lines = await read(work.session, RecognisedLine, recognised_lines, line.run_id == run_id, order_by=in_order)
    return RecognitionRun(
        head.id,
        head.legal_entity,
        head.period_starts_on,
        head.recognised_by,
        head.recognised_at,
        lines,
        await _provisions(work, run_id),
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


async def _provisions(work: Work, run_id: UUID) -> list[LossProvision]:
    loss = loss_provisions.c
    in_order = (loss.contract_number, loss.id)
    return await read(work.session, LossProvision, loss_provisions, loss.run_id == run_id, order_by=in_order)


async def unrecognised_lines(work: Work, legal_entity: str, month: Period) -> int:
    """How many contract lines earned something by the end of a month that is not recognised, or nobody measured.

    For other features of billing.
    """
    before = month.ends_before or month.starts_on
    items_left = await delivered.delivered(work, legal_entity, month, contract_ids=None)
    priced = await obligations.measured_lines(work, legal_entity, before=before, contract_ids=None)
    lines = {item.contract_line_id for item in items_left}
    for one in priced:
        earned = measured(one, month)
        if one.obligation.earned_before(before) is None or (earned is not None and earned.amount):
            lines.add(one.line.id)
    return len(lines)


async def run_and_job(work: Work, run_id: UUID) -> tuple[RecognitionRun | None, Row[Any] | None]:
    """One run and the job that does it, where one does; raises NoSuchRun where there is neither."""
    job = await job_of_run(work, run_id)
    if job is None:
        return await run(work, run_id), None
    is_begun = await work.session.scalar(select(recognition_runs.c.id).where(recognition_runs.c.id == run_id))
    return await run(work, run_id) if is_begun else None, job


async def job_of_run(work: Work, run_id: UUID) -> Row[Any] | None:
    """How far the job of a run is; None where it was done at once."""
    work.actor.must(Permission.SEE_LEDGER)
    try:
        return await jobs.find(work, run_id)
    except jobs.NoSuchJob:
        return None


async def recognised_line(work: Work, line_id: UUID) -> Row[Any]:
    """What one run recognised on one contract line; raises NoSuchRecognition."""
    work.actor.must(Permission.SEE_LEDGER)
    found = (await work.session.execute(select(recognised_lines).where(recognised_lines.c.id == line_id))).first()
    if found is None:
        raise NoSuchRecognition()
    return found

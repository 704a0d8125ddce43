"""Contract lines whose revenue is measured, with all that their earned revenue follows from; and the policies on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, Date, Integer, Row, String, Text, Uuid, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from services.billing.progress.model import Measure, Measurement
from services.billing.recognition.model.earned import MeasuredLine, RecognitionRun, SoldLine
from services.billing.recognition.model.methods import CostEstimate, Obligation, RecognitionMethod
from services.billing.recognition.model.terms import RecognitionTerms, UninstalledMaterials
from services.billing.recognition.store.usual import IS_MEASURED, METHOD, amended, days_of, price_of
from services.billing.tables import schema
from shared.database import amount, belongs_to, choice, found_by, read, rule
from shared.work import Work

recognition_terms = schema.table(
    "recognition_terms",
    Column("id", Uuid, primary_key=True),
    Column("percent_precision", Integer),
    Column("provides_for_losses", Boolean, nullable=False),
    choice("measured_by", Measure),
    Column("version", Integer, nullable=False),
    belongs_to("id", "contracts"),
)
uninstalled_materials = schema.table(
    "uninstalled_materials",
    Column("id", Uuid, primary_key=True),
    Column("contract_line_id", Uuid, nullable=False),
    Column("delivered_on", Date, nullable=False),
    amount("cost"),
    Column("description", Text, nullable=False),
    Column("recorded_by", String, nullable=False),
    belongs_to("contract_line_id", "contract_lines"),
    found_by("contract_line_id", "delivered_on", why="materials of a line that were delivered by a day"),
    rule("cost_something", "cost > 0"),
    append_only=True,
)
loss_provisions = schema.table(
    "loss_provisions",
    Column("id", Uuid, primary_key=True),
    Column("run_id", Uuid, nullable=False),
    Column("contract_id", Uuid, nullable=False),
    Column("contract_number", String, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    amount("cumulative"),
    Column("entry_id", Uuid, nullable=False),
    belongs_to("run_id", "recognition_runs"),
    belongs_to("contract_id", "contracts"),
    belongs_to("entry_id", "journal_entries"),
    found_by("contract_id", why="what is provided for on a contract"),
    found_by("run_id", "contract_number", "id", why="what a run provided for"),
    append_only=True,
)
schema.map(RecognitionTerms, recognition_terms, version=recognition_terms.c.version)


def _latest(measure: str) -> str:
    """The measurement that counts of a `line`, as the model has it for what is billed."""
    return f"""
        select * from progress_measurements
         where project_id = contract.project_id and measured_on < :before and method = {measure}
           and (contract_line_id = line.id or contract_line_id is null)
         order by measured_on desc, contract_line_id is null, id desc limit 1
    """  # noqa: S608 - put together from constants


# The price as it is agreed at the end of the month: as sold, and what change orders in force by then made of it.
MEASURED = text(
    f"""
    select line.id, line.description, contract.id as contract_id, contract.number, contract.customer_id,
           contract.opportunity_id, contract.thread_id, contract.currency, line.method as billing_method,
           contract.project_id, contract.starts_on, {METHOD} as recognition_method, line.monthly_fee, line.months,
           coalesce((select sum(amount) filter (where not is_beyond) from recognised_lines
                      where contract_line_id = line.id), 0) as before,
           coalesce((select sum(amount) filter (where is_beyond) from recognised_lines
                      where contract_line_id = line.id), 0) as beyond,
           (select max(period_starts_on) from recognised_lines done join recognition_runs run on run.id = done.run_id
             where done.contract_line_id = line.id and not done.is_beyond) as recognised_for,
           line.amount as sold_for, contract.ends_before, amended.*,
           terms.percent_precision, coalesce(terms.provides_for_losses, false) as provides_for_losses,
           coalesce((select sum(cost) from uninstalled_materials
                      where contract_line_id = line.id and delivered_on < :before), 0) as materials,
           coalesce((select sum(amount) from loss_provisions where contract_id = contract.id), 0) as provided,
           progress.id as measurement_id, progress.contract_line_id as measured_line_id,
           progress.method as measured_by_method, progress.measured_on, progress.numerator, progress.denominator,
           progress.cost_to_date, progress.cost_at_completion, progress.measured_by,
           cost.id as cost_id, cost.contract_line_id as cost_of_line,
           cost.cost_to_date as spent, cost.cost_at_completion as spent_in_all
      from contract_lines line
      join contracts contract on contract.id = line.contract_id
      join legal_entities seller on seller.id = contract.legal_entity_id
      left join recognition_terms terms on terms.id = contract.id
      left join lateral ({_latest("coalesce(terms.measured_by, 'cost')")}) progress on true
      left join lateral ({_latest("'cost'")}) cost on true
      {amended("effective_on < :before")}
     where seller.code = :legal_entity and contract.status = 'active'
       and {IS_MEASURED}
       and (cast(:contract_ids as uuid[]) is null or contract.id = any(:contract_ids))
     order by contract.number, line.id
    """  # noqa: S608 - put together from constants
).bindparams(bindparam("contract_ids", type_=ARRAY(Uuid)))
CONTRACTS_AFTER = text(
    """
    select contract.id from contracts contract join legal_entities seller on seller.id = contract.legal_entity_id
     where seller.code = :legal_entity and contract.status = 'active' and contract.id > :after
     order by contract.id limit :limit
    """
)
CONTRACTS_IN_ALL = text(
    """
    select count(*) from contracts contract join legal_entities seller on seller.id = contract.legal_entity_id
     where seller.code = :legal_entity and contract.status = 'active'
    """
)
FIRST = UUID(int=0)


async def measured_lines(
    work: Work, legal_entity: str, *, before: date, contract_ids: Sequence[UUID] | None
) -> list[MeasuredLine]:
    """The lines of active contracts, or of some, whose revenue is measured, with everything known before a day."""
    ids = None if contract_ids is None else list(contract_ids)
    values = {"legal_entity": legal_entity, "before": before, "contract_ids": ids}
    return [_measured(row) for row in await work.session.execute(MEASURED, values)]


async def contracts_after(work: Work, legal_entity: str, *, after: UUID | None, limit: int) -> list[UUID]:
    """The next active contracts of a legal entity, in the order of their ids."""
    values = {"legal_entity": legal_entity, "after": after or FIRST, "limit": limit}
    return list(await work.session.scalars(CONTRACTS_AFTER, values))


async def contracts_in_all(work: Work, legal_entity: str) -> int:
    """How many active contracts a legal entity has."""
    return int(await work.session.scalar(CONTRACTS_IN_ALL, {"legal_entity": legal_entity}) or 0)


async def add_provisions(work: Work, run: RecognitionRun) -> None:
    """Keep what a run changed of the provisions for losses."""
    if run.provisions:
        rows = [{"run_id": run.id, **asdict(one)} for one in run.provisions]
        await work.session.execute(insert(loss_provisions), rows)


async def terms_of(work: Work, contract_id: UUID) -> RecognitionTerms | None:
    """The terms on which a contract's revenue is recognised, where they differ from the usual ones."""
    found: RecognitionTerms | None = await work.session.scalar(
        select(RecognitionTerms).where(recognition_terms.c.id == contract_id).with_for_update()
    )
    return found


async def known_terms(work: Work, contract_id: UUID) -> RecognitionTerms:
    """The terms on which a contract's revenue is recognised, to be read only; the usual ones where nobody set any."""
    wanted = select(RecognitionTerms).where(recognition_terms.c.id == contract_id)
    found: RecognitionTerms | None = await work.session.scalar(wanted)
    return found or RecognitionTerms(contract_id)


async def keep_terms(work: Work, terms: RecognitionTerms) -> None:
    """Keep the terms of a contract."""
    work.session.add(terms)
    await work.session.flush()


async def materials_of(work: Work, line_ids: Sequence[UUID]) -> list[UninstalledMaterials]:
    """The materials recorded on some contract lines, by day."""
    made = uninstalled_materials.c
    wanted = made.contract_line_id.in_(line_ids)
    in_order = (made.delivered_on, made.id)
    return await read(work.session, UninstalledMaterials, uninstalled_materials, wanted, order_by=in_order)


async def add_materials(work: Work, materials: UninstalledMaterials) -> None:
    """Keep materials that were delivered and are not installed."""
    await work.session.execute(insert(uninstalled_materials).values(asdict(materials)))


def _measured(row: Row[Any]) -> MeasuredLine:
    line = SoldLine(
        id=row.id,
        description=row.description,
        contract_id=row.contract_id,
        contract_number=row.number,
        customer_id=row.customer_id,
        opportunity_id=row.opportunity_id,
        thread_id=row.thread_id,
        currency=row.currency,
        recognised_before=row.before,
        recognised_otherwise=row.beyond,
        billing_method=row.billing_method,
        project_id=row.project_id,
    )
    obligation = Obligation(
        method=RecognitionMethod(row.recognition_method),
        price=price_of(row),
        currency=row.currency,
        days=days_of(row),
        measurement=_measurement(row),
        materials=row.materials,
        percent_precision=row.percent_precision,
    )
    return MeasuredLine(line, obligation, row.recognised_for, row.provides_for_losses, row.provided, _estimate(row))


def _estimate(row: Row[Any]) -> CostEstimate | None:
    if row.cost_id is None or row.spent is None or row.spent_in_all is None:
        return None
    return CostEstimate(row.cost_id, row.cost_of_line, row.spent, row.spent_in_all)


def _measurement(row: Row[Any]) -> Measurement | None:
    if row.measurement_id is None:
        return None
    return Measurement(
        id=row.measurement_id,
        project_id=row.project_id,
        contract_line_id=row.measured_line_id,
        method=row.measured_by_method,
        measured_on=row.measured_on,
        numerator=row.numerator,
        denominator=row.denominator,
        cost_to_date=row.cost_to_date,
        cost_at_completion=row.cost_at_completion,
        currency=row.currency,
        measured_by=row.measured_by,
    )

"""The table of what was measured."""

from __future__ import annotations

from dataclasses import asdict, fields
from uuid import UUID

from sqlalchemy import Column, Date, Numeric, String, Text, Uuid, select
from sqlalchemy.dialects.postgresql import insert

from services.billing.fee_progress.model import Measurement
from services.billing.tables import schema
from shared.database import belongs_to, found_by
from shared.work import Work

measurements = schema.table(
    "fee_measurements",
    Column("id", Uuid, primary_key=True),
    Column("contract_id", Uuid, nullable=False),
    Column("project_id", Uuid, nullable=False),
    Column("contract_line_id", Uuid),
    Column("method", String, nullable=False),
    Column("measured_on", Date, nullable=False),
    Column("numerator", Numeric(20, 6), nullable=False),
    Column("denominator", Numeric(20, 6), nullable=False),
    Column("measured_by", String, nullable=False),
    Column("reason", Text, nullable=False),
    belongs_to("contract_id", "contracts"),
    belongs_to("contract_line_id", "contract_lines"),
    found_by("contract_id", "measured_on", "id", why="how far a contract is, the latest last"),
    append_only=True,
)
FIELDS = tuple(one.name for one in fields(Measurement))


async def add(work: Work, measurement: Measurement) -> bool:
    """Keep a measurement; whether it is new."""
    added = insert(measurements).values(asdict(measurement)).on_conflict_do_nothing().returning(measurements.c.id)
    return await work.session.scalar(added) is not None


async def of_contract(work: Work, contract_id: UUID) -> list[Measurement]:
    """What was measured on a contract, by day."""
    wanted = select(measurements).where(measurements.c.contract_id == contract_id)
    rows = await work.session.execute(wanted.order_by(measurements.c.measured_on, measurements.c.id))
    return [Measurement(**{name: getattr(row, name) for name in FIELDS}) for row in rows]

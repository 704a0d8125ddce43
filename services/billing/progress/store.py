"""The table of measurements of progress."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import Column, Date, String, Text, Uuid
from sqlalchemy.dialects.postgresql import insert

from services.billing.progress.model import Measurement
from services.billing.tables import schema
from shared.database import amount, found_by, read, rule
from shared.work import Work

# A measurement may come before the sale that it is about, so it names its line without referring to it.
progress_measurements = schema.table(
    "progress_measurements",
    Column("id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("contract_line_id", Uuid),
    Column("method", String, nullable=False),
    Column("measured_on", Date, nullable=False),
    amount("numerator"),
    amount("denominator"),
    amount("cost_to_date", nullable=True),
    amount("cost_at_completion", nullable=True),
    Column("currency", String(3), nullable=False),
    Column("measured_by", String, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    rule("is_a_fraction", "denominator > 0"),
    found_by("project_id", "measured_on", "id", why="the latest measurement of a project's lines"),
    append_only=True,
)


async def add_new(work: Work, measurement: Measurement) -> bool:
    """Keep a measurement, once; whether it is new."""
    kept = insert(progress_measurements).values(asdict(measurement)).on_conflict_do_nothing()
    return await work.session.scalar(kept.returning(progress_measurements.c.id)) is not None


async def of_projects(work: Work, project_ids: Collection[UUID]) -> list[Measurement]:
    """What was measured of some projects, by day."""
    one = progress_measurements.c
    of_them = one.project_id.in_(project_ids)
    return await read(work.session, Measurement, progress_measurements, of_them, order_by=(one.measured_on, one.id))

"""The tables of allowance policies and runs; all of them are append-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    String,
    Table,
    Uuid,
    insert,
    select,
    text,
)

from services.billing.allowances.model import AllowancePart, AllowancePolicy, AllowanceRun, AllowanceTotal
from services.billing.tables import schema
from shared.database import amount, belongs_to, found_by, read, rule
from shared.work import Work

allowance_policies = schema.table(
    "allowance_policies",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity_id", Uuid, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("percents", ARRAY(Numeric(5, 2)), nullable=False),
    Column("leaves_out_tax", Boolean, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    belongs_to("legal_entity_id", "legal_entities"),
    found_by("legal_entity_id", "starts_on", why="the policy of a day"),
    rule("has_every_band", "cardinality(percents) = 5"),
    append_only=True,
)
allowance_runs = schema.table(
    "allowance_runs",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity_id", Uuid, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("policy_id", Uuid, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    belongs_to("legal_entity_id", "legal_entities"),
    belongs_to("policy_id", "allowance_policies"),
    found_by("legal_entity_id", "as_of", why="the last run"),
    append_only=True,
)
allowance_parts = schema.table(
    "allowance_parts",
    Column("run_id", Uuid, primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("band", Integer, primary_key=True, autoincrement=False),
    amount("open"),
    Column("percent", Numeric(5, 2), nullable=False),
    amount("allowance"),
    belongs_to("run_id", "allowance_runs"),
    append_only=True,
)
allowance_totals = schema.table(
    "allowance_totals",
    Column("run_id", Uuid, primary_key=True),
    Column("currency", String(3), primary_key=True),
    amount("wanted"),
    amount("stood"),
    belongs_to("run_id", "allowance_runs"),
    append_only=True,
)
HEAD = ("id", "legal_entity_id", "as_of", "policy_id", "made_by", "made_at")
LOCK = text("select pg_advisory_xact_lock(hashtextextended('allowance ' || cast(:legal_entity_id as text), 0))")

T = TypeVar("T")


async def add_policy(work: Work, policy: AllowancePolicy) -> None:
    """Keep a policy, for good."""
    await work.session.execute(insert(allowance_policies).values(asdict(policy)))


async def policy_on(work: Work, legal_entity_id: UUID, day: date) -> AllowancePolicy | None:
    """The policy that holds on a day: the latest to start, of those the one made last."""
    one = allowance_policies.c
    found = await read(
        work.session,
        AllowancePolicy,
        allowance_policies,
        one.legal_entity_id == legal_entity_id,
        one.starts_on <= day,
        order_by=(one.starts_on.desc(), one.made_at.desc(), one.id.desc()),
    )
    return found[0] if found else None


async def lock(work: Work, legal_entity_id: UUID) -> date | None:
    """The day of the last run of a legal entity, which nobody else runs until this work ends."""
    await work.session.execute(LOCK, {"legal_entity_id": str(legal_entity_id)})
    one = allowance_runs.c
    last = select(one.as_of).where(one.legal_entity_id == legal_entity_id).order_by(one.as_of.desc()).limit(1)
    day: date | None = await work.session.scalar(last)
    return day


async def add(work: Work, run: AllowanceRun) -> None:
    """Keep a run, for good."""
    await work.session.execute(insert(allowance_runs).values({name: getattr(run, name) for name in HEAD}))
    for table, rows in ((allowance_parts, run.parts), (allowance_totals, run.totals)):
        if rows:
            await work.session.execute(insert(table), [{"run_id": run.id, **asdict(one)} for one in rows])


async def get(work: Work, run_id: UUID) -> AllowanceRun | None:
    """One run with all it comes to."""
    head = select(*(allowance_runs.c[name] for name in HEAD)).where(allowance_runs.c.id == run_id)
    row = (await work.session.execute(head)).one_or_none()
    if row is None:
        return None
    part, total = allowance_parts.c, allowance_totals.c
    parts = await _of_run(work, run_id, AllowancePart, allowance_parts, part.currency, part.band)
    return AllowanceRun(
        **row._mapping,
        parts=parts,
        totals=await _of_run(work, run_id, AllowanceTotal, allowance_totals, total.currency),
    )


async def _of_run(work: Work, run_id: UUID, kind: type[T], rows: Table, *order: Column[object]) -> Sequence[T]:
    return await read(work.session, kind, rows, rows.c.run_id == run_id, order_by=order)

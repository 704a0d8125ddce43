"""How the news of other services is kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Date, String, Table, Uuid
from sqlalchemy.dialects.postgresql import insert

from services.crm.tables import schema
from shared.database import amount, found_by
from shared.work import Work

projects = schema.table(
    "projects",
    Column("project_id", Uuid, primary_key=True),
    Column("opportunity_id", Uuid, nullable=False),
    Column("account_id", Uuid),
    Column("number", String),
    Column("name", String),
    Column("manager", String),
    Column("starts_on", Date),
    Column("ends_before", Date),
    Column("closed_on", Date),
    found_by("opportunity_id", why="the projects of a deal"),
    found_by("account_id", why="the projects of an account"),
    audited=False,
)
invoices = schema.table(
    "invoices",
    Column("invoice_id", Uuid, primary_key=True),
    Column("opportunity_id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("number", String, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("net"),
    amount("gross"),
    found_by("opportunity_id", why="the invoices of a deal"),
    found_by("account_id", why="the invoices of an account"),
    append_only=True,
)
revenue = schema.table(
    "revenue",
    Column("run_id", Uuid, primary_key=True),
    Column("billing_line_id", Uuid, primary_key=True),
    Column("opportunity_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("period_starts_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    found_by("opportunity_id", why="the revenue of a deal"),
    found_by("account_id", why="the revenue of an account"),
    append_only=True,
)


async def keep_project(work: Work, project_id: UUID, values: dict[str, Any]) -> None:
    """Keep what is known of a project; opening and closing tell different things, so they may come in any order."""
    await work.session.execute(
        insert(projects)
        .values(project_id=project_id, **values)
        .on_conflict_do_update(index_elements=["tenant_id", "project_id"], set_=values)
    )


async def keep_once(work: Work, table: Table, values: dict[str, Any]) -> None:
    """Keep a fact that never changes; hearing it again changes nothing."""
    await work.session.execute(insert(table).values(**values).on_conflict_do_nothing())

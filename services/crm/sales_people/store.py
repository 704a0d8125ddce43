"""How sales people are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Column, String, Uuid
from sqlalchemy.dialects.postgresql import insert

from services.crm.sales_people.model import SalesPerson
from services.crm.tables import schema
from shared.database import found_by
from shared.work import Work

sales_people = schema.table(
    "sales_people",
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("manager", String, nullable=False),
    Column("office", String, nullable=False),
    found_by("name", "id", why="the list of sales people, by name"),
)


async def upsert(work: Work, imported: Sequence[SalesPerson]) -> None:
    """Keep sales people that come from another system."""
    told = insert(sales_people)
    changed = {name: told.excluded[name] for name in ("name", "subject", "manager", "office")}
    await work.session.execute(
        told.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=changed),
        [asdict(one) for one in imported],
    )

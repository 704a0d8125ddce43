"""How sales people are kept."""

from __future__ import annotations

from sqlalchemy import Column, String, Uuid

from services.crm.tables import schema
from shared.database import found_by

sales_people = schema.table(
    "sales_people",
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("manager", String, nullable=False),
    Column("office", String, nullable=False),
    found_by("name", "id", why="the list of sales people, by name"),
)

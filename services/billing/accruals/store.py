"""The table of accruals."""

from __future__ import annotations

from sqlalchemy import Column, Date, DateTime, Integer, String, Text, Uuid
from sqlalchemy.dialects.postgresql import insert

from services.billing.accruals.model import Accrual
from services.billing.tables import schema
from shared.database import amount, belongs_to, found_by, rule
from shared.work import Work

revenue_accruals = schema.table(
    "revenue_accruals",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    Column("contract_id", Uuid, nullable=False),
    Column("contract_line_id", Uuid, nullable=False),
    Column("period_starts_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    Column("minutes", Integer),
    Column("reason", Text, nullable=False),
    Column("accrued_by", String, nullable=False),
    Column("accrued_at", DateTime(timezone=True), nullable=False),
    belongs_to("contract_id", "contracts"),
    belongs_to("contract_line_id", "contract_lines"),
    found_by("legal_entity", "period_starts_on", "id", why="what was accrued at the end of a month"),
    rule("is_an_estimate", "amount > 0"),
    append_only=True,
)


async def add(work: Work, accrual: Accrual) -> None:
    """Keep a new accrual."""
    row = {name: getattr(accrual, name) for name in Accrual.__dataclass_fields__}
    await work.session.execute(insert(revenue_accruals).values(row))

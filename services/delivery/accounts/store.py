"""How the names of accounts are kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Column, String, Uuid, select

from services.delivery.tables import keep_newest, schema
from shared.work import Work

accounts = schema.table(
    "accounts",
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    audited=False,
)


async def keep(work: Work, account_id: UUID, *, name: str, sequence: int) -> None:
    """Keep the name unless a later one is known."""
    await keep_newest(work, accounts, {"id": account_id, "name": name, "sequence": sequence})


async def name_of(work: Work, account_id: UUID) -> str | None:
    """The name as crm told last, if it ever did."""
    name: str | None = await work.session.scalar(select(accounts.c.name).where(accounts.c.id == account_id))
    return name

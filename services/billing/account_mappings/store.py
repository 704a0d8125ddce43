"""How account mappings are kept: every version, for good."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Integer, String, Uuid, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from services.billing.account_mappings.model import AccountMapping
from services.billing.tables import schema
from shared.database import only_one
from shared.work import Work

account_mappings = schema.table(
    "account_mappings",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    Column("target", String, nullable=False),
    Column("account", String, nullable=False),
    Column("erp_account", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("mapped_at", DateTime(timezone=True), nullable=False),
    Column("mapped_by", String, nullable=False),
    only_one("legal_entity", "target", "account", "version"),
    append_only=True,
)
FIELDS = [account_mappings.c[name] for name in AccountMapping.__dataclass_fields__]
newer = account_mappings.alias("newer")
CURRENT = select(*FIELDS).where(
    ~exists().where(
        newer.c.legal_entity == account_mappings.c.legal_entity,
        newer.c.target == account_mappings.c.target,
        newer.c.account == account_mappings.c.account,
        newer.c.version > account_mappings.c.version,
    )
)


async def next_version(work: Work, *, legal_entity: str, target: str, account: str) -> int:
    """The version that the next mapping of this account will have."""
    last = await work.session.scalar(
        select(func.max(account_mappings.c.version)).where(
            account_mappings.c.legal_entity == legal_entity,
            account_mappings.c.target == target,
            account_mappings.c.account == account,
        )
    )
    return (last or 0) + 1


async def add(work: Work, mapping: AccountMapping) -> None:
    """Keep a new version."""
    row = {name: getattr(mapping, name) for name in AccountMapping.__dataclass_fields__}
    await work.session.execute(insert(account_mappings).values(row))

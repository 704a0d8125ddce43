"""Reading account mappings: as they stand now, beside the chart, and every version there was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, String, and_, column, func, select, table

from services.billing.account_mappings.store import CURRENT, FIELDS, account_mappings
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work

# What the pages of mappings ask of the chart: which accounts there are.
chart = table("ledger_accounts", *(column(name, String) for name in ("legal_entity", "code", "name", "kind")))


async def mapped_accounts(work: Work, legal_entity: str, *, target: str) -> Mapping[str, str]:
    """Our account codes and what they are in the books of `target`, for other features of billing."""
    wanted = CURRENT.where(account_mappings.c.legal_entity == legal_entity, account_mappings.c.target == target)
    return {row.account: row.erp_account for row in await work.session.execute(wanted)}


async def mappings(work: Work, *, legal_entity: str, target: str, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The mappings in force, by account."""
    work.actor.must(Permission.SEE_CHART)
    wanted = CURRENT.where(account_mappings.c.legal_entity == legal_entity, account_mappings.c.target == target)
    return await page(work.session, wanted, keys=(account_mappings.c.account,), cursor=cursor, limit=limit)


async def chart_beside(
    work: Work, *, legal_entity: str, target: str, only_unmapped: bool, cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """Every account of the chart with what it is in the books of `target`, nothing where nobody said so yet."""
    work.actor.must(Permission.SEE_CHART)
    stands = CURRENT.where(account_mappings.c.legal_entity == legal_entity, account_mappings.c.target == target)
    mapped = stands.subquery("mapped")
    rows = (
        select(chart.c.code, chart.c.name, chart.c.kind, mapped.c.erp_account, mapped.c.version)
        .add_columns(mapped.c.mapped_at, mapped.c.mapped_by)
        .join_from(chart, mapped, and_(mapped.c.account == chart.c.code), isouter=True)
        .where(chart.c.legal_entity == legal_entity)
    )
    if only_unmapped:
        rows = rows.where(mapped.c.account.is_(None))
    return await page(work.session, rows, keys=(chart.c.code,), cursor=cursor, limit=limit)


async def versions(
    work: Work, *, legal_entity: str, target: str, account: str, cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """Every mapping that one account ever had in the books of `target`, the newest first."""
    work.actor.must(Permission.SEE_CHART)
    mapping = account_mappings.c
    wanted = select(*FIELDS).where(
        mapping.legal_entity == legal_entity, mapping.target == target, mapping.account == account
    )
    return await page(work.session, wanted, keys=(mapping.version,), cursor=cursor, limit=limit, descending=True)


async def legal_entities(work: Work) -> list[str]:
    """The codes of the legal entities that have a chart."""
    work.actor.must(Permission.SEE_CHART)
    return sorted(await work.session.scalars(select(func.distinct(chart.c.legal_entity))))


async def targets(work: Work, legal_entity: str) -> list[str]:
    """The systems that accounts of a legal entity are mapped for."""
    work.actor.must(Permission.SEE_CHART)
    mapping = account_mappings.c
    known = select(func.distinct(mapping.target)).where(mapping.legal_entity == legal_entity)
    return sorted(await work.session.scalars(known))

"""Reading account mappings as they stand now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from services.billing.account_mappings.store import CURRENT, account_mappings
from services.billing.permissions import Permission
from shared.actor import NotPermitted
from shared.database import Page, page
from shared.work import Work


async def mapped_accounts(work: Work, legal_entity: str, *, target: str) -> Mapping[str, str]:
    """Our account codes and what they are in the books of `target`, for other features of billing."""
    wanted = CURRENT.where(account_mappings.c.legal_entity == legal_entity, account_mappings.c.target == target)
    return {row.account: row.erp_account for row in await work.session.execute(wanted)}


async def mappings(work: Work, *, legal_entity: str, target: str, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The mappings in force, by account."""
    if not (work.actor.may(Permission.SEE_LEDGER) or work.actor.may(Permission.KEEP_CHART)):
        raise NotPermitted(f"Needs the permission {Permission.SEE_LEDGER}.")
    wanted = CURRENT.where(account_mappings.c.legal_entity == legal_entity, account_mappings.c.target == target)
    return await page(work.session, wanted, keys=(account_mappings.c.account,), cursor=cursor, limit=limit)

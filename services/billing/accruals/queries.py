"""Reading accruals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from services.billing.accruals.model import Accrual
from services.billing.accruals.store import revenue_accruals
from services.billing.contracts.store import contract_lines, contracts
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.period import Period
from shared.work import Work


async def accruals(
    work: Work, *, legal_entity: str, starts_on: date | None, cursor: str | None, limit: int
) -> Page[Any]:
    """What was accrued by a legal entity, or at the end of one of its months."""
    work.actor.must(Permission.SEE_LEDGER)
    rows = select(revenue_accruals).where(revenue_accruals.c.legal_entity == legal_entity)
    if starts_on is not None:
        rows = rows.where(revenue_accruals.c.period_starts_on == starts_on)
    keys = (revenue_accruals.c.period_starts_on, revenue_accruals.c.id)
    found = await page(work.session, rows, keys=keys, cursor=cursor, limit=limit)
    return Page([_accrual(row) for row in found.items], found.next)


@dataclass(frozen=True)
class NamedAccrual(Accrual):
    """An accrual with what its contract and line are called."""

    contract_number: str
    line_description: str


async def latest(
    work: Work, *, legal_entity: str, starts_on: date | None, cursor: str | None, limit: int
) -> Page[NamedAccrual]:
    """What was accrued by a legal entity, or at the end of one of its months, the latest first."""
    work.actor.must(Permission.SEE_LEDGER)
    made = revenue_accruals.c
    rows = (
        select(revenue_accruals, contracts.c.number.label("contract_number"))
        .add_columns(contract_lines.c.description.label("line_description"))
        .join(contracts, contracts.c.id == made.contract_id)
        .join(contract_lines, contract_lines.c.id == made.contract_line_id)
        .where(made.legal_entity == legal_entity)
    )
    if starts_on is not None:
        rows = rows.where(made.period_starts_on == starts_on)
    keys = (made.period_starts_on, made.id)
    found = await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)
    names = NamedAccrual.__dataclass_fields__
    return Page([NamedAccrual(**{name: getattr(row, name) for name in names}) for row in found.items], found.next)


async def accrued_in(work: Work, legal_entity: str, month: Period) -> int:
    """How many estimates were accrued at the end of a month, for other features of billing."""
    made = revenue_accruals.c
    wanted = select(func.count()).where(made.legal_entity == legal_entity, made.period_starts_on == month.starts_on)
    return int(await work.session.scalar(wanted) or 0)


def _accrual(row: Row[Any]) -> Accrual:
    return Accrual(**{name: getattr(row, name) for name in Accrual.__dataclass_fields__})

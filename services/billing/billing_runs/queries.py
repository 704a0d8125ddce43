"""Reading billing runs: what each would draft, what is in its way, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Row,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    column,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from services.billing.billing_runs import store
from services.billing.billing_runs.model import BillingRun, Extent, NoSuchBillingRun, PreBillStatus, extents
from services.billing.billing_runs.store import OF_RUN, billing_runs, pre_bills
from services.billing.contracts.store import contracts
from services.billing.customers.store import customers
from services.billing.invoice_preferences.actions import units_of
from services.billing.legal_entities.model import EUROPEAN_UNION, TaxCategory, Territory
from services.billing.legal_entities.store import legal_entities, tax_rules
from services.billing.permissions import Permission
from services.billing.purchase_orders.store import purchase_order_draws
from shared.database import Page, page
from shared.work import Work


@dataclass(frozen=True)
class RunFound:
    """A run, and what it would draft now."""

    run: BillingRun
    extents: list[Extent]
    done: int
    total: int


async def run(work: Work, run_id: UUID) -> RunFound:
    """One run. Raises NoSuchBillingRun."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    found = await work.session.scalar(select(BillingRun).where(billing_runs.c.id == run_id))
    if found is None:
        raise NoSuchBillingRun()
    done, total = await store.counts(work, run_id)
    waiting = await store.standing(work, run_id)
    units = await units_of(work, [one.contract_id for one in waiting])
    return RunFound(found, extents(waiting, units), done, total)


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The runs, the newest first."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    count = select(func.count()).where(pre_bills.c.run_id == billing_runs.c.id).scalar_subquery()
    keys = (billing_runs.c.prepared_at, billing_runs.c.id)
    rows = select(billing_runs, count.label("pre_bills"))
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def pre_bills_of(work: Work, run_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """What the run makes of each contract, those first that have something in the way. Raises NoSuchBillingRun."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    if await work.session.scalar(select(billing_runs.c.id).where(billing_runs.c.id == run_id)) is None:
        raise NoSuchBillingRun()
    found = _waiting(work, run_id)
    waits = found.c
    nets = ("net", "drawn", "beyond_caps")
    flags = _flags(waits)
    is_clear = ~or_(
        func.coalesce(waits.unrated, 0) > 0,
        func.coalesce(waits.held, 0) > 0,
        func.coalesce(waits.net + waits.drawn, 0) <= 0,
        *flags,
    )
    is_settled = pre_bills.c.status.in_([PreBillStatus.DRAFTED, PreBillStatus.LEFT_OUT])
    rows = (
        select(
            pre_bills,
            pre_bills.c.contract_id.label("id"),
            *(func.coalesce(waits[name], 0).label(name) for name in ("unrated", "held", "minutes", "items", *nets)),
            *flags,
            contracts.c.number,
            contracts.c.name,
            contracts.c.currency,
            contracts.c.purchase_order,
            contracts.c.project_id,
            customers.c.name.label("customer_name"),
            or_(is_settled, is_clear).label("is_clear"),
        )
        .join_from(pre_bills, contracts, contracts.c.id == pre_bills.c.contract_id)
        .join(legal_entities, legal_entities.c.id == contracts.c.legal_entity_id)
        .join(customers, customers.c.id == contracts.c.customer_id)
        .outerjoin(found, waits.contract_id == pre_bills.c.contract_id)
        .where(pre_bills.c.run_id == run_id)
        .subquery()
    )
    keys = (column("is_clear", Boolean), column("number", String), column("contract_id", Uuid))
    return await page(work.session, select(rows), keys=keys, cursor=cursor, limit=limit)


def _flags(waits: ReadOnlyColumnCollection[str, Any]) -> tuple[ColumnElement[bool], ...]:
    """What keeps an invoice of a contract from going out, or would make the customer send it back."""
    draws, other = purchase_order_draws.c, contracts.alias()
    spent = select(func.coalesce(func.sum(draws.amount), 0)).where(
        draws.contract_id == contracts.c.id, draws.number == contracts.c.purchase_order
    )
    gives_orders = exists().where(
        other.c.customer_id == contracts.c.customer_id, other.c.purchase_order.is_not(None), other.c.status == "active"
    )
    # Without a tax id a customer elsewhere in the Union is taxed as one at home.
    union, country, home = sorted(EUROPEAN_UNION), customers.c.country, legal_entities.c.country
    is_at_home = or_(country == home, and_(country.in_(union), home.in_(union)))
    owes_the_tax = exists().where(
        tax_rules.c.legal_entity_id == legal_entities.c.id,
        tax_rules.c.category == TaxCategory.REVERSE_CHARGE,
        tax_rules.c.territory == case((is_at_home, Territory.DOMESTIC.value), else_=Territory.ABROAD.value),
    )
    return (
        or_(customers.c.legal_name == "", country == "").label("lacks_address"),
        and_(customers.c.tax_id == "", owes_the_tax).label("lacks_tax_id"),
        and_(contracts.c.purchase_order.is_(None), gives_orders).label("lacks_order"),
        and_(
            func.coalesce(waits.net, 0) > 0,
            contracts.c.purchase_order_budget.is_not(None),
            spent.scalar_subquery() + waits.net > contracts.c.purchase_order_budget,
        ).label("is_order_spent"),
    )


def _waiting(work: Work, run_id: UUID) -> CTE:
    """What waits on each contract of a run."""
    return (
        text(OF_RUN)
        .bindparams(bindparam("run_id", run_id, Uuid), bindparam("today", work.now.date(), Date))
        .columns(
            column("contract_id", Uuid),
            column("unrated", Integer),
            column("held", Integer),
            column("net", Numeric),
            column("minutes", Integer),
            column("items", Integer),
            column("beyond_caps", Numeric),
            column("drawn", Numeric),
        )
        .cte("waiting")
        .prefix_with("materialized")
    )

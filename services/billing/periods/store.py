"""How fiscal periods are kept and locked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Column, Date, Integer, String, Uuid, func, select
from sqlalchemy.dialects.postgresql import insert

from services.billing.periods.model import FiscalPeriod, PeriodStatus, period_id
from services.billing.tables import schema
from shared.database import choice, only_one, rule
from shared.period import Period, month_of
from shared.work import Work

fiscal_periods = schema.table(
    "fiscal_periods",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    choice("status", PeriodStatus),
    Column("version", Integer, nullable=False),
    only_one("legal_entity", "starts_on"),
    rule("whole_month", "ends_before = (starts_on + interval '1 month')::date and extract(day from starts_on) = 1"),
)
schema.map(FiscalPeriod, fiscal_periods, version=fiscal_periods.c.version)


async def open_if_new(work: Work, legal_entity: str, month: Period) -> None:
    """Open `month` unless it stands already."""
    opening = insert(fiscal_periods).values(
        id=period_id(legal_entity, month.starts_on),
        legal_entity=legal_entity,
        starts_on=month.starts_on,
        ends_before=month.ends_before,
        status=PeriodStatus.OPEN,
        version=1,
    )
    await work.session.execute(opening.on_conflict_do_nothing())


async def locked_for_posting(work: Work, legal_entity: str, on: date) -> FiscalPeriod | None:
    """The month of `on`, kept from being closed until this work ends; others may post meanwhile."""
    return await _month(work, legal_entity, on, shared=True)


async def locked_for_change(work: Work, legal_entity: str, on: date) -> FiscalPeriod | None:
    """The month of `on`, locked against everybody until this work ends."""
    return await _month(work, legal_entity, on, shared=False)


async def closed_before(work: Work, legal_entity: str, *, shut: Collection[PeriodStatus]) -> date:
    """The day behind every month that is `shut`: months are closed in their order, so one day says it all."""
    latest: date | None = await work.session.scalar(
        select(func.max(fiscal_periods.c.ends_before)).where(
            fiscal_periods.c.legal_entity == legal_entity, fiscal_periods.c.status.in_(shut)
        )
    )
    return latest or date.min


async def open_before(work: Work, legal_entity: str, day: date) -> date | None:
    """The earliest open month before `day`."""
    earliest: date | None = await work.session.scalar(
        select(fiscal_periods.c.starts_on)
        .where(
            fiscal_periods.c.legal_entity == legal_entity,
            fiscal_periods.c.starts_on < day,
            fiscal_periods.c.status != PeriodStatus.CLOSED,
        )
        .order_by(fiscal_periods.c.starts_on)
        .limit(1)
    )
    return earliest


async def _month(work: Work, legal_entity: str, on: date, *, shared: bool) -> FiscalPeriod | None:
    found: FiscalPeriod | None = await work.session.scalar(
        select(FiscalPeriod)
        .where(
            fiscal_periods.c.legal_entity == legal_entity,
            fiscal_periods.c.starts_on == month_of(on).starts_on,
        )
        .with_for_update(read=shared)
        .execution_options(populate_existing=True)
    )
    return found

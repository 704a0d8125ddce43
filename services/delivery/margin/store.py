"""How costs and values of approved work are kept, and what billing made of a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, String, Uuid, delete, select, text
from sqlalchemy.dialects.postgresql import insert

from services.delivery.margin.model import ApprovedWork, Cost, CostRate
from services.delivery.tables import keep_newest, schema
from shared.database import amount, found_by
from shared.money import Money
from shared.work import Work

cost_holders = schema.table(
    "cost_holders",
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    audited=False,
)
cost_rates = schema.table(
    "cost_rates",
    Column("person_id", Uuid, primary_key=True),
    Column("starts_on", Date, primary_key=True),
    Column("ends_before", Date),
    amount("hourly_cost"),
    Column("currency", String(3), nullable=False),
    audited=False,
)
work_costs = schema.table(
    "work_costs",
    Column("entry_id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("billable", Boolean, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("hourly_cost", nullable=True),
    amount("cost", nullable=True),
    found_by("project_id", why="what a project cost so far"),
    found_by("person_id", "day", why="the work that a new cost rate applies to"),
)
work_values = schema.table(
    "work_values",
    Column("entry_id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("value", nullable=True),
    Column("minutes", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    found_by("project_id", why="what the work on a project is worth so far"),
    audited=False,
)
invoiced = schema.table(
    "invoiced",
    Column("invoice_id", Uuid, primary_key=True),
    Column("opportunity_id", Uuid, primary_key=True),
    Column("number", String, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("net"),
    found_by("opportunity_id", why="what a project was invoiced so far"),
    append_only=True,
)
recognised = schema.table(
    "recognised",
    Column("run_id", Uuid, primary_key=True),
    Column("billing_line_id", Uuid, primary_key=True),
    Column("opportunity_id", Uuid, nullable=False),
    Column("period_starts_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    found_by("opportunity_id", why="what a project has earned so far"),
    append_only=True,
)


async def rates_of(work: Work, person_ids: Iterable[UUID]) -> dict[UUID, list[CostRate]]:
    """The dated cost rates of people."""
    rows = await work.session.execute(select(cost_rates).where(cost_rates.c.person_id.in_(set(person_ids))))
    found: dict[UUID, list[CostRate]] = {}
    for row in rows:
        rate = CostRate(row.starts_on, row.ends_before, Money(row.hourly_cost, row.currency))
        found.setdefault(row.person_id, []).append(rate)
    return found


async def replace_rates(work: Work, person_id: UUID, rates: Sequence[CostRate], *, sequence: int) -> bool:
    """Keep these as all the rates of a person, unless later ones are known; tells whether they were kept."""
    if not await keep_newest(work, cost_holders, {"id": person_id, "sequence": sequence}):
        return False
    await work.session.execute(delete(cost_rates).where(cost_rates.c.person_id == person_id))
    rows = [
        {
            "person_id": person_id,
            "starts_on": rate.starts_on,
            "ends_before": rate.ends_before,
            "hourly_cost": rate.hourly_cost.amount,
            "currency": rate.hourly_cost.currency,
        }
        for rate in rates
    ]
    if rows:
        await work.session.execute(cost_rates.insert(), rows)
    return True


# Whoever costs approved work and whoever changes a rate of the same person wait for each other here, so that no
# entry is costed at a rate that is being replaced.
LOCK = text("select pg_advisory_xact_lock(hashtextextended('cost of ' || cast(:person_id as text), 0))")


async def lock_costs(work: Work, person_id: UUID) -> None:
    """Let nobody else cost the work of this person until this work ends."""
    await work.session.execute(LOCK, {"person_id": str(person_id)})


async def work_of(work: Work, person_id: UUID) -> list[tuple[ApprovedWork, Cost]]:
    """All approved work of a person and its cost so far."""
    rows = await work.session.execute(select(work_costs).where(work_costs.c.person_id == person_id))
    return [(_work(row), Cost(row.hourly_cost, row.cost)) for row in rows]


async def keep_costs(work: Work, costs: Mapping[ApprovedWork, Cost]) -> None:
    """Write the cost of each entry, in one statement, over what it was before."""
    if not costs:
        return
    rows = [
        {
            **vars(one),
            "hourly_cost": cost.hourly,
            "cost": cost.amount,
        }
        for one, cost in costs.items()
    ]
    new = insert(work_costs)
    await work.session.execute(
        new.on_conflict_do_update(
            index_elements=["tenant_id", "entry_id"],
            set_={"hourly_cost": new.excluded.hourly_cost, "cost": new.excluded.cost},
        ),
        rows,
    )


async def keep_values(
    work: Work, project_id: UUID, currency: str, values: Mapping[UUID, tuple[int, Decimal | None]], *, sequence: int
) -> None:
    """Write the minutes and the value of each entry unless a later valuation is known."""
    rows = [
        {
            "entry_id": entry_id,
            "project_id": project_id,
            "currency": currency,
            "value": value,
            "minutes": minutes,
            "sequence": sequence,
        }
        for entry_id, (minutes, value) in values.items()
    ]
    if not rows:
        return
    new = insert(work_values)
    changed = {name: new.excluded[name] for name in ("project_id", "currency", "value", "minutes", "sequence")}
    await work.session.execute(
        new.on_conflict_do_update(
            index_elements=["tenant_id", "entry_id"],
            set_=changed,
            where=work_values.c.sequence < sequence,
        ),
        rows,
    )


async def keep_invoice(work: Work, row: Mapping[str, UUID | str | date | Decimal]) -> None:
    """Keep what an invoice came to for a deal; the same invoice counts once."""
    await work.session.execute(insert(invoiced).values(**row).on_conflict_do_nothing())


async def keep_recognition(work: Work, row: Mapping[str, UUID | str | date | Decimal]) -> None:
    """Keep what a run recognised for a contract line; the same one counts once."""
    await work.session.execute(insert(recognised).values(**row).on_conflict_do_nothing())


ACTUALS = text(
    """
    select c.*, v.value, i.net as invoiced, r.amount as recognised
    from (select coalesce(sum(w.minutes), 0) as minutes, coalesce(sum(w.cost), 0) as cost,
                 coalesce(sum(w.minutes) filter (where w.cost is null), 0) as uncosted_minutes,
                 coalesce(sum(w.minutes) filter (where w.billable and n.value is null), 0) as unvalued_minutes
            from work_costs w left join work_values n on n.entry_id = w.entry_id
           where w.project_id = :project_id) as c,
         (select coalesce(sum(value), 0) as value from work_values
           where project_id = :project_id and currency = :currency) as v,
         (select coalesce(sum(net), 0) as net from invoiced
           where opportunity_id = :opportunity_id and currency = :currency) as i,
         (select coalesce(sum(amount), 0) as amount from recognised
           where opportunity_id = :opportunity_id and currency = :currency) as r
    """
)


async def actuals(work: Work, project_id: UUID, *, opportunity_id: UUID, currency: str) -> Any:
    """The sums over everything that is known of a project."""
    values = {"project_id": project_id, "opportunity_id": opportunity_id, "currency": currency}
    return (await work.session.execute(ACTUALS, values)).one()


BY_WEEK = text(
    """
    select cast(date_trunc('week', day) as date) as week, sum(minutes) as minutes from work_costs
     where project_id = :project_id group by 1 order by 1
    """
)


async def minutes_by_week(work: Work, project_id: UUID) -> dict[date, int]:
    """What was approved on a project, by the Monday of its week."""
    rows = await work.session.execute(BY_WEEK, {"project_id": project_id})
    return {row.week: row.minutes for row in rows}


def _work(row: Any) -> ApprovedWork:
    return ApprovedWork(row.entry_id, row.project_id, row.person_id, row.day, row.minutes, row.billable, row.currency)

"""The tables of billing runs and their pre-bills, and what waits on a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Date, DateTime, Integer, String, Text, Uuid, select, text

from services.billing.billing_runs.model import BillingRun, PreBillStatus, RunStatus, Waiting
from services.billing.contracts.model import Method
from services.billing.invoice_layouts.model import Grouping
from services.billing.tables import schema, written_down
from shared.database import amount, belongs_to, choice, found_by
from shared.work import Work

billing_runs = schema.table(
    "billing_runs",
    Column("id", Uuid, primary_key=True),
    Column("up_to", Date, nullable=False),
    Column("customer_id", Uuid),
    Column("project_id", Uuid),
    choice("method", Method, nullable=True),
    choice("grouping", Grouping, nullable=True),
    Column("wording", String),
    choice("status", RunStatus),
    Column("prepared_by", String, nullable=False),
    Column("prepared_at", DateTime(timezone=True), nullable=False),
    Column("started_by", String),
    Column("started_at", DateTime(timezone=True)),
    Column("most_invoices", Integer),
    amount("most_net", nullable=True),
    Column("version", Integer, nullable=False),
    belongs_to("customer_id", "customers"),
    found_by("prepared_at", "id", why="the runs, the newest first"),
)

# One per run and contract: what is on it is what is open then; only what became of it is kept.
pre_bills = schema.table(
    "pre_bills",
    Column("run_id", Uuid, primary_key=True),
    Column("contract_id", Uuid, primary_key=True),
    choice("status", PreBillStatus),
    Column("note", Text, nullable=False),
    Column("decided_by", String),
    Column("decided_at", DateTime(timezone=True)),
    Column("invoice_id", Uuid),
    # The first of the contracts that go on one invoice, from the start of the run on: a step drafts all of them.
    Column("unit", Uuid),
    belongs_to("run_id", "billing_runs"),
    belongs_to("contract_id", "contracts"),
    belongs_to("invoice_id", "invoices"),
    found_by("run_id", "status", "contract_id", why="what a run drafts next"),
)

schema.map(BillingRun, billing_runs, version=billing_runs.c.version)

# Whoever joins it has it reckoned once, whatever the planner thinks of a run that has just been prepared: reckoned
# anew for each contract it would cost the square of their number.
# What waits on each contract of a run: what would be drafted, and what is in the way of more. Caps and deposits count
# as they do when it is drafted, line by line: no more than the cap leaves, then less what was paid in advance.
WAITING = """
    select worked.contract_id, worked.unrated, worked.held, worked.minutes, worked.items, worked.beyond_caps,
           advance.drawn, worked.claimed - advance.drawn as net
    from (
        select contract_id, cast(sum(unrated) as integer) as unrated, cast(sum(held) as integer) as held,
               cast(sum(minutes) as integer) as minutes, cast(sum(items) as integer) as items,
               sum(least(uncapped, room)) as claimed, sum(uncapped - least(uncapped, room)) as beyond_caps,
               coalesce(sum(least(uncapped, room)) filter (where line_id is not null), 0) as of_lines
        from (
            select item.contract_id, line.id as line_id, line.method, line.cap,
                   count(*) filter (where item.value is null and item.held_because is null) as unrated,
                   count(*) filter (where item.held_because is not null) as held,
                   coalesce(sum(open.uncapped) filter (where open.is_ready), 0) as uncapped,
                   coalesce(sum(open.minutes) filter (where open.is_ready), 0) as minutes,
                   count(*) filter (where open.is_ready) as items
            from billing_runs run
            {of}
            join contracts contract on (run.customer_id is null or contract.customer_id = run.customer_id)
                                   and (run.project_id is null or contract.project_id = run.project_id) {also}
            join billable_items item on item.contract_id = contract.id and item.day <= run.up_to and item.is_billable
                                    and item.rule is distinct from 'drawdown'
            left join contract_lines line on line.id = item.contract_line_id
            cross join lateral (
                select coalesce(sum(amount), 0) as value, coalesce(sum(minutes), 0) as minutes
                from allocations where item_id = item.id
            ) taken
            {capped}
            cross join lateral (
                select coalesce(item.value, 0) - taken.value
                         - case when taken.value = 0 then capped.amount else 0 end as uncapped,
                       coalesce(item.billable_minutes, 0) - taken.minutes as minutes,
                       item.value is not null and item.held_because is null as is_ready
            ) open
            where run.id = :run_id
              and (run.method is null or line.method = run.method or item.contract_line_id is null)
              and (open.uncapped <> 0 or open.minutes <> 0 or item.value is null)
            group by 1, 2, 3, 4
        ) by_line
        left join lateral (
            select case when coalesce(by_line.cap, agreed.delta) is not null then
                       greatest(coalesce(by_line.cap, 0) + coalesce(agreed.delta, 0) - billed.amount, 0) end as room
            from (select sum(cap_delta) as delta
                  from amendments join amended_lines change on amendment_id = amendments.id
                  where change.line_id = by_line.line_id and amendments.contract_id = by_line.contract_id
                    and effective_on <= :today) agreed
            cross join (
                select coalesce(sum(allocations.amount), 0) as amount
                from billable_items of_line join allocations on item_id = of_line.id
                where of_line.contract_id = by_line.contract_id and of_line.contract_line_id = by_line.line_id) billed
            where by_line.method = 'time_and_materials_capped'
        ) cap on true
        group by contract_id
    ) worked
    cross join lateral (
        select least(greatest(coalesce(sum(paid.amount), 0), 0), greatest(worked.of_lines, 0)) as drawn
        from billable_items item
        cross join lateral (
            select coalesce(sum(amount), 0) as amount
            from allocations left join issued_invoices issued on issued.id = invoice_id
            where item_id = item.id and (item.rule = 'drawdown' or issued.id is not null)
        ) paid
        where item.contract_id = worked.contract_id and item.contract_line_id is null
          and item.rule in ('deposit', 'drawdown')
    ) advance
"""
CAPPED = written_down("line.method = 'time_and_materials_capped'")
# What is drafted is not looked through again each time somebody looks how far the run is.
OF_RUN = WAITING.format(
    of="join pre_bills bill on bill.run_id = run.id and bill.status <> 'drafted'",
    also="and contract.id = bill.contract_id",
    capped=CAPPED,
)

CHOOSE = text(
    f"""
    insert into pre_bills (run_id, contract_id, status, note)
    select :run_id, contract_id, 'waiting', ''
    from ({WAITING.format(of="", also="and contract.status = 'active'", capped=CAPPED)}) found
    """  # noqa: S608 - put together from constants
)

STANDING = text(
    f"""
    with waiting as materialized ({OF_RUN})
    select contract.id, contract.currency, bill.status = 'reviewed', waiting.net, waiting.drawn
    from pre_bills bill join contracts contract on contract.id = bill.contract_id
    join waiting on waiting.contract_id = bill.contract_id
    where bill.run_id = :run_id and bill.status in ('waiting', 'reviewed')
    """  # noqa: S608 - as above
)

DECIDE = text(
    """
    update pre_bills set status = :status, note = :note, decided_by = :by, decided_at = :at
    where run_id = :run_id and contract_id = any(:contracts) and status in ('waiting', 'reviewed', 'left_out')
    returning contract_id
    """
)
JOIN = text(
    """
    update pre_bills set unit = told.unit
    from unnest(cast(:contracts as uuid[]), cast(:units as uuid[])) as told (contract_id, unit)
    where run_id = :run_id and pre_bills.contract_id = told.contract_id
    """
)
# The contracts that come next with all that is drafted together with them, until that is enough for one step. What was
# billed before counts too: it has to be looked through.
NEXT = text(
    """
    with candidates as (
        select contract_id, coalesce(unit, contract_id) as unit from pre_bills
        where run_id = :run_id and status = 'reviewed' and coalesce(unit, contract_id) in (
            select coalesce(unit, contract_id) from pre_bills where run_id = :run_id and status = 'reviewed'
            order by 1 limit :contracts)
    ),
    sized as materialized (
        select unit, sum((
            select count(*) from billable_items item
            where item.contract_id = candidates.contract_id
              and item.day <= (select up_to from billing_runs where id = :run_id)
        )) as items
        from candidates group by unit
    ),
    ordered as (select unit, sum(items) over (order by unit) - items as before from sized)
    select contract_id from candidates join ordered using (unit) where before < :items
    """
)
SETTLE = text(
    """
    update pre_bills
       set status = case when made.invoice_id is null then 'nothing_left' else 'drafted' end,
           invoice_id = made.invoice_id
      from unnest(cast(:contracts as uuid[]), cast(:invoices as uuid[])) as made (contract_id, invoice_id)
     where run_id = :run_id and pre_bills.contract_id = made.contract_id
    """
)
COUNTS = text(
    "select count(*) filter (where status in ('drafted', 'nothing_left')) as done,"
    " count(*) filter (where status <> 'left_out') as total from pre_bills where run_id = :run_id"
)


async def add(work: Work, run: BillingRun) -> int:
    """Keep a run with a pre-bill for each contract on which something waits; how many those are."""
    work.session.add(run)
    await work.session.flush()
    made: Any = await work.session.execute(CHOOSE, {"run_id": run.id, "today": work.now.date()})
    return int(made.rowcount)


async def get(work: Work, run_id: UUID) -> BillingRun | None:
    """One run, locked until this work ends."""
    found: BillingRun | None = await work.session.scalar(
        select(BillingRun).where(billing_runs.c.id == run_id).with_for_update()
    )
    return found


async def standing(work: Work, run_id: UUID) -> list[Waiting]:
    """What waits on each contract of a run that was not left out or drafted."""
    return [Waiting(*row) for row in await work.session.execute(STANDING, {"run_id": run_id, "today": work.now.date()})]


async def join(work: Work, run_id: UUID, units: Mapping[UUID, UUID]) -> None:
    """Keep which contracts are drafted together."""
    told = {"contracts": list(units), "units": list(units.values())}
    await work.session.execute(JOIN, {"run_id": run_id, **told})


async def decide(
    work: Work, run_id: UUID, contract_ids: Sequence[UUID], *, status: PreBillStatus, note: str
) -> set[UUID]:
    """Review pre-bills or leave them out; which ones that could be done to."""
    said = {"status": status, "note": note, "by": work.actor.subject, "at": work.now}
    return set(await work.session.scalars(DECIDE, {"run_id": run_id, "contracts": contract_ids, **said}))


async def next_reviewed(work: Work, run_id: UUID, *, contracts: int, items: int) -> list[UUID]:
    """The contracts that a run drafts next: as many as given, or fewer with so many items behind them.

    More where more are drafted together.
    """
    return list(await work.session.scalars(NEXT, {"run_id": run_id, "contracts": contracts, "items": items}))


async def settle(work: Work, run_id: UUID, made: dict[UUID, UUID | None]) -> None:
    """Keep which invoice each contract got, if it got one."""
    drafted = {"contracts": list(made), "invoices": list(made.values())}
    await work.session.execute(SETTLE, {"run_id": run_id, **drafted})


async def counts(work: Work, run_id: UUID) -> tuple[int, int]:
    """How many pre-bills are settled, and how many there are without those left out."""
    row = (await work.session.execute(COUNTS, {"run_id": run_id})).one()
    return int(row.done), int(row.total)


async def keep(work: Work) -> None:
    """Write what changed, so that what is read next shows it."""
    await work.session.flush()

"""The rates, and the statement that values work with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Integer, Row, SmallInteger, String, Uuid, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.billing.rates.model import NAMES, Rate, Reach, Scope, ValuedWork
from services.billing.tables import schema
from shared.database import amount, belongs_to, choice, found_by
from shared.money import Money
from shared.period import Period
from shared.work import Work

# One row per tenant. Whoever agrees a rate locks it alone, whoever values work shares it: so no work is valued
# past a rate that is just being agreed, and two rates for the same days cannot both be found not to overlap.
rate_books = schema.table(
    "rate_books", Column("id", SmallInteger, primary_key=True, autoincrement=False), audited=False
)

rates = schema.table(
    "rates",
    Column("id", Uuid, primary_key=True),
    choice("scope", Scope),
    Column("reach", String, nullable=False),
    Column("contract_id", Uuid),
    Column("contract_line_id", Uuid),
    Column("person_id", Uuid),
    Column("account_id", Uuid),
    Column("practice", String),
    Column("grade", String),
    Column("staffing_role", String),
    amount("hourly_rate"),
    Column("currency", String(3), nullable=False),
    Column("digits", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date),
    belongs_to("contract_id", "contracts"),
    belongs_to("contract_line_id", "contract_lines"),
    belongs_to("account_id", "customers"),
    found_by("reach", "starts_on", why="the rates that may count for an entry; overlap within a reach"),
)

# What a person's rate may depend on, as resourcing tells of it.
rated_people = schema.table(
    "rated_people",
    Column("person_id", Uuid, primary_key=True),
    Column("practice", String, nullable=False),
    Column("grade", String, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    audited=False,
)

OPEN_BOOK = text("insert into rate_books (id) values (1) on conflict do nothing")
LOCK_BOOK = text("select id from rate_books for update")
SHARE_BOOK = text("select id from rate_books for share")

# The reaches of the cascade of model.py, in its order, for an item `worked` of `contract`; `fact` is what was worked
# and `who` the standing of whoever did.
CASCADE = """array[
    'contract_person/' || contract.id || '/' || fact.person_id,
    'contract_line/' || worked.contract_line_id || '/' || fact.staffing_role,
    'account_person/' || fact.person_id || '/' || contract.customer_id,
    'account/' || contract.customer_id || '/' || fact.staffing_role,
    'person/' || fact.person_id,
    'grade/' || length(who.grade) || ':' || who.grade || '/' || fact.staffing_role,
    'practice/' || length(who.practice) || ':' || who.practice || '/' || fact.staffing_role,
    'firm/' || fact.staffing_role]"""

# Which premium counts for a fact, as the model of premiums has it; the public holidays come from outside.
PREMIUM = """
    select kind, percent from (
        select distinct on (kind) id, kind, percent from premiums
        where (contract_id is null or contract_id = contract.id)
          and (customer_id is null or customer_id = contract.customer_id)
          and starts_on <= fact.day and (ends_before is null or fact.day < ends_before)
        order by kind, contract_id is null, customer_id is null
    ) agreed
    where case kind when 'saturday' then extract(isodow from fact.day) = 6
                    when 'sunday' then extract(isodow from fact.day) = 7
                    else exists (
                        select from unnest(cast(:premiums as uuid[]), cast(:holidays as date[])) as one (premium, day)
                        where one.premium = agreed.id and one.day = fact.day) end
    order by percent desc, kind desc limit 1"""

# The cascade and the rounding of model.py as one statement over everything that is not valued yet. Time that
# corrects an entry takes the rate of that entry, so that the two cancel out to the cent; it waits for the entry.
VALUE = text(
    f"""
    with valued as (
        select worked.id, counts.rate_id, counts.scope, counts.hourly_rate,
               coalesce(corrected.premium, premium.kind) as premium,
               coalesce(corrected.premium_percent, premium.percent) as premium_percent,
               round(counts.hourly_rate * worked.billable_minutes / 60, counts.digits) as value
        from billable_items worked
        join contracts contract on contract.id = worked.contract_id
        left join lateral (
            select entry.* from billable_items entry
            where entry.entry_id = worked.corrects_entry_id
            order by entry.entry_version desc limit 1
        ) corrected on true
        cross join lateral (
            select coalesce(corrected.day, worked.day) as day,
                   coalesce(corrected.person_id, worked.person_id) as person_id,
                   coalesce(corrected.staffing_role, worked.staffing_role) as staffing_role
        ) fact
        left join rated_people who on who.person_id = fact.person_id
        cross join lateral (select {CASCADE} as reaches) cascade
        left join lateral ({PREMIUM}) premium on corrected.rate_id is null
        cross join lateral (
            select id as rate_id, scope, corrected.rate as hourly_rate, digits, 0 as place
            from rates where id = corrected.rate_id
            union all
            select id, scope, case when coalesce(premium.percent, 0) = 0 then hourly_rate
                                   else round(hourly_rate * (1 + premium.percent / 100), digits) end,
                   digits, array_position(cascade.reaches, reach)
            from rates
            where corrected.rate_id is null and reach = any(cascade.reaches) and currency = contract.currency
              and starts_on <= fact.day and (ends_before is null or fact.day < ends_before)
            order by place limit 1
        ) counts
        where worked.value is null and worked.is_billable and worked.contract_line_id is not null
          and (cast(:contract_id as uuid) is null or worked.contract_id = :contract_id)
          and (cast(:entry_ids as uuid[]) is null
               or worked.entry_id = any(:entry_ids) or worked.corrects_entry_id = any(:entry_ids))
          and (worked.corrects_entry_id is null or corrected.id is not null)
    )
    update billable_items
       set rate_id = valued.rate_id, rate = valued.hourly_rate, rule = valued.scope, value = valued.value,
           premium = valued.premium, premium_percent = valued.premium_percent
      from valued
     where billable_items.id = valued.id
    returning coalesce(billable_items.entry_id, (select entry_id from billable_items moved_from
                                                 where moved_from.id = billable_items.transferred_from)) as entry_id,
              billable_items.project_id, billable_items.contract_id,
              billable_items.contract_line_id, billable_items.thread_id, billable_items.currency,
              billable_items.minutes, billable_items.value, billable_items.rate, billable_items.rule
    """  # noqa: S608 - put together from constants
)

# A plan kept from a time when few items were there may take any index, and then cost the square of their number.
PLAN_ANEW = text("set local plan_cache_mode = force_custom_plan")


async def lock_book(work: Work) -> None:
    """Let nobody else agree a rate or value work until this work ends."""
    await work.session.execute(OPEN_BOOK)
    await work.session.execute(LOCK_BOOK)


async def share_book(work: Work) -> None:
    """Let nobody agree a rate until this work ends."""
    await work.session.execute(OPEN_BOOK)
    await work.session.execute(SHARE_BOOK)


async def value(
    work: Work, holidays: Sequence[tuple[UUID, date]], *, contract_id: UUID | None, entry_ids: Sequence[UUID] | None
) -> list[ValuedWork]:
    """Value what has no value yet, of one contract or of all, of some entries and what corrects them or of all.

    `holidays` are the days of each premium on public holidays. Gives what has a value now.
    """
    await work.session.execute(PLAN_ANEW)
    on_top = {"premiums": [one for one, _ in holidays], "holidays": [day for _, day in holidays]}
    rows = await work.session.execute(VALUE, {"contract_id": contract_id, "entry_ids": entry_ids, **on_top})
    return [ValuedWork(**row._mapping) for row in rows]


async def remember_standing(work: Work, person_id: UUID, *, practice: str, grade: str, sequence: int) -> None:
    """Keep what a person's rate may depend on, unless later news of it are known."""
    row = {"practice": practice, "grade": grade, "sequence": sequence}
    kept = insert(rated_people).values(person_id=person_id, **row)
    is_newer = rated_people.c.sequence < sequence
    await work.session.execute(
        kept.on_conflict_do_update(index_elements=["tenant_id", "person_id"], set_=row, where=is_newer)
    )


async def add(work: Work, rate: Rate, *, digits: int) -> None:
    """Keep a new rate; amounts in its currency have `digits` places behind the point."""
    await work.session.execute(insert(rates).values(_row(rate, digits)))


async def put_sold(work: Work, rate: Rate, *, digits: int) -> None:
    """Keep the rate that a line was sold at, or correct its amount."""
    row = _row(rate, digits)
    new = {name: row[name] for name in ("hourly_rate", "currency", "digits")}
    await work.session.execute(
        insert(rates).values(row).on_conflict_do_update(index_elements=["tenant_id", "id"], set_=new)
    )


async def end(work: Work, rate_id: UUID, period: Period) -> None:
    """Let a rate end."""
    await work.session.execute(update(rates).where(rates.c.id == rate_id).values(ends_before=period.ends_before))


async def get(work: Work, rate_id: UUID) -> Rate | None:
    """One rate, if there is such."""
    row = (await work.session.execute(select(rates).where(rates.c.id == rate_id))).one_or_none()
    return None if row is None else rate_of(row)


async def of_reach(work: Work, reach: Reach) -> Sequence[Rate]:
    """Every rate with the same reach."""
    rows = await work.session.execute(select(rates).where(rates.c.reach == reach.key))
    return [rate_of(row) for row in rows]


def rate_of(row: Row[Any]) -> Rate:
    """The rate in a row of the table."""
    reach = Reach(row.scope, **{name: getattr(row, name) for name in NAMES})
    return Rate(row.id, reach, Money(row.hourly_rate, row.currency), Period(row.starts_on, row.ends_before))


def _row(rate: Rate, digits: int) -> dict[str, Any]:
    reach = rate.reach
    return {name: getattr(reach, name) for name in NAMES} | {
        "id": rate.id,
        "scope": reach.scope,
        "reach": reach.key,
        "hourly_rate": rate.hourly_rate.amount,
        "currency": rate.hourly_rate.currency,
        "digits": digits,
        "starts_on": rate.period.starts_on,
        "ends_before": rate.period.ends_before,
    }

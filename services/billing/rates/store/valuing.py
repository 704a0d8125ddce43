"""The statements that value work: what has no value yet, and what would have another one by now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Date, Integer, Numeric, String, Subquery, Text, Uuid, bindparam, column, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.billing.rates.model import Unbilled, ValuedWork
from services.billing.rates.store.overtime import CHANGES, WEEKS_CHOSEN
from shared.work import Work

Holidays = Sequence[tuple[UUID, date]]

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
                    when 'overtime' then false
                    else exists (
                        select from unnest(cast(:premiums as uuid[]), cast(:holidays as date[])) as one (premium, day)
                        where one.premium = agreed.id and one.day = fact.day) end
    order by percent desc, kind desc limit 1"""

# What is known of an item `worked` that its rate depends on; time that corrects an entry goes by that entry.
FACT = f"""
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
        cross join lateral (select {CASCADE} as reaches) cascade"""  # noqa: S608 - put together from constants

# The rates that are agreed for a fact, each with the premium that counts and with its place in the cascade.
AGREED = """
            select id as rate_id, scope, case when coalesce(premium.percent, 0) = 0 then hourly_rate
                                              else round(hourly_rate * (1 + premium.percent / 100), digits) end
                       as hourly_rate,
                   digits, array_position(cascade.reaches, reach) as place
            from rates
            where reach = any(cascade.reaches) and currency = contract.currency
              and starts_on <= fact.day and (ends_before is null or fact.day < ends_before)"""

# The cascade and the rounding of model.py as one statement over all time that is not valued yet. Time that
# corrects an entry takes the rate of that entry, so that the two cancel out to the cent; it waits for the entry.
VALUE = text(
    f"""
    with valued as (
        select worked.id, counts.rate_id, counts.scope, counts.hourly_rate,
               coalesce(corrected.premium, premium.kind) as premium,
               coalesce(corrected.premium_percent, premium.percent) as premium_percent,
               round(counts.hourly_rate * worked.billable_minutes / 60, counts.digits) as value
        {FACT}
        left join lateral ({PREMIUM}) premium on corrected.rate_id is null
        cross join lateral (
            select id as rate_id, scope, corrected.rate as hourly_rate, digits, 0 as place
            from rates where id = corrected.rate_id
            union all
            {AGREED} and corrected.rate_id is null
            order by place limit 1
        ) counts
        where worked.value is null and worked.is_billable and worked.contract_line_id is not null
          and worked.billable_minutes is not null
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

# Nothing of the item is on an invoice or a draft, and nobody said by hand what it is worth.
FREE = """(select coalesce(sum(amount), 0) = 0 and coalesce(sum(minutes), 0) = 0
             from allocations where item_id = {of}.id)
          and not exists (select from work_adjustments
                          where item_id = {of}.id and kind in ('adjusted', 'written_off', 'transferred'))"""

# Unbilled work whose rate is not the one that would count now. An entry and what corrects it change together or not at
# all, so that they still cancel out; what was transferred is no longer what was corrected. What was marked by hand
# before it was transferred is known by a value that its rate does not come to.
RE_RATED = f"""
        select worked.id as item_id, worked.contract_id, worked.contract_line_id, worked.currency, worked.day,
               worked.staffing_role, worked.note, worked.billable_minutes as minutes, worked.value as from_value,
               worked.rate_id as from_rate_id, worked.rate as from_rate, worked.rule as from_rule,
               worked.premium as from_premium, worked.premium_percent as from_premium_percent,
               counts.rate_id as to_rate_id, counts.hourly_rate as to_rate, counts.scope as to_rule,
               premium.kind as to_premium, premium.percent as to_premium_percent,
               round(counts.hourly_rate * worked.billable_minutes / 60, counts.digits)
                 - round(worked.rate * worked.billable_minutes / 60, counts.digits) as amount
        {FACT}
        left join lateral ({PREMIUM}) premium on true
        cross join lateral ({AGREED} order by place limit 1) counts
        where worked.is_billable and worked.rate_id is not null and worked.contract_line_id is not null
          and worked.rate <> counts.hourly_rate and contract.status = 'active'
          and worked.value = round(worked.rate * worked.billable_minutes / 60, counts.digits)
          and (cast(:contracts as uuid[]) is null or worked.contract_id = any(:contracts))
          and (cast(:customer_id as uuid) is null or contract.customer_id = :customer_id)
          and (cast(:from_on as date) is null or fact.day >= :from_on)
          and (cast(:up_to as date) is null or fact.day <= :up_to)
          and {FREE.format(of="worked")}
          and (worked.corrects_entry_id is null or (corrected.id is not null and {FREE.format(of="corrected")}))
          and not exists (
              select from billable_items correction
              where correction.corrects_entry_id = coalesce(worked.entry_id, (
                        select entry_id from billable_items source where source.id = worked.transferred_from))
                and (worked.transferred_from is not null or not ({FREE.format(of="correction")})))
"""  # noqa: S608 - as above
RE_RATED_COLUMNS = (
    *(column(name, Uuid) for name in ("item_id", "contract_id", "contract_line_id", "from_rate_id", "to_rate_id")),
    *(column(name, String) for name in ("currency", "staffing_role", "from_rule", "from_premium")),
    *(column(name, String) for name in ("to_rule", "to_premium")),
    *(column(name, Numeric) for name in ("from_value", "from_rate", "to_rate", "amount")),
    *(column(name, Numeric) for name in ("from_premium_percent", "to_premium_percent")),
    column("day", Date),
    column("note", Text),
    column("minutes", Integer),
)


# The same, and what comes on top of it for overtime.
RE_RATED_AND_OVERTIME = f"""
    with anew as ({RE_RATED}), weeks as ({WEEKS_CHOSEN}), {CHANGES}
    select {", ".join(each.name for each in RE_RATED_COLUMNS)} from anew
    union all
    select changes.id, entry.contract_id, entry.contract_line_id, rate_id_before, changes.rate_id, entry.currency,
           entry.staffing_role, 'overtime', 'overtime', 'overtime', 'overtime', value_before, rate_before, changes.rate,
           changes.value - value_before, percent, percent, entry.day, entry.note, changes.minutes
    from changes join billable_items entry on entry.id = changes.on_top_of
    where changes.value <> value_before
"""  # noqa: S608 - as above


def re_rated(
    chosen: Unbilled, holidays: Holidays, contract_ids: Sequence[UUID] | None, *, with_overtime: bool
) -> Subquery:
    """The unbilled work whose rate is not the one that would count now, of some contracts or of all."""
    asked = text(RE_RATED_AND_OVERTIME if with_overtime else RE_RATED).bindparams(
        bindparam("contracts", contract_ids, ARRAY(Uuid)),
        bindparam("customer_id", chosen.customer_id, Uuid),
        bindparam("from_on", chosen.from_on, Date),
        bindparam("up_to", chosen.up_to, Date),
        bindparam("premiums", [one for one, _ in holidays], ARRAY(Uuid)),
        bindparam("holidays", [day for _, day in holidays], ARRAY(Date)),
    )
    return asked.columns(*RE_RATED_COLUMNS).subquery()


async def value(
    work: Work, holidays: Holidays, *, contract_id: UUID | None, entry_ids: Sequence[UUID] | None
) -> list[ValuedWork]:
    """Value what has no value yet, of one contract or of all, of some entries and what corrects them or of all.

    `holidays` are the days of each premium on public holidays. Gives what has a value now.
    """
    await work.session.execute(PLAN_ANEW)
    on_top = {"premiums": [one for one, _ in holidays], "holidays": [day for _, day in holidays]}
    rows = await work.session.execute(VALUE, {"contract_id": contract_id, "entry_ids": entry_ids, **on_top})
    return [ValuedWork(**row._mapping) for row in rows]


# An entry is worth what all the items are worth that it was ever spread over, and what came on top of it.
WORTH = text(
    """
    select entry.entry_id, entry.project_id, entry.contract_id, entry.contract_line_id, entry.thread_id,
           entry.currency, entry.minutes, entry.rate, entry.rule, worth.value
    from billable_items entry
    cross join lateral (
        select array_agg(id) as ids from billable_items where id = entry.id or on_top_of = entry.id
    ) own
    cross join lateral (
        select sum(value) as value from billable_items part
        where part.id = any(own.ids) or part.transferred_from = any(own.ids)
    ) worth
    where entry.entry_id is not null
      and entry.id in (select coalesce(first.on_top_of, first.id) from billable_items item
                         join billable_items first on first.id = coalesce(item.transferred_from, item.id)
                        where item.id = any(:items))
    """
)


async def worth(work: Work, item_ids: Sequence[UUID]) -> list[ValuedWork]:
    """What the entries behind the items are worth now."""
    rows = await work.session.execute(WORTH, {"items": item_ids})
    return [ValuedWork(**row._mapping) for row in rows]

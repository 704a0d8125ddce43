"""The statements that bill overtime: what is beyond the agreed minutes, as items on top of the entries.

The rule is `overtime` of the model of premiums. What it comes to is reckoned anew for every week that is touched, from
the entries alone, so that the order in which they were heard of leaves no trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from services.billing.rates.model import Unbilled
from shared.work import Work

IS_AGREED = text("select exists (select from premiums where kind = 'overtime')")

# The people's weeks that entries, or what they correct, are of.
WEEKS_OF_ENTRIES = """
        select distinct contract_id, person_id, cast(date_trunc('week', day) as date) as monday from billable_items
        where entry_id = any(:entry_ids)
           or entry_id in (select corrects_entry_id from billable_items where entry_id = any(:entry_ids))"""

WEEKS_CHOSEN = """
        select distinct item.contract_id, item.person_id, cast(date_trunc('week', item.day) as date) as monday
        from billable_items item join contracts on contracts.id = item.contract_id and contracts.status = 'active'
        where item.entry_id is not null
          and (cast(:contracts as uuid[]) is null or item.contract_id = any(:contracts))
          and (cast(:customer_id as uuid) is null or contracts.customer_id = :customer_id)
          and (cast(:from_on as date) is null or item.day >= :from_on)
          and (cast(:up_to as date) is null or item.day <= :up_to)"""

NOTHING_ANEW = """
        select cast(null as uuid) as item_id, cast(null as uuid) as to_rate_id, cast(null as numeric) as to_rate,
               cast(null as numeric) as to_premium_percent where false"""

IN_INCREMENTS = "(cast(sign({minutes}) * whole as numeric) * ceil(cast(abs({minutes}) as numeric) / whole))"

# What of the time of a week is billed with which premium. `anew` are entries that are about to have another rate.
WANTED = f"""
    times as (
        select root.*, contract.customer_id, whole, root.minutes + coalesce(correcting.minutes, 0) as minutes_by_now,
               {IN_INCREMENTS.format(minutes="root.minutes")} + coalesce(correcting.billed, 0) as billed,
               coalesce(anew.to_rate_id, root.rate_id) as counts_rate_id, coalesce(anew.to_rate, root.rate) as counts,
               case when anew.item_id is null then root.premium_percent else anew.to_premium_percent end as of_day
        from weeks
        join billable_items root on root.contract_id = weeks.contract_id and root.person_id = weeks.person_id
                                and root.day >= weeks.monday and root.day < weeks.monday + 7
        join contracts contract on contract.id = root.contract_id
        cross join lateral (select coalesce(nullif(contract.billing_increment_minutes, 0), 1) as whole) increment
        left join lateral (
            select sum(minutes) as minutes, sum({IN_INCREMENTS.format(minutes="minutes")}) as billed
            from billable_items where corrects_entry_id = root.entry_id
        ) correcting on true
        left join anew on anew.item_id = root.id
        where root.entry_id is not null and root.corrects_entry_id is null and root.is_billable
          and root.contract_line_id is not null and root.rule is distinct from 'covered'
    ),
    counted as (
        select times.*, sum(minutes_by_now) over in_the_day as in_day, sum(minutes_by_now) over in_the_week as in_week
        from times
        window in_the_day as (partition by contract_id, person_id, day order by entry_id, id),
               in_the_week as (partition by contract_id, person_id, date_trunc('week', day) order by day, entry_id, id)
    ),
    steps as (
        select counted.*, premium.id as step_id, percent,
               least(ceil(cast(least(greatest(case premium.counted_by when 'day' then in_day else in_week end
                                                - premium.beyond_minutes, 0), greatest(minutes_by_now, 0)) as numeric)
                          / whole) * whole, greatest(billed, 0)) as beyond
        from counted cross join lateral (
            select *, rank() over (order by contract_id is null, customer_id is null) as place from premiums
            where kind = 'overtime' and (contract_id is null or contract_id = counted.contract_id)
              and (customer_id is null or customer_id = counted.customer_id)
              and starts_on <= counted.day and (ends_before is null or counted.day < ends_before)
        ) premium
        where place = 1 and counted.counts_rate_id is not null
    ),
    apart as (
        select steps.id as item_id, step_id, digits,
               beyond - coalesce(max(beyond) over higher, 0) as minutes,
               round(case when coalesce(of_day, 0) = 0 then counts else hourly_rate end * (1 + percent / 100), digits)
                 - counts as rate
        from steps join rates on rates.id = counts_rate_id
        window higher as (partition by steps.id order by percent desc, step_id
                          rows between unbounded preceding and 1 preceding)
    ),
    wanted as (
        select item_id, step_id, minutes, rate, round(rate * minutes / 60, digits) as value
        from apart where minutes > 0 and rate > 0
    )
"""  # noqa: S608 - put together from constants

# What there is by now. What was ever adjusted, re-rated, recognised or on a draft stays with what it was worth at
# first; one item that was not makes up the difference, and follows when that changes again.
CHANGES = f"""
    {WANTED},
    made as (
        select times.id as item_id, extra.premium_id as step_id, count(*) filter (where is_touched) as settled,
               coalesce(sum(extra.value - adjusted) filter (where is_touched), 0) as value,
               coalesce(sum(extra.overtime_minutes) filter (where is_touched), 0) as minutes, max(extra.rate) as rate,
               cast(max(cast(extra.id as text)) filter (where not is_touched) as uuid) as waiting_id
        from times join billable_items extra on extra.on_top_of = times.id
        cross join lateral (
            select coalesce(sum(amount), 0) as adjusted,
                   count(*) > 0 or exists (select from allocations where item_id = extra.id)
                     or exists (select from recognition_items where item_id = extra.id)
                     or exists (select from re_rated_items where item_id = extra.id) as is_touched
            from work_adjustments where item_id = extra.id
        ) so_far
        group by times.id, extra.premium_id
    ),
    changes as (
        select coalesce(waiting.id, cast(md5(concat_ws('/', times.id, premium.id, coalesce(made.settled, 0))) as uuid))
                   as id,
               times.id as on_top_of, premium.id as premium_id, premium.percent,
               times.counts_rate_id as rate_id, coalesce(wanted.rate, made.rate) as rate,
               coalesce(wanted.value, 0) - coalesce(made.value, 0) as value,
               cast(coalesce(wanted.minutes, 0) - coalesce(made.minutes, 0) as int) as minutes,
               waiting.id is not null as is_here, coalesce(waiting.value, 0) as value_before,
               coalesce(waiting.rate, 0) as rate_before, coalesce(waiting.rate_id, times.counts_rate_id)
                   as rate_id_before
        from wanted full join made using (item_id, step_id)
        join times on times.id = item_id
        join premiums premium on premium.id = step_id
        left join billable_items waiting on waiting.id = made.waiting_id
        where (cast(:from_on as date) is null or times.day >= :from_on)
          and (cast(:up_to as date) is null or times.day <= :up_to)
          and (coalesce(wanted.value, 0) - coalesce(made.value, 0), coalesce(wanted.rate, made.rate))
              is distinct from (coalesce(waiting.value, 0), coalesce(waiting.rate, wanted.rate, made.rate))
    )
"""  # noqa: S608 - as above

# What nothing refers to goes when there is nothing on top, so that no order leaves another row than the others.
FOLLOW = f"""
    with anew as ({NOTHING_ANEW}), weeks as ({{weeks}}), {CHANGES},
    kept as (
        select changes.*, changes.value <> 0 or cast(:keeps as boolean) as is_kept from changes
    ),
    gone as (delete from billable_items where id in (select id from kept where is_here and not is_kept)),
    changed as (
        update billable_items item
           set value = kept.value, rate = kept.rate, rate_id = kept.rate_id, overtime_minutes = kept.minutes,
               version = item.version + 1
          from kept where item.id = kept.id and is_here and is_kept
    ),
    added as (
        insert into billable_items
            (id, contract_id, contract_line_id, project_id, thread_id, task_id, person_id, staffing_role, day, note,
             is_billable, currency, rate_id, rate, rule, premium, premium_percent, premium_id, on_top_of,
             overtime_minutes, value, version)
        select kept.id, entry.contract_id, entry.contract_line_id, entry.project_id, entry.thread_id, entry.task_id,
               entry.person_id, entry.staffing_role, entry.day, '', true,
               entry.currency, kept.rate_id, kept.rate, 'overtime', 'overtime', kept.percent, kept.premium_id,
               entry.id, kept.minutes, kept.value, 1
        from kept join billable_items entry on entry.id = kept.on_top_of
        where not is_here and kept.value <> 0
    )
    select distinct on_top_of from changes
"""  # noqa: S608 - as above
FOLLOW_ENTRIES = text(FOLLOW.format(weeks=WEEKS_OF_ENTRIES))
FOLLOW_CHOSEN = text(FOLLOW.format(weeks=WEEKS_CHOSEN))

LOCK = text(
    """
    select id from contracts
    where id in (select contract_id from billable_items where entry_id = any(:entry_ids)) order by id for update
    """
)


async def is_agreed(work: Work) -> bool:
    """Whether anything was ever agreed on overtime."""
    return bool(await work.session.scalar(IS_AGREED))


async def follow_entries(work: Work, entry_ids: Sequence[UUID]) -> list[UUID]:
    """Let overtime come to what is agreed in the weeks of these entries; the items that it changes something on."""
    await work.session.execute(LOCK, {"entry_ids": entry_ids})
    asked = {"entry_ids": entry_ids, "from_on": None, "up_to": None, "keeps": False}
    return list(await work.session.scalars(FOLLOW_ENTRIES, asked))


async def follow_chosen(work: Work, chosen: Unbilled, contract_ids: Sequence[UUID]) -> list[UUID]:
    """Let overtime of locked contracts come to what is agreed by now, and keep what comes to nought."""
    days = {"customer_id": chosen.customer_id, "from_on": chosen.from_on, "up_to": chosen.up_to}
    asked = {"contracts": contract_ids, "keeps": True, **days}
    return list(await work.session.scalars(FOLLOW_CHOSEN, asked))

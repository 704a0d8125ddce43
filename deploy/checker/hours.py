"""Hours: every approved minute is billed at most once, comes from an approval, and is never rewritten."""

from __future__ import annotations

from typing import Any

from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look, cents, counted, differences, exact
from deploy.checker.sightings import digest

DAY = 24 * 60
APPROVED = """
select a.*, h.thread_id from approved_entries a
join projects p on p.tenant_id = a.tenant_id and p.id = a.project_id
join handoffs h on h.tenant_id = p.tenant_id and h.id = p.handoff_id
order by a.tenant_id, a.id
"""
ITEMS = """
select tenant_id, id, entry_id, entry_version, minutes, billable_minutes from billable_items where entry_id is not null
"""
ALLOCATED = """
select a.tenant_id, a.item_id, a.turn, a.kind, a.line_id, a.invoice_id, a.amount, a.minutes, i.status
from allocations a join invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
order by a.tenant_id, a.item_id, a.turn
"""
CREDITED = """
select c.tenant_id, c.item_id, n.invoice_id, sum(c.amount) as amount from credited_items c
join credit_notes n on n.tenant_id = c.tenant_id and n.id = c.credit_note_id where n.status = 'issued' group by 1, 2, 3
"""
WORKED = """
select tenant_id, person_id, day, sum(minutes) as minutes from (
    select tenant_id, person_id, day, minutes from time_entries
    union all select tenant_id, person_id, day, minutes from approved_entries
) as worked group by 1, 2, 3
"""
DAYS = "select tenant_id, person_id, day, minutes from person_days"
COUNTED = "select tenant_id, entry_id, person_id, day, minutes, billable from approved_time"
# Of each entry, by premium, what is billed on top of it; and what is billed of it with what corrects it.
OVERTIME = """
select o.tenant_id, o.on_top_of, o.minutes, o.items, o.value, o.rate, r.digits,
       sum(o.minutes) over (partition by o.tenant_id, o.on_top_of) as in_all, (
    select sum(cast(sign(w.minutes) * i.step as int) * ceil(cast(abs(w.minutes) as numeric) / i.step))
    from billable_items w
    where w.tenant_id = e.tenant_id and (w.id = e.id or w.corrects_entry_id = e.entry_id)) as billed
from (
    select tenant_id, on_top_of, premium_id, sum(overtime_minutes) as minutes, max(value) as value, max(rate) as rate,
           count(*) + count(*) filter (where exists (
               select from work_adjustments a where a.tenant_id = b.tenant_id and a.item_id = b.id)) as items
    from billable_items b where on_top_of is not null group by 1, 2, 3) o
join billable_items e on e.tenant_id = o.tenant_id and e.id = o.on_top_of
join contracts c on c.tenant_id = e.tenant_id and c.id = e.contract_id
cross join lateral (select coalesce(nullif(c.billing_increment_minutes, 0), 1) as step) i
left join rates r on r.tenant_id = e.tenant_id and r.id = e.rate_id
"""


@invariant("H-1", Strength.QUIESCENT)
async def every_approved_minute_is_in_billing(look: Look) -> list[str]:
    """The minutes of an approved entry are the minutes of its billable item, to the minute."""
    items = {
        (row["tenant_id"], row["entry_id"], row["entry_version"]): row["minutes"]
        for row in await look.rows("billing", ITEMS)
    }
    return [
        f"approved entry {row['id']} has {row['minutes']} minutes, its billable item {items[key]}"
        for row in await look.rows("delivery", APPROVED)
        if (key := (row["tenant_id"], row["id"], row["version"])) in items and items[key] != row["minutes"]
    ]


@invariant("H-2", Strength.LOCAL)
async def no_minute_is_billed_twice(look: Look) -> list[str]:
    """Turns of an item are counted without a gap, never more of it is taken than it has; an entry makes one item."""
    broken = []
    items = await look.rows("billing", ITEMS)
    worked = {(row["tenant_id"], row["id"]): row["billable_minutes"] for row in items}
    turns: dict[Any, int] = {}
    taken: dict[Any, int] = {}
    for row in await look.rows("billing", ALLOCATED):
        item = (row["tenant_id"], row["item_id"])
        turns[item] = turns.get(item, 0) + 1
        taken[item] = taken.get(item, 0) + (row["minutes"] or 0)
        least, most = sorted((0, worked.get(item) or 0))
        if row["turn"] != turns[item] or not least <= taken[item] <= most:
            broken.append(f"item {row['item_id']} is {row['kind']} in turn {row['turn']} after {turns[item] - 1}")
    pieces = counted((row["tenant_id"], row["entry_id"], row["entry_version"]) for row in items)
    return broken + [f"entry {entry} makes {number} items" for (_, entry, _), number in pieces.items() if number > 1]


@invariant("H-3", Strength.CAUSAL)
async def only_approved_time_is_billable(look: Look) -> list[str]:
    """Every billable item of an entry refers to a version of it that was approved."""
    items = await look.rows("billing", ITEMS)
    await look.later()
    approved = {(row["tenant_id"], row["id"], row["version"]) for row in await look.rows("delivery", APPROVED)}
    return [
        f"item {row['id']} is of entry {row['entry_id']}, version {row['entry_version']}, which nobody approved"
        for row in items
        if (row["tenant_id"], row["entry_id"], row["entry_version"]) not in approved
    ]


@invariant("H-4", Strength.LOCAL)
async def what_is_given_back_is_what_was_taken(look: Look) -> list[str]:
    """A discarded draft frees what it took, an issued invoice what was credited of it, and nothing else is freed."""
    credited = {_taking(row): row["amount"] for row in await look.rows("billing", CREDITED)}
    taken: dict[Any, Any] = {}
    freed: dict[Any, Any] = {}
    status: dict[Any, str] = {}
    for row in await look.rows("billing", ALLOCATED):
        of, key = (taken if row["kind"] == "taken" else freed), _taking(row)
        of[key] = of.get(key, 0) + row["amount"]
        status[key] = row["status"]
    broken = []
    for key, amount in taken.items():
        due = {"discarded": amount, "issued": credited.get(key, 0)}.get(status[key], 0)
        if -freed.get(key, 0) != due:
            broken.append(f"item {key[1]} is freed of {-freed.get(key, 0)} by a {status[key]} invoice, not of {due}")
    return broken + [f"item {key[1]} is freed by what never took it" for key in freed if key not in taken]


@invariant("H-5", Strength.LOCAL)
async def approved_time_never_changes(look: Look) -> list[str]:
    """An approved entry that was seen once is there for ever and the same."""
    now = {f"{row['id']}/{row['version']}": digest(row) for row in await look.rows("delivery", APPROVED)}
    return [f"approved entry {what}" for what in look.seen.compare("approved time", now)]


@invariant("H-6", Strength.LOCAL)
async def a_day_has_24_hours(look: Look) -> list[str]:
    """Nobody works less than nought or more than 1,440 minutes a day, and the day's total says what its entries say."""
    worked = {_day(row): row["minutes"] for row in await look.rows("delivery", WORKED) if row["minutes"]}
    said = {_day(row): row["minutes"] for row in await look.rows("delivery", DAYS) if row["minutes"]}
    return [f"{minutes} minutes on {day}" for day, minutes in worked.items() if not 0 <= minutes <= DAY] + differences(
        "the day", worked, said
    )


@invariant("H-7", Strength.QUIESCENT)
async def utilisation_counts_what_was_approved(look: Look) -> list[str]:
    """What resourcing counts of an approved entry is what delivery approved."""
    approved = {
        (row["tenant_id"], row["id"]): (row["person_id"], row["day"], row["minutes"], row["billable"])
        for row in await look.rows("delivery", APPROVED)
    }
    return [
        f"resourcing counts entry {row['entry_id']} differently than it was approved"
        for row in await look.rows("resourcing", COUNTED)
        if (entry := approved.get((row["tenant_id"], row["entry_id"])))
        and entry != (row["person_id"], row["day"], row["minutes"], row["billable"])
    ]


@invariant("H-8", Strength.LOCAL)
async def overtime_is_time_of_its_entry(look: Look) -> list[str]:
    """On top of an entry no more minutes are billed than it has by now, each at what an hour is dearer."""
    broken = []
    for row in await look.rows("billing", OVERTIME):
        if not 0 <= row["in_all"] <= row["billed"]:
            broken.append(f"overtime of item {row['on_top_of']} is {row['in_all']} of {row['billed']} minutes")
            continue
        worth = cents(exact(row["rate"] or 0) * row["minutes"] / 60, row["digits"] or 2)
        if row["items"] == 1 and worth != exact(row["value"]):
            broken.append(f"overtime of item {row['on_top_of']} is worth {row['value']}")
    return broken


def _day(row: Any) -> tuple[Any, Any, Any]:
    return row["tenant_id"], row["person_id"], row["day"]


def _taking(row: Any) -> tuple[Any, Any, Any]:
    return row["tenant_id"], row["item_id"], row["invoice_id"]

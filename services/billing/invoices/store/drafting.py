"""Putting what is open on drafts: one statement, for one contract or for many."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from services.billing.invoices.model import Head
from services.billing.invoices.model.overtime import OVERTIME
from services.billing.invoices.model.selection import Selection
from services.billing.legal_entities.model import Language, TaxRule
from shared.work import Work

# What is open on an item is what it is worth less what was taken of it and not freed, in money and in minutes. Deposits
# and what draws them down are of no line, and go with whatever is chosen.
OPEN = """
    from unnest(cast(:contracts as uuid[]), cast(:invoices as uuid[])) as draft (contract_id, invoice_id)
    join contracts of_draft on of_draft.id = draft.contract_id and of_draft.status = 'active'
    join billable_items item on item.contract_id = draft.contract_id and item.day <= :up_to
    left join contract_lines line on line.id = item.contract_line_id
    cross join lateral (
        select coalesce(sum(amount), 0) as value, coalesce(sum(minutes), 0) as minutes, coalesce(max(turn), 0) as turn
        from allocations where item_id = item.id
    ) taken
    cross join lateral (
        select item.value - taken.value as value, item.billable_minutes - taken.minutes as minutes
    ) open
    where item.is_billable and item.value is not null and item.held_because is null
      and (cast(:method as text) is null or line.method = :method or item.contract_line_id is null)
      and (open.value <> 0 or coalesce(open.minutes, 0) <> 0)
"""

# What a line says: its wording, with what stands in braces filled in.
WORDED = "coalesce(cast(:wording as text), layout.wording, '{line}')"
for name, filled in {
    "line": "summed.description",
    "role": "coalesce(summed.staffing_role, '')",
    "person": "coalesce((select min(name) from subjects where cast(person_id as text) = summed.person_id), '')",
    "note": "coalesce(summed.note, '')",
    "from": "to_char(summed.first, draft.days)",
    "to": "to_char(summed.last, draft.days)",
    "contract": "contract.number",
    "purchase_order": "coalesce(contract.purchase_order, '')",
}.items():
    WORDED = f"replace({WORDED}, '{{{name}}}', {filled})"

# What was noted, or what is agreed on overtime, in the language of the invoice.
NOTE = """case when item.rule = 'overtime' then (
                   select format(cast(:overtime as jsonb) -> kept.language ->> premium.counted_by,
                                 concat(beyond_minutes / 60, to_char(beyond_minutes % 60, 'fm:00')),
                                 replace(cast(trim_scale(percent) as text), '.',
                                         case kept.language when 'en' then '.' else ',' end))
                   from premiums premium join invoices kept on kept.id = draft.invoice_id
                   where premium.id = item.premium_id) else item.note end"""

# Everything of the contracts that can be invoiced goes on their drafts, in one statement: an item per entry, a line per
# contract line, rate and what lines are grouped by. The turn of an allocation is its key, so that no part of an item
# is ever on two invoices. What was marked up or down has lines of its own, at the price that comes of it.
DRAFT = text(
    f"""
    with taxes as (
        select distinct on (draft.invoice_id, line.id) draft.invoice_id, line.id as line_id, rule.category, rule.rate
        from unnest(cast(:contracts as uuid[]), cast(:invoices as uuid[])) as draft (contract_id, invoice_id)
        cross join lateral (
            select id, product from contract_lines where contract_id = draft.contract_id
            union all select null, ''
        ) line
        join jsonb_to_recordset(cast(:rules as jsonb))
                 as rule (invoice_id uuid, product text, category text, rate numeric)
          on rule.invoice_id = draft.invoice_id and rule.product in ('', line.product)
        order by draft.invoice_id, line.id, rule.product desc
    ),
    candidates as (
        select draft.invoice_id, draft.contract_id, item.id, item.day,
               case when item.rule is distinct from 'overtime' then item.rate end as rate,
               item.staffing_role, {NOTE} as note, cast(item.person_id as text) as person_id,
               taken.turn, open.value, open.minutes, line.id as line_id, line.position as sold_as,
               case when item.rule = 'overtime' then concat_ws(': ', line.description, {NOTE})
                    else coalesce(line.description, item.note) end as description,
               case when line.id is null or item.rule = 'overtime' then item.rule || {NOTE} end as unsold,
               exists (select from work_adjustments where item_id = item.id and kind in ('adjusted', 'capped'))
                   as is_adjusted,
               case coalesce(cast(:grouping as text), (
                        select grouping from invoice_layouts where legal_entity_id = of_draft.legal_entity_id), 'role')
                   when 'role' then item.staffing_role when 'person' then cast(item.person_id as text)
                   when 'project' then cast(item.project_id as text) when 'task' then cast(item.task_id as text)
                   when 'entry' then concat(item.day, item.id)
               end as grouped
        {OPEN}
    ),
    taken as (
        select candidates.*, dense_rank() over (partition by invoice_id order by contract.number, sold_as, line_id,
                                                       unsold nulls first, grouped, rate, is_adjusted)
                               as position
        from candidates join contracts contract on contract.id = candidates.contract_id
    ),
    summed as (
        select invoice_id, contract_id, position, line_id, description, rate, is_adjusted,
               case when min(staffing_role) = max(staffing_role) then min(staffing_role) end as staffing_role,
               case when min(person_id) = max(person_id) then min(person_id) end as person_id,
               case when min(note) = max(note) then min(note) end as note,
               sum(value) as value, sum(minutes) as minutes, min(day) as first, max(day) as last
        from taken group by invoice_id, contract_id, position, line_id, description, rate, is_adjusted
    ),
    lines as (
        insert into invoice_lines (id, invoice_id, position, contract_id, contract_line_id, staffing_role, description,
                                   minutes, unit_price, net, service_from, service_before, tax_category, tax_rate)
        select gen_random_uuid(), summed.invoice_id, summed.position, contract.id, summed.line_id,
               summed.staffing_role, {WORDED}, summed.minutes,
               coalesce(case when not is_adjusted then summed.rate
                             else round(value * 60 / nullif(summed.minutes, 0), 4) end, value),
               value, first, last + 1, tax.category, tax.rate
        from summed join contracts contract on contract.id = summed.contract_id
        join (select id, case language when 'de' then 'DD.MM.YYYY' when 'fr' then 'DD/MM/YYYY' else 'YYYY-MM-DD' end
                         as days from invoices) draft on draft.id = summed.invoice_id
        left join invoice_layouts layout on layout.legal_entity_id = contract.legal_entity_id
        join taxes tax on tax.invoice_id = summed.invoice_id and tax.line_id is not distinct from summed.line_id
        returning id, invoice_id, position
    )
    insert into allocations (item_id, turn, kind, line_id, invoice_id, amount, minutes)
    select taken.id, taken.turn + 1, 'taken', lines.id, taken.invoice_id, taken.value, coalesce(taken.minutes, 0)
    from taken join lines on lines.invoice_id = taken.invoice_id and lines.position = taken.position
    """  # noqa: S608 - put together from constants
)

# What invoices claim; what was paid in advance comes off it, and a draft may come to nought by that.
OPEN_NETS = text(
    f"""
    select draft.contract_id, coalesce(sum(open.value) filter (where item.rule is distinct from 'drawdown'), 0)
    {OPEN} group by 1
    """  # noqa: S608 - put together from constants
)

# What a cap or a deposit has to be looked at for; most contracts have neither.
LIMITED = text(
    """
    select id from contracts
    where id = any(:contracts)
      and (exists (select from contract_lines line
                   where line.contract_id = contracts.id and line.method = 'time_and_materials_capped')
           or exists (select from billable_items item
                      where item.contract_id = contracts.id and item.contract_line_id is null
                        and item.rule = 'deposit'))
    order by id
    """
)

HEADS = text(
    """
    insert into invoices (id, contract_id, customer_id, legal_entity_id, project_id, thread_id, status, language,
                          currency, up_to, prepared_by, prepared_at, version)
    select distinct on (draft.invoice_id) draft.invoice_id, contract.id, contract.customer_id, contract.legal_entity_id,
           contract.project_id, contract.thread_id, 'draft', coalesce(preferred.language, layout.language, 'en'),
           contract.currency, cast(:up_to as date), :by, cast(:at as timestamptz), 1
    from unnest(cast(:contracts as uuid[]), cast(:invoices as uuid[])) as draft (contract_id, invoice_id)
    join contracts contract on contract.id = draft.contract_id
    left join invoice_preferences preferred on preferred.customer_id = contract.customer_id
    left join invoice_layouts layout on layout.legal_entity_id = contract.legal_entity_id
    order by draft.invoice_id, contract.number
    returning id, customer_id, legal_entity_id, currency, language
    """
)


async def limited_contracts(work: Work, contract_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the contracts that have a capped line or a deposit."""
    return list(await work.session.scalars(LIMITED, {"contracts": list(contract_ids)}))


async def open_nets(work: Work, contract_ids: Sequence[UUID], chosen: Selection) -> dict[UUID, Decimal]:
    """What is open to be claimed on each of the contracts, of those that are active and on which something is."""
    asked = {"contracts": contract_ids, "invoices": [None] * len(contract_ids)}
    asked_for = {**asked, "up_to": chosen.up_to, "method": chosen.method}
    return {row[0]: Decimal(row[1]) for row in await work.session.execute(OPEN_NETS, asked_for)}


async def open_drafts(work: Work, drafts: Mapping[UUID, UUID], chosen: Selection, *, by: str) -> list[Head]:
    """Keep an empty draft for each id given, of the contracts that it is given for, as prepared `by` somebody."""
    made = {"up_to": chosen.up_to, "by": by, "at": work.now}
    found = await work.session.execute(HEADS, {**_paired(drafts), **made})
    return [Head(row.id, row.customer_id, row.legal_entity_id, row.currency, Language(row.language)) for row in found]


async def fill(
    work: Work, drafts: Mapping[UUID, UUID], chosen: Selection, rules: Mapping[UUID, Sequence[TaxRule]]
) -> None:
    """Put what is open and was chosen on the drafts, by contract, taxed by the rules of each draft."""
    said = [
        {"invoice_id": str(draft), "product": rule.product, "category": rule.category, "rate": str(rule.rate)}
        for draft, each in rules.items()
        for rule in each
    ]
    told = {"rules": json.dumps(said), "overtime": json.dumps(OVERTIME)}
    await work.session.execute(DRAFT, {**chosen.asked, **_paired(drafts), **told})


def _paired(drafts: Mapping[UUID, UUID]) -> dict[str, list[UUID]]:
    return {"contracts": list(drafts), "invoices": list(drafts.values())}

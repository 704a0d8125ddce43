"""Reading the time behind an invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import text

from services.billing.invoices.model.annex import Entry
from shared.work import Work

ENTRIES = text(
    """
    select line.invoice_id,
           line.contract_id, line.position, item.day, coalesce(person.name, '') as person, item.note, taken.minutes
    from invoice_lines line
    join timesheet_annexes annex on annex.contract_id = line.contract_id and annex.is_wanted
    join allocations taken on taken.line_id = line.id and taken.kind = 'taken'
    join billable_items item on item.id = taken.item_id and item.entry_id is not null
    left join lateral (select min(name) as name from subjects where person_id = item.person_id) person on true
    where line.invoice_id = any(cast(:invoices as uuid[]))
    order by line.invoice_id, line.position, item.day, person.name, item.id
    """
)


async def entries_of(work: Work, invoice_ids: Collection[UUID]) -> Mapping[UUID, list[Entry]]:
    """The time entries behind each invoice, line by line, of those contracts whose customer asked for them."""
    found: dict[UUID, list[Entry]] = defaultdict(list)
    for invoice_id, *said in await work.session.execute(ENTRIES, {"invoices": list(invoice_ids)}):
        found[invoice_id].append(Entry(*said))
    return found

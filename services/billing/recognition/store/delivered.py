"""What was delivered and is not recognised: all of it, or what caps leave of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from services.billing.recognition.model.capped import LineUnderCap, WorkUnderCap
from services.billing.recognition.model.earned import DeliveredItem
from services.billing.recognition.store import runs
from services.billing.recognition.store.usual import IS_MEASURED
from services.billing.tables import written_down
from shared.period import Period
from shared.work import Work

# What was recognised before comes first, so that it stays; the cap is as agreed at the end of the month.
UNDER_CAPS = text(
    f"""
    select line.id as line_id, item.id as item_id, item.project_id, item.day, done.amount as recognised,
           case when taken.amount = 0 then item.value - capped.amount else item.value end as worth,
           case when coalesce(line.cap, amended.delta) is not null
                then coalesce(line.cap, 0) + coalesce(amended.delta, 0) end as cap,
           (select max(period_starts_on)
              from recognised_lines before join recognition_runs run on run.id = before.run_id
             where before.contract_line_id = line.id) as recognised_for
      from contract_lines line
      join contracts contract on contract.id = line.contract_id and contract.status = 'active'
      join legal_entities seller on seller.id = contract.legal_entity_id
      join billable_items item on item.contract_id = contract.id and item.contract_line_id = line.id
      cross join lateral (
          select sum(cap_delta) as delta from amendments join amended_lines change on amendment_id = amendments.id
           where amendments.contract_id = contract.id and change.line_id = line.id and effective_on < :before) amended
      cross join lateral (
          select coalesce(sum(amount), 0) as amount, count(*) > 0 as is_any
            from recognition_items where item_id = item.id) done
      cross join lateral (
          select coalesce(sum(amount), 0) as amount from allocations where item_id = item.id) taken
      {written_down()}
     where seller.code = :legal_entity and line.method = 'time_and_materials_capped' and not {IS_MEASURED}
       and item.value is not null and item.day < :before
       and (cast(:contract_ids as uuid[]) is null or contract.id = any(:contract_ids))
     order by line.id, done.is_any desc, item.day, item.id
    """  # noqa: S608 - put together from constants
).bindparams(bindparam("contract_ids", type_=ARRAY(Uuid)))


async def delivered(
    work: Work, legal_entity: str, month: Period, *, contract_ids: Sequence[UUID] | None
) -> list[DeliveredItem]:
    """What was delivered by the end of a month on active contracts, or some, and is to be recognised of it."""
    before = month.ends_before or month.starts_on
    items = await runs.uncapped(work, legal_entity, before=before, contract_ids=contract_ids)
    for line in await _under_caps(work, legal_entity, before=before, contract_ids=contract_ids):
        items += line.to_recognise(month)
    return items


async def _under_caps(
    work: Work, legal_entity: str, *, before: date, contract_ids: Sequence[UUID] | None
) -> list[LineUnderCap]:
    ids = None if contract_ids is None else list(contract_ids)
    rows = await work.session.execute(UNDER_CAPS, {"legal_entity": legal_entity, "before": before, "contract_ids": ids})
    found = []
    for _, of_line in groupby(rows, key=lambda row: row.line_id):
        parts = list(of_line)
        items = [
            WorkUnderCap(DeliveredItem(row.item_id, row.line_id, row.project_id, row.day, row.worth), row.recognised)
            for row in parts
        ]
        cap = None if parts[0].cap is None else Decimal(parts[0].cap)
        found.append(LineUnderCap(cap, parts[0].recognised_for, items))
    return found

"""Remaining performance obligations on a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text

from services.billing.permissions import Permission
from services.billing.recognition.model.methods import method_of
from services.billing.recognition.store.usual import amended, contract_days_of, days_of, price_of
from services.billing.remaining_obligations.model import Band, Exclusion, Promised, Remaining, in_all
from shared.work import Work

PROMISED = text(
    f"""
    select contract.id as contract_id, contract.number, contract.name, contract.currency, contract.starts_on,
           contract.ends_before, amended.*,
           line.id, line.description, line.method, line.recognition_method, line.milestone_due_on,
           line.amount as sold_for,
           coalesce((select sum(done.amount) from recognised_lines done
                       join journal_entries entry on entry.id = done.entry_id
                      where done.contract_line_id = line.id and not done.is_beyond and entry.posted_on <= :on), 0)
             as recognised,
           line.monthly_fee, line.months
      from contract_lines line
      join contracts contract on contract.id = line.contract_id
      join legal_entities seller on seller.id = contract.legal_entity_id
      {amended("effective_on <= :on")}
     where seller.code = :legal_entity and contract.status = 'active'
     order by contract.number, line.position
    """  # noqa: S608 - put together from constants
)
AS_WORKED = frozenset({"time_and_materials", "time_and_materials_capped", "expense"})


@dataclass(frozen=True)
class RemainingLine:
    """What is left of one contract line, by band."""

    line: Promised
    bands: Mapping[Band, Decimal]


@dataclass(frozen=True)
class Report:
    """What is left on a day: in all, line by line, and what was left out for which reason."""

    on: date
    totals: Sequence[Remaining]
    lines: Sequence[RemainingLine]
    left_out: Mapping[Exclusion, int]


async def remaining_obligations(work: Work, *, legal_entity: str, on: date, without_short: bool) -> Report:
    """The price that is not recognised on the evening of a day, by when it is expected."""
    work.actor.must(Permission.SEE_LEDGER)
    rows = await work.session.execute(PROMISED, {"legal_entity": legal_entity, "on": on})
    promised = [_promised(row) for row in rows]
    why = {line.contract_line_id: line.left_out(without_short=without_short) for line in promised}
    counted = [line for line in promised if why[line.contract_line_id] is None and line.remaining]
    left_out = Counter(reason for reason in why.values() if reason is not None)
    lines = [RemainingLine(line, line.by_band(on)) for line in counted]
    return Report(on, in_all(counted, on), lines, left_out)


def _promised(row: Row[Any]) -> Promised:
    return Promised(
        contract_id=row.contract_id,
        contract_number=row.number,
        contract_name=row.name,
        contract_line_id=row.id,
        description=row.description,
        currency=row.currency,
        method=method_of(row.method, row.recognition_method),
        is_billed_as_worked=row.method in AS_WORKED and row.recognition_method in (None, "as_delivered"),
        price=price_of(row),
        recognised=row.recognised,
        days=days_of(row),
        contract_days=contract_days_of(row),
        due_on=row.milestone_due_on,
    )

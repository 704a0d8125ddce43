"""By what the revenue of a contract line is recognised and what is agreed on it, for the statements that read it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from services.billing.recognition.model.methods import MEASURED, USUAL, RecognitionMethod
from services.billing.retainers.model import Change, amended_days, fees_in_all, sold_for
from shared.period import Period

USUALLY = " ".join(f"when '{billed}' then '{method}'" for billed, method in USUAL.items())
# The method stated for a `line`, or the usual one of lines that are billed like it, as the model has it.
METHOD = f"coalesce(line.recognition_method, case line.method {USUALLY} else '{RecognitionMethod.AS_DELIVERED}' end)"
IS_MEASURED = f"{METHOD} in ({', '.join(sorted(repr(method.value) for method in MEASURED))})"


def amended(until: str) -> str:
    """What change orders in force by a day made of a `line`, in the order in which they came into force."""
    order = 'effective_on, number collate "C", amendments.id'
    return f"""
      cross join lateral (
          select coalesce(array_agg(effective_on order by {order}), '{{}}') as amended_on,
                 coalesce(array_agg(new_ends_before order by {order}), '{{}}') as new_ends,
                 coalesce(array_agg(coalesce(amount_delta, 0) order by {order}), '{{}}') as deltas
            from amendments left join amended_lines change on amendment_id = amendments.id and line_id = line.id
           where amendments.contract_id = line.contract_id and {until}
      ) amended
    """  # noqa: S608 - put together from constants


def contract_days_of(row: Row[Any]) -> Period:
    """The days of a contract by now."""
    return amended_days(Period(row.starts_on, row.ends_before), row.new_ends)


def days_of(row: Row[Any]) -> Period:
    """The days of a line by now: those of its contract, or the months that a retainer was sold for."""
    days, changes = _sold(row)
    return amended_days(days, [change.new_ends_before for change in changes])


def price_of(row: Row[Any]) -> Decimal:
    """The price of a line by now: as sold and what was amended, or the fees of its months, as they are billed."""
    if row.monthly_fee is None:
        return Decimal(sum(row.deltas, row.sold_for))
    return fees_in_all(row.monthly_fee, *_sold(row), row.currency)


def _sold(row: Row[Any]) -> tuple[Period, list[Change]]:
    changes = (Change(*one) for one in zip(row.amended_on, row.new_ends, row.deltas, strict=True))
    return sold_for(row.months, Period(row.starts_on, row.ends_before), changes)

"""What the customer pays for an expense that is passed on: what we paid, and the markup agreed on the line."""

from __future__ import annotations

from decimal import Decimal

from services.billing.contracts.model import ContractLine, Method
from shared.money import Money

EXPENSE_RULE = "expense"


def passed_on(line: ContractLine | None, paid: Money, *, currency: str) -> Money | None:
    """What `paid` is billed at under `line`, rounded half up expense by expense.

    None leaves it unrated and visible: without an expense line, or in another currency than the contract's.
    """
    if line is None or line.method is not Method.EXPENSE or paid.currency != currency:
        return None
    return (paid * (1 + (line.markup_percent or Decimal()) / 100)).rounded()

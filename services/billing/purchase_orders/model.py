"""A customer's purchase order: its number, how much may be billed under it, and how much of that is spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared.errors import Conflict
from shared.money import plain
from shared.reasons import because


class PurchaseOrderSpent(Conflict):
    """The customer's purchase order does not cover this invoice.

    Note a higher budget or a new order on the contract, or bill less. Work goes on meanwhile.
    """


@dataclass(frozen=True)
class PurchaseOrder:
    """An order as it was noted on a contract; the one noted last counts. Without a budget there is no limit."""

    id: UUID
    contract_id: UUID
    number: str
    budget: Decimal | None
    reason: str
    noted_by: str
    noted_at: datetime


@dataclass(frozen=True)
class Draw:
    """What a document bills under the order of a contract, or gives back to it."""

    document_id: UUID
    contract_id: UUID
    number: str
    amount: Decimal

    @property
    def order(self) -> tuple[UUID, str]:
        """The order, as it is found: a number by itself may be on several contracts."""
        return self.contract_id, self.number


def check_budget(number: str, budget: Decimal | None, *, spent: Decimal, net: Decimal, currency: str) -> None:
    """Refuse with PurchaseOrderSpent to bill `net` under an order that has less left; a credit is never refused."""
    if budget is None or net <= 0 or spent + net <= budget:
        return
    left = plain(max(budget - spent, Decimal()))
    raise PurchaseOrderSpent(
        because(
            "Purchase order %(number)s has %(left)s %(currency)s left, and this invoice needs %(net)s %(currency)s.",
            number=number,
            left=left,
            currency=currency,
            net=plain(net),
        )
    )

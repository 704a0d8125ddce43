"""Reading purchase orders."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.queries import contract as contract_found
from services.billing.purchase_orders import store
from services.billing.purchase_orders.model import PurchaseOrder
from shared.work import Work


@dataclass(frozen=True)
class OrderInForce:
    """The order that counts on a contract, how much of it is spent, and what was noted before."""

    currency: str
    number: str | None
    budget: Decimal | None
    spent: Decimal
    noted: list[PurchaseOrder]

    @property
    def left(self) -> Decimal | None:
        """What may still be billed under it; None is no limit."""
        return None if self.budget is None else self.budget - self.spent


async def in_force(work: Work, contract_id: UUID) -> OrderInForce:
    """The order that counts on a contract. Raises NoSuchContract."""
    found = await contract_found(work, contract_id)
    number = found.purchase_order
    order = (contract_id, number or "")
    spent = await store.spent(work, [order])
    noted = await store.of_contract(work, contract_id)
    return OrderInForce(found.currency, number, found.purchase_order_budget, spent[order], noted)

"""Reading retainers, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.actions import amendments_of
from services.billing.contracts.queries import contract as contract_found
from services.billing.retainers import store
from services.billing.retainers.model import RetainerMonth, retainer_lines
from shared.work import Work


@dataclass(frozen=True)
class RetainerFound:
    """One retainer of a contract with its months."""

    line_id: UUID
    description: str
    currency: str
    overage_rate: Decimal | None
    months: list[RetainerMonth]


async def retainers(work: Work, contract_id: UUID) -> list[RetainerFound]:
    """The retainers of a contract with all their months. Raises NoSuchContract."""
    contract = await contract_found(work, contract_id)
    found = []
    for line in retainer_lines(contract, await amendments_of(work, contract_id)):
        months = await store.months(work, contract_id, line)
        found.append(RetainerFound(line.id, line.description, line.currency, line.overage_rate, months))
    return found

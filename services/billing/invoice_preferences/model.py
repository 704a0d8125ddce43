"""How a customer wants to be invoiced, and which contracts go on one invoice because of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.billing.legal_entities.model import Language


class Consolidation(StrEnum):
    """What a customer gets an invoice of its own for."""

    PER_CONTRACT = "per_contract"
    PER_PROJECT = "per_project"
    PER_PURCHASE_ORDER = "per_purchase_order"
    PER_CUSTOMER = "per_customer"


@dataclass(eq=False)
class InvoicePreferences:
    """What was agreed with a customer about its invoices; without it, each contract has invoices of its own.

    Without a language, they are in that of the legal entity.
    """

    customer_id: UUID
    consolidation: Consolidation = Consolidation.PER_CONTRACT
    language: Language | None = None
    version: int = 1


@dataclass(eq=False)
class TimesheetAnnex:
    """Whether the invoices of a contract have the time behind them as an annex."""

    contract_id: UUID
    is_wanted: bool = False
    version: int = 1


@dataclass(frozen=True)
class Invoiced:
    """A contract as far as it decides with which others it is invoiced."""

    id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    payment_terms_days: int
    project_id: UUID | None
    purchase_order: str | None
    consolidation: Consolidation

    @property
    def unit(self) -> tuple[object, ...]:
        """What contracts on one invoice have in common.

        Who sells, who buys, the currency and the payment terms always are. A contract without a project or an order
        is by itself where that decides.
        """
        apart: dict[Consolidation, object] = {
            Consolidation.PER_CONTRACT: self.id,
            Consolidation.PER_PROJECT: self.project_id or self.id,
            Consolidation.PER_PURCHASE_ORDER: self.purchase_order or self.id,
            Consolidation.PER_CUSTOMER: None,
        }
        always = self.legal_entity_id, self.customer_id, self.currency, self.payment_terms_days
        return *always, apart[self.consolidation]


def units(contracts: Sequence[Invoiced]) -> dict[UUID, UUID]:
    """For each contract the first one that it is invoiced with, which is itself where it comes first."""
    first: dict[tuple[object, ...], UUID] = {}
    return {contract.id: first.setdefault(contract.unit, contract.id) for contract in contracts}

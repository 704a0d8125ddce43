"""A contract: what a customer agreed to pay for, line by line, and whether it may be billed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from shared.errors import Conflict, NotFound

CONTRACTS = UUID("6f1a3a8e-0a0b-5f5e-9d39-6f0f8f2c5b11")


class NoSuchContract(NotFound):
    """There is no such contract."""


class ContractNotActive(Conflict):
    """This contract may not be billed.

    Only an active contract is billed: delivery accepts the handoff first.
    """


class ContractStatus(StrEnum):
    """draft → active | voided; a returned handoff can still be accepted later."""

    DRAFT = "draft"
    ACTIVE = "active"
    VOIDED = "voided"


class Method(StrEnum):
    """How a line is billed."""

    TIME_AND_MATERIALS = "time_and_materials"
    FIXED_FEE_MILESTONE = "fixed_fee_milestone"


@dataclass(eq=False)
class ContractLine:
    """One sold line; its id is the billing line that work is charged to."""

    id: UUID
    position: int
    description: str
    method: Method
    product: str
    amount: Decimal
    staffing_role: str | None = None
    minutes: int | None = None
    hourly_rate: Decimal | None = None
    milestone_due_on: date | None = None


@dataclass(eq=False)
class Contract:
    """The terms on which one won opportunity is billed."""

    id: UUID
    number: str
    opportunity_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    name: str
    currency: str
    amount: Decimal
    purchase_order: str | None
    payment_terms_days: int
    starts_on: date
    ends_before: date
    sold_sequence: int
    thread_id: UUID
    status: ContractStatus = ContractStatus.DRAFT
    project_id: UUID | None = None
    answered_sequence: int = 0
    lines: list[ContractLine] = field(default_factory=list)
    version: int = 1

    def activate(self, *, project_id: UUID, sequence: int) -> bool:
        """Let the contract be billed for the project that stands; whether this is news."""
        if sequence <= self.answered_sequence:
            return False
        was_active = self.status is ContractStatus.ACTIVE
        self.status, self.project_id, self.answered_sequence = ContractStatus.ACTIVE, project_id, sequence
        return not was_active

    def void(self, *, sequence: int) -> None:
        """Take the contract out of billing, because delivery returned the sold work."""
        if sequence > self.answered_sequence:
            self.status, self.project_id, self.answered_sequence = ContractStatus.VOIDED, None, sequence

    def continuing(self, earlier: Contract) -> Contract:
        """This contract, newly sold, with what delivery answered to the `earlier` one."""
        self.status, self.project_id = earlier.status, earlier.project_id
        self.answered_sequence, self.version = earlier.answered_sequence, earlier.version
        return self

    def must_be_active(self) -> None:
        """Refuse with ContractNotActive unless the contract may be billed."""
        if self.status is not ContractStatus.ACTIVE:
            raise ContractNotActive(f"Contract {self.number} is {self.status.value} and may not be billed.")


def contract_id_of(opportunity_id: UUID) -> UUID:
    """The contract of a won opportunity: the same one however often and in whatever order its news arrives."""
    return uuid5(CONTRACTS, str(opportunity_id))

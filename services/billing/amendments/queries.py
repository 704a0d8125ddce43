"""Reading what was amended, and what is agreed on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.actions import amendments_of
from services.billing.contracts.model import Amendment, Contract, ContractLine, Method, ends_before_on, terms_on
from services.billing.contracts.queries import contract as contract_found
from shared.work import Work


@dataclass(frozen=True)
class LineTerms:
    """What is agreed on one line on a day."""

    line: ContractLine
    amount: Decimal
    minutes: int | None
    cap: Decimal | None

    @property
    def line_id(self) -> UUID:
        """Which line."""
        return self.line.id

    @property
    def description(self) -> str:
        """What was sold."""
        return self.line.description

    @property
    def method(self) -> Method:
        """How it is billed."""
        return self.line.method

    @property
    def sold_amount(self) -> Decimal:
        """What it was sold for."""
        return self.line.amount


@dataclass(frozen=True)
class ContractTerms:
    """What is agreed on a contract on a day."""

    contract: Contract
    on: date
    ends_before: date
    lines: list[LineTerms]

    @property
    def amount(self) -> Decimal:
        """What all lines come to."""
        return sum((line.amount for line in self.lines), Decimal())


async def history(work: Work, contract_id: UUID) -> list[Amendment]:
    """The amendments of a contract, in the order in which they come into force. Raises NoSuchContract."""
    await contract_found(work, contract_id)
    return await amendments_of(work, contract_id)


async def terms(work: Work, contract_id: UUID, on: date) -> ContractTerms:
    """What is agreed on a contract on the day `on`. Raises NoSuchContract."""
    found = await contract_found(work, contract_id)
    amendments = await amendments_of(work, contract_id)
    lines = []
    for line in found.lines:
        agreed = terms_on(line, amendments, on)
        lines.append(LineTerms(line, agreed.amount, agreed.minutes, agreed.cap))
    return ContractTerms(found, on, ends_before_on(found, amendments, on), lines)

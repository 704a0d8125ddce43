"""One account of a month in three places: the journal, the bytes of its batches, and what the ERP accepted of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class Cause(StrEnum):
    """Why an entry is not in the ERP's books as it is in ours."""

    CHANGED = "changed"
    UNSEALED = "unsealed"
    WAITING = "waiting"
    REJECTED = "rejected"


@dataclass(frozen=True)
class AccountInThreePlaces:
    """What was posted to an account in a month, what of it is sealed, and what the ERP accepted; debit positive."""

    account: str
    name: str
    ledger: Decimal
    sealed: Decimal
    accepted: Decimal
    deviating: int
    """How many entries on it are not accepted just as they are in the journal, even if their sums agree."""

    @property
    def difference(self) -> Decimal:
        """What the ERP lacks, or has too much of."""
        return self.ledger - self.accepted

    @property
    def agrees(self) -> bool:
        """Whether the ERP has everything on this account, and nothing else."""
        return not self.difference and not self.deviating


@dataclass(frozen=True)
class Deviation:
    """An entry that is not accepted just as it is in the journal: why, where it is, and how much it moves."""

    posted_on: date
    entry_id: UUID
    cause: Cause
    text: str
    amount: Decimal
    batch_id: UUID | None
    batch_number: int | None
    reason: str | None


@dataclass(frozen=True)
class Reconciliation:
    """All accounts of a legal entity, month and currency."""

    accounts: Sequence[AccountInThreePlaces]

    @property
    def agrees(self) -> bool:
        """Whether every account does."""
        return all(one.agrees for one in self.accounts)

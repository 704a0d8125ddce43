"""One ledger account's counterpart in another system's books; a change is a new version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

DEFAULT_TARGET = "erp"


@dataclass(frozen=True)
class AccountMapping:
    """From `mapped_at` on, `account` of `legal_entity` is `erp_account` in the books of `target`."""

    id: UUID
    legal_entity: str
    target: str
    account: str
    erp_account: str
    version: int
    mapped_at: datetime
    mapped_by: str

"""A sales person as another system knew them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class SalesPerson:
    """Somebody who sells; `subject` is their log-in here, `manager` the name of theirs."""

    id: UUID
    name: str
    subject: str
    manager: str = ""
    office: str = ""

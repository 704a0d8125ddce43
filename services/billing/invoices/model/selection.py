"""What is chosen of open work to be invoiced, and how lines are made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.billing.invoice_layouts.model import Grouping


@dataclass(frozen=True)
class Selection:
    """What goes on drafts: work up to and including a day, of one method or all, and how lines are made of it.

    Where grouping or wording is not said, the layout of the legal entity decides.
    """

    up_to: date
    method: str | None = None
    grouping: Grouping | None = None
    wording: str | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """As the statement takes it."""
        return {"up_to": self.up_to, "method": self.method, "grouping": self.grouping, "wording": self.wording}

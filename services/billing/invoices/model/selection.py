"""What is chosen of open work to be invoiced, and how lines are made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from string import Formatter
from typing import Any

from shared.errors import Invalid


class UnknownPlaceholder(Invalid):
    """What stands in braces here is not known.

    A line can say {line}, {role}, {person}, {from}, {to}, {contract} and {purchase_order}.
    """


class Grouping(StrEnum):
    """What has a line of its own on an invoice; different rates always have."""

    ROLE = "role"
    PERSON = "person"
    TASK = "task"
    LINE = "line"


PLACEHOLDERS = frozenset({"line", "role", "person", "from", "to", "contract", "purchase_order"})


@dataclass(frozen=True)
class Selection:
    """What goes on drafts: work up to and including a day, of one method or all, and how lines are made of it."""

    up_to: date
    method: str | None = None
    grouping: Grouping = Grouping.ROLE
    wording: str = "{line}"

    @property
    def asked(self) -> dict[str, Any]:
        """As the statement takes it."""
        return {"up_to": self.up_to, "method": self.method, "grouping": self.grouping, "wording": self.wording}


def check_wording(wording: str) -> None:
    """Refuse with UnknownPlaceholder what could not be filled in."""
    try:
        named = {name for _, name, _, _ in Formatter().parse(wording) if name is not None}
    except ValueError as error:
        raise UnknownPlaceholder(field="/wording") from error
    if not named <= PLACEHOLDERS:
        raise UnknownPlaceholder(field="/wording")

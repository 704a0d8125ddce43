"""How the invoices of a legal entity read: what has a line of its own, and what a line says."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.billing.legal_entities.model import Language
from shared.errors import Invalid

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
OF_LINES = ("line", "role", "person", "note", "from", "to", "contract", "purchase_order")
WORDING = "{line}"


class UnknownPlaceholder(Invalid):
    """What stands in braces here is not known.

    A line can say {line}, {role}, {person}, {note}, {from}, {to}, {contract} and {purchase_order}, spelled like this.
    """


class Grouping(StrEnum):
    """What has a line of its own on an invoice; different rates and different contract lines always have."""

    ROLE = "role"
    PERSON = "person"
    PROJECT = "project"
    TASK = "task"
    ENTRY = "entry"
    LINE = "line"


@dataclass(eq=False)
class InvoiceLayout:
    """How the invoices of a legal entity read; where a billing run says otherwise, that counts.

    `language` is what they and the reference texts of its tax rules are written in, where the customer has no other.
    """

    legal_entity_id: UUID
    grouping: Grouping = Grouping.ROLE
    wording: str = WORDING
    language: Language = Language.ENGLISH
    version: int = 1


def check_wording(wording: str) -> None:
    """Refuse with UnknownPlaceholder what could not be filled in."""
    wrong = unknown(wording, OF_LINES)
    if wrong is not None:
        raise UnknownPlaceholder(f"{wrong} cannot be filled in.", field="/wording")


def unknown(words: str, known: Collection[str]) -> str | None:
    """The first thing in `words` that looks like a placeholder and is none, if there is one."""
    for name in PLACEHOLDER.findall(words):
        if name not in known:
            return f"{{{name}}}"
    left = re.search(r"[{}][^{}]*\}?", PLACEHOLDER.sub("", words))
    return left[0][:20] if left else None

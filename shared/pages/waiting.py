"""What waits for somebody, and what they look for: each service answers for its own, the browser composes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.work import Work

FOUND_AT_MOST = 6
WAITING_AT_MOST = 20


class Verb(StrEnum):
    """What somebody is asked to do."""

    FIX = "fix"
    APPROVE = "approve"
    STAFF = "staff"
    BILL = "bill"
    CLOSE = "close"
    SELL = "sell"
    ENTER = "enter"


@dataclass(frozen=True)
class Need:
    """Something that waits for the actor: what to do, with what, where, and since or until when.

    `count` is how many of the kind are behind it, where one page deals with all of them.
    """

    verb: Verb
    title: str
    path: str
    detail: str = ""
    on: date | None = None
    is_late: bool = False
    count: int = 1

    @property
    def urgency(self) -> str:
        """By what needs of all services are put in order: what is late first, then by day."""
        return f"{not self.is_late:d} {self.on or date.max}"


@dataclass(frozen=True)
class Hit:
    """One record that was found, and where its page is."""

    title: str
    path: str
    detail: str = ""


NeedsOf = Callable[[Work], Awaitable[Sequence[Need]]]
"""What waits for the actor in one feature, the most urgent first, WAITING_AT_MOST; nothing where they may not act."""


@dataclass(frozen=True)
class Finder:
    """One kind of record that people search for: `find(work, words, limit)` gives what the actor may see of it."""

    label: str
    icon: str
    needs: StrEnum
    find: Callable[[Work, str, int], Awaitable[Sequence[Hit]]]

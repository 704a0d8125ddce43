"""How a contract stands, before a deed and after it: what is agreed, and which fees wait to be billed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Agreed:
    """What is agreed on a line of a contract."""

    description: str
    amount: Decimal
    minutes: int | None
    cap: Decimal | None


@dataclass(frozen=True)
class Fee:
    """What no entry stands behind and is on no invoice or draft yet: a month, a milestone, a share of a fixed fee."""

    description: str
    day: date
    note: str
    value: Decimal


@dataclass(frozen=True)
class Standing:
    """How a contract stands: its end, what is agreed line by line, what waits fee by fee."""

    currency: str
    ends_before: date
    agreed: Mapping[UUID, Agreed]
    waiting: Mapping[UUID, Fee]


@dataclass(frozen=True)
class Change(Generic[Shown]):
    """Something before and after; what is new was nothing before, what is gone is nothing after."""

    before: Shown | None
    after: Shown | None

    @property
    def last(self) -> Shown:
        """As it is after; where it is gone, as it was."""
        found = self.before if self.after is None else self.after
        assert found is not None  # noqa: S101 - nothing is neither before nor after
        return found


@dataclass(frozen=True)
class Effect:
    """What a deed does to a contract."""

    before: Standing
    after: Standing

    @property
    def agreed(self) -> list[Change[Agreed]]:
        """The lines on which something else is agreed, in the order of the contract."""
        return _changes(self.before.agreed, self.after.agreed)

    @property
    def waiting(self) -> list[Change[Fee]]:
        """The fees that change, by day."""
        return sorted(_changes(self.before.waiting, self.after.waiting), key=lambda one: one.last.day)

    @property
    def moves_the_end(self) -> bool:
        """Whether the contract ends on another day."""
        return self.before.ends_before != self.after.ends_before

    @property
    def to_bill(self) -> Decimal:
        """By how much more, or less, waits to be billed."""
        return sum((one.value for one in self.after.waiting.values()), Decimal()) - sum(
            (one.value for one in self.before.waiting.values()), Decimal()
        )

    @property
    def is_nothing(self) -> bool:
        """Whether everything stays as it is."""
        return not (self.agreed or self.waiting or self.moves_the_end)


def _changes(before: Mapping[UUID, Shown], after: Mapping[UUID, Shown]) -> list[Change[Shown]]:
    return [
        Change(before.get(key), after.get(key))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    ]

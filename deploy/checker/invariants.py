"""What an invariant is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from deploy.checker.look import Look

Check = Callable[[Look], Awaitable[Iterable[str]]]


class Strength(StrEnum):
    """When an invariant must hold."""

    LOCAL = "L"  # in every moment of one database
    CAUSAL = "C"  # in every moment, effects read before their causes
    QUIESCENT = "Q"  # once everything has come to rest


@dataclass(frozen=True)
class Invariant:
    """One sentence that must be true of the databases, and the check of it, which names what breaks it."""

    row: str
    strength: Strength
    check: Check

    @property
    def name(self) -> str:
        """Its name, in words."""
        return self.check.__name__

    @property
    def sentence(self) -> str:
        """What must be true."""
        return (self.check.__doc__ or "").partition("\n")[0]


INVARIANTS: list[Invariant] = []


def invariant(row: str, strength: Strength) -> Callable[[Check], Check]:
    """Add a check to the list, with the row of the catalogue that it stands for."""

    def register(check: Check) -> Check:
        INVARIANTS.append(Invariant(row, strength, check))
        return check

    return register

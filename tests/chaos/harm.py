"""What is done to the records to see that the checker tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.checker.history import History

UNKNOWN_ID = "00000000-0000-7000-8000-000000000bad"
NOBODY = f"'{UNKNOWN_ID}'::uuid"


@dataclass(frozen=True)
class Damage:
    """One thing gone wrong: statements by service, and what clients or saboteurs say they did."""

    statements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    history: History = field(default_factory=History)
    before: Mapping[str, tuple[str, ...]] | None = None
    """Where it only shows against what was seen before: what is changed before that first look."""
    occasion: str = ""
    """What should have changed nothing, where that is the point."""


def in_(service: str, *statements: str, before: tuple[str, ...] | None = None, occasion: str = "") -> Damage:
    """Damage done in one database."""
    return Damage({service: statements}, before=None if before is None else {service: before}, occasion=occasion)

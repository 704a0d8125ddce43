"""Checking everything, and saying what was found."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

import deploy.checker.claims
import deploy.checker.doubtful
import deploy.checker.duties
import deploy.checker.effects
import deploy.checker.events
import deploy.checker.foreign
import deploy.checker.hours
import deploy.checker.ledger
import deploy.checker.money
import deploy.checker.order
import deploy.checker.promises
import deploy.checker.tenants  # noqa: F401 - importing them fills the list
from deploy.checker.invariants import INVARIANTS, Invariant, Strength
from deploy.checker.look import Look

SHOWN = 20  # of what breaks one invariant


@dataclass
class Report:
    """What came of one look: the invariants that were checked, and of each broken one what breaks it."""

    checked: int = 0
    broken: dict[str, list[str]] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return not self.broken

    def __str__(self) -> str:
        return json.dumps(asdict(self), indent=2)


async def check(look: Look, invariants: Iterable[Invariant] = INVARIANTS) -> Report:
    """Check the invariants; those that hold at rest only where the look is at things that have settled."""
    report = Report()
    for each in invariants:
        if each.strength is Strength.QUIESCENT and not look.settled:
            continue
        await look.later()
        found = list(await each.check(look))
        report.checked += 1
        if found:
            more = [f"… and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
            report.broken[each.name] = found[:SHOWN] + more
    return report

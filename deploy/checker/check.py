"""Checking everything, and saying what was found."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field

import deploy.checker.changes
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
import deploy.checker.tenants  # noqa: F401 - importing them fills the list
from deploy.checker.invariants import INVARIANTS, Invariant, Strength
from deploy.checker.look import Look
from deploy.checker.promises import tally

SHOWN = 20  # of what breaks one invariant


@dataclass
class Report:
    """What came of one look: the invariants that were checked, and of each broken one what breaks it.

    `known` has what breaks them too and is accounted for; `recovered` what clients had given up and is there.
    """

    checked: int = 0
    broken: dict[str, list[str]] = field(default_factory=dict)
    known: dict[str, list[str]] = field(default_factory=dict)
    recovered: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return not self.broken

    def __str__(self) -> str:
        return json.dumps(asdict(self), indent=2)


async def check(
    look: Look, invariants: Iterable[Invariant] = INVARIANTS, known: Collection[str] = (), shown: int = SHOWN
) -> Report:
    """Check the invariants; those that hold at rest only where the look is at things that have settled.

    What is `known`, word for word as an earlier report had it, breaks nothing.
    """
    report = Report()
    for each in invariants:
        if each.strength is Strength.QUIESCENT and not look.settled:
            continue
        await look.later()
        found = list(await each.check(look))
        report.checked += 1
        if accounted_for := [one for one in found if one in known]:
            report.known[each.name] = accounted_for
        if found := [one for one in found if one not in known]:
            more = [f"… and {len(found) - shown} more"] if len(found) > shown else []
            report.broken[each.name] = found[:shown] + more
    if look.settled:
        report.recovered = len((await tally(look)).recovered)
    return report

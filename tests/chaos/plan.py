"""What will go wrong, drawn from a seed: each kind of thing from a stream of chance of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

from shared.crash_points import POINTS

SERVICES = ("billing", "crm", "delivery", "resourcing")
APIS = tuple(f"{service}-api" for service in SERVICES)
WORKERS = tuple(f"{service}-worker" for service in SERVICES)
POISON = ("invalid_json", "wrong_schema", "unknown_major", "no_tenant", "too_large", "nul", "unknown_type")
# Once for each of these in a row, then once more in another order, and so on.
QUICK = ("kill", "poison", "poison", "poison")
EVERY = (
    *QUICK,
    "broker_kill",
    "broker_freeze",
    "broker_partition",
    "clock",
    "database_partition",
    "database_stop",
    "disk_full",
)
WAYS = ("cut", "half_open", "delay")
CLOCKS = ("+10m", "-10m", "-55m")


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong once clients have begun `at` operations, for some `seconds` where it lasts."""

    kind: str
    target: str
    at: int
    seconds: float = 0.0


@dataclass
class Plan:
    """Everything that is to go wrong; `arms` names the crash points that a process has at its successive starts."""

    seed: int
    minutes: float
    must: int
    """How many of the faults have to come to pass."""
    replays: bool = False
    """Whether everything is sent again in the end, to inboxes that remember and to inboxes that do not."""
    faults: list[Fault] = field(default_factory=list)
    arms: dict[str, list[str]] = field(default_factory=dict)

    @property
    def kinds(self) -> set[str]:
        """The kinds of fault that are to come to pass."""
        return {fault.kind for fault in self.faults}

    def keep(self, path: Path) -> None:
        """Write it down, before anything goes wrong."""
        path.write_text(json.dumps(asdict(self), indent=1))


def stream(seed: int, name: str) -> Random:
    """A stream of chance; the others are not shifted by what is taken from it."""
    return Random(f"{seed}/{name}")  # noqa: S311 - repeatable on purpose


def drawn(
    seed: int, minutes: float, kinds: Sequence[str], *, first_at: int, gap: tuple[int, int], replays: bool = False
) -> Plan:
    """A plan: every kind once in each round, in an order of chance, `gap` operations apart."""
    chance, at = stream(seed, "faults"), first_at
    plan = Plan(seed, minutes, must=len(kinds), replays=replays, arms=_arms(stream(seed, "crash points")))
    for _ in range(max(1, round(minutes * 4))):
        for kind in chance.sample(kinds, len(kinds)):
            plan.faults.append(Fault(kind, _target(chance, kind), at, round(chance.uniform(3, 12), 1)))
            at += chance.randint(*gap)
    return plan


def _target(chance: Random, kind: str) -> str:
    if kind == "poison":
        return f"{chance.choice(SERVICES)} {chance.choice(POISON)}"
    if kind == "kill":
        return chance.choice((*APIS, *WORKERS))
    if kind.endswith("_partition"):
        return f"{chance.choice(SERVICES)} {chance.choice(WAYS)}"
    if kind == "clock":
        return f"{chance.choice(SERVICES)} {chance.choice(CLOCKS)}"
    return ""


def _arms(chance: Random) -> dict[str, list[str]]:
    """Each crash point at two places, and which visit to it is the last one."""
    arms: dict[str, list[str]] = {name: [] for name in (*APIS, *WORKERS)}
    for point in chance.sample(sorted(POINTS), len(POINTS)):
        # resourcing is called little, so nobody waits for it to come by.
        places = [name for name in (APIS if point.startswith("api.") else WORKERS) if "resourcing" not in name]
        place = min(places, key=lambda name: (len(arms[name]), chance.random()))
        arms[place].append(f"{point}@{chance.randint(2, 6)}")
    return arms

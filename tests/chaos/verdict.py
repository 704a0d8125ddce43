"""What a campaign has shown: figures, obligations, and whether it counts at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.crash_points import POINTS
from tests.chaos.campaign import Outcome

PASSED, FAILED, VOID = 0, 1, 2
# The invariants of clients' promises, of messages, and of what messages left, by what it means to break one.
LOST = (
    "nothing_that_was_promised_is_lost",
    "every_consumer_has_every_event_once",
    "every_event_has_its_effect",
    "what_counts_as_sent_was_with_the_broker",
)
DUPLICATED = ("nothing_is_there_twice", "no_event_has_its_effect_twice")
UNEXPECTED = (
    "nothing_is_there_that_nobody_wanted",
    "no_inbox_holds_what_nobody_announced",
    "no_effect_comes_from_nothing",
)


@dataclass(frozen=True)
class Verdict:
    """The figures of one campaign, and what of them must not be."""

    figures: dict[str, Any]
    missed: list[str]
    faults: list[str]

    @property
    def exit_code(self) -> int:
        """0 if nothing is wrong, 1 if something is, 2 if too little went wrong for that to mean anything."""
        if self.faults:
            return FAILED
        return VOID if self.missed else PASSED


def judged(outcome: Outcome, not_injected: Mapping[str, str] | None = None) -> Verdict:
    """The verdict on a campaign; `not_injected` has the kinds of fault that could not be had, each with the reason."""
    faults = [f"{name}: {each}" for name, found in outcome.broken.items() for each in found]
    faults += [f"not at rest: {each}" for each in outcome.restless]
    faults += [f"unplanned: {each}" for each in outcome.fleet.unplanned]
    faults += [f"did not stop well: {name}, status {status}" for name, status in outcome.unclean.items()]
    faults += [f"refused: {each}" for each in outcome.answers.refused]
    return Verdict(_figures(outcome) | {"not_injected": dict(not_injected or {})}, _missed(outcome), faults)


def _missed(outcome: Outcome) -> list[str]:
    """What must have happened and has not."""
    hit = {line["point"] for line in outcome.realised.of("crash_point")}
    seen = {
        "duplicates were delivered": outcome.adversary.duplicates > 0,
        "messages were redelivered by the broker": "receiver.after_commit" in hit or outcome.adversary.redelivered > 0,
        "newer messages came before older ones": outcome.adversary.inversions > 0,
        "clients did not know the outcome and asked again": outcome.answers.asked_again > 0,
        "poison was put aside": bool(outcome.notebook.history.poison),
        "a process was killed at random": bool(outcome.realised.of("kill")),
        "deals came to their end": outcome.answers.deals > 0,
        **{f"somebody died at {point}": point in hit for point in sorted(POINTS)},
        **{f"{kind} came to pass": bool(outcome.realised.of(kind)) for kind in sorted(outcome.plan.kinds)},
    }
    return [what for what, happened in seen.items() if not happened]


def _figures(outcome: Outcome) -> dict[str, Any]:
    recovered = [line["recovered_seconds"] for line in outcome.realised.lines if "recovered_seconds" in line]
    return {
        "seed": outcome.plan.seed,
        "minutes": outcome.plan.minutes,
        "operations": outcome.notebook.operations,
        "outcomes": outcome.notebook.history.counted(),
        "deals": outcome.answers.deals,
        "answers": {str(status): number for status, number in sorted(outcome.answers.statuses.items())},
        "silent": outcome.answers.silent,
        **outcome.counts,
        "duplicates": outcome.adversary.duplicates,
        "inversions": outcome.adversary.inversions,
        "faults": {kind: len(outcome.realised.of(kind)) for kind in sorted(outcome.realised.kinds)},
        "without_effect": len([line for line in outcome.realised.lines if not line.get("happened", True)]),
        "looks": outcome.looks,
        "lost": _of(outcome, *LOST),
        "duplicated": _of(outcome, *DUPLICATED),
        "unexpected": _of(outcome, *UNEXPECTED),
        "recovered": outcome.recovered,
        "invariants_broken": sorted(outcome.broken),
        "seconds": outcome.seconds,
        "seconds_to_rest": outcome.seconds_to_rest,
        "longest_recovery_seconds": max(recovered, default=0.0),
    }


def _of(outcome: Outcome, *names: str) -> int:
    return sum(len(outcome.broken.get(name, [])) for name in names)

"""When the steps of a plan happen: a forward pass over the working calendar."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from typing import Generic, TypeVar

from services.delivery.projects.model.calendar import lasting, later
from shared.period import Period

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Step(Generic[K]):
    """Something that takes `days` working days.

    It begins when everything in `after` has finished and the lag (working days, by predecessor) has passed,
    and never earlier than `offset_days` working days after the start.
    """

    key: K
    days: int
    offset_days: int
    after: Mapping[K, int]


def schedule(steps: Sequence[Step[K]], *, starting: date) -> dict[K, Period]:
    """The earliest dates of `steps` from `starting` on (finish-to-start, early start of the critical path method).

    Raises graphlib.CycleError if steps wait for each other.
    """
    by_key = {step.key: step for step in steps}
    planned: dict[K, Period] = {}
    for key in TopologicalSorter({step.key: step.after for step in steps}).static_order():
        step = by_key[key]
        earliest = [later(starting, working_days=step.offset_days)]
        earliest += [later(_end(planned[before]), working_days=lag) for before, lag in step.after.items()]
        planned[key] = lasting(step.days, starting=max(earliest))
    return planned


def _end(period: Period) -> date:
    if period.ends_before is None:
        raise ValueError("a planned step has an end")
    return period.ends_before

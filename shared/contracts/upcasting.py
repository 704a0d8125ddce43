"""Upcasting: what was announced under an older version of a contract is read as the present one says it.

A step is a pure function from the plain data of one version, as JSON has it, to that of the next. It stands beside the
event that it leads to:

    @AccountChanged.upcasters.step(major=1, minor=0)  # from 1.0 to 1.1
    @AccountChanged.upcasters.step(major=1)           # from the last 1.x to 2.0

A minor that only added fields with defaults needs none.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Told = dict[str, Any]
Step = Callable[[Told], Told]
LAST = 2**15  # comes after every minor that an envelope can name


class NotUpcast(ValueError):
    """A fact of an older version does not have what the step to the next version needs."""


@dataclass(frozen=True)
class Upcasters:
    """The steps that lead from older versions of one event to its present one, `major`.`minor`."""

    major: int
    minor: int
    _steps: dict[tuple[int, int], Step] = field(default_factory=dict)

    def step(self, *, major: int, minor: int = LAST) -> Callable[[Step], Step]:
        """Lead from `major`.`minor` to the next minor, or from the last minor to the next major.

        Raises TypeError for a step that is there already or starts at the present version or after it.
        """
        version = (major, minor)
        if version in self._steps or version >= (self.major, self.minor):
            raise TypeError(f"there can be no further step from {version} to {self.major}.{self.minor}")

        def register(step: Step) -> Step:
            self._steps[version] = step
            return step

        return register

    def reach(self, major: int) -> bool:
        """Whether what was announced under `major` can be read; of every minor, those of tomorrow too."""
        return major <= self.major and all((each, LAST) in self._steps for each in range(major, self.major))

    def lift(self, major: int, minor: int, body: bytes) -> bytes:
        """`body` (JSON) of version `major`.`minor` as the present version has it; raises NotUpcast.

        What is no JSON object stays as it is: the event itself says best what is wrong with it.
        """
        steps = [self._steps[version] for version in sorted(self._steps) if version >= (major, minor)]
        if not steps:
            return body
        try:
            told = json.loads(body)
        except ValueError:
            return body
        return json.dumps(_through(steps, told)).encode() if isinstance(told, dict) else body


def _through(steps: list[Step], told: Told) -> Told:
    try:
        for step in steps:
            told = step(told)
    except Exception as error:
        raise NotUpcast(f"the step {step.__name__} found {type(error).__name__}: {error}") from error
    return told

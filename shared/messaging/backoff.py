"""How long to wait before trying again."""

from __future__ import annotations

import random

CHANCE = random.SystemRandom()


def full_jitter(longest: float) -> float:
    """A wait of up to `longest` seconds, evenly spread so that those who failed together do not come back together."""
    return CHANCE.uniform(0.0, longest)


def growing(failures: int, *, first: float, longest: float) -> float:
    """The wait in seconds after `failures` in a row (1 or more): twice as long each time, half of it by chance."""
    ceiling = min(longest, first * 2.0 ** min(failures - 1, 30))
    return ceiling / 2 + full_jitter(ceiling / 2)

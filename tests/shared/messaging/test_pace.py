"""What came in a moment is dealt with at once; through a backlog the parts of a worker go in turn, with rests."""

from __future__ import annotations

import asyncio

from shared.messaging.pace import Pace, Step

LONG = 1e6  # seconds of rest for one of work, so that a rest outlasts the test


class Steps:
    """Steps of two parts that tell how many were under way at once."""

    def __init__(self) -> None:
        self.done = self.under_way = self.most = 0
        self.is_empty = False

    async def once(self) -> int:
        """Work for a moment."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.001)
        self.under_way -= 1
        self.done += 1
        return 0 if self.is_empty else 1


async def repeat(step: Step, times: int) -> None:
    for _ in range(times):
        await step()


async def both(pace: Pace, steps: Steps, times: int) -> None:
    await asyncio.gather(*(repeat(pace.kept(steps.once), times) for _ in range(2)))


async def test_a_burst_is_done_side_by_side_and_without_rests() -> None:
    steps = Steps()

    await both(Pace(LONG), steps, 3)

    assert (steps.done, steps.most) == (6, 2)


async def test_in_a_long_backlog_the_parts_take_turns() -> None:
    steps = Steps()

    await both(Pace(rest=0.001, burst=0), steps, 3)

    assert (steps.done, steps.most) == (6, 1)


async def test_in_a_long_backlog_one_rests_before_the_next_until_told_to_stop() -> None:
    pace, steps = Pace(LONG, burst=0), Steps()
    working = asyncio.create_task(both(pace, steps, 1))
    await asyncio.sleep(0.1)
    assert steps.done == 1

    pace.stopping.set()
    await working

    assert steps.done == 2


async def test_who_finds_nothing_to_do_does_not_rest_and_begins_anew() -> None:
    steps = Steps()
    steps.is_empty = True

    await both(Pace(LONG, burst=0), steps, 3)

    assert steps.done == 6


async def test_with_a_machine_of_its_own_nothing_rests() -> None:
    steps = Steps()

    await both(Pace(rest=0, burst=0), steps, 3)

    assert (steps.done, steps.most) == (6, 2)

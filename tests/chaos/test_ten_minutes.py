"""Ten minutes of chaos with every kind of fault that the machine can have; what it cannot have is printed."""

from __future__ import annotations

import asyncio

import pytest

from tests.chaos.campaign import Campaign
from tests.chaos.ground import own_ground
from tests.chaos.issuer import keys_served
from tests.chaos.plan import drawn
from tests.chaos.verdict import PASSED, judged

SEED = 20_261_129


@pytest.mark.long
def test_ten_minutes_of_chaos_lose_nothing_and_double_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with own_ground(SEED) as own, keys_served() as keys:
        with capsys.disabled():
            for kind, reason in own.not_injected.items():
                print(f"not injected: {kind} ({reason})")  # noqa: T201 - for whoever runs the tests
        plan = drawn(SEED, 10, own.kinds, first_at=60, gap=(20, 50), replays=True)
        verdict = judged(asyncio.run(Campaign(own.ground, plan, keys).fight()), own.not_injected)

    assert verdict.exit_code == PASSED, "\n".join([*verdict.faults, *verdict.missed, str(verdict.figures)])

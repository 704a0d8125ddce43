"""One minute of chaos: processes die at random and at named places; messages come twice, in disorder, or rotten."""

from __future__ import annotations

import asyncio

from tests.chaos.campaign import Campaign
from tests.chaos.ground import ground
from tests.chaos.issuer import keys_served
from tests.chaos.plan import QUICK, drawn
from tests.chaos.verdict import PASSED, judged
from tests.support.databases import Databases
from tests.support.rabbitmq import Broker

SEED = 20_261_128


def test_a_minute_of_chaos_loses_nothing_and_doubles_nothing(databases: Databases, broker: Broker) -> None:
    plan = drawn(SEED, 1, QUICK, first_at=60, gap=(20, 50))
    with ground(databases, broker, broker.fresh_url()) as battlefield, keys_served() as keys:
        verdict = judged(asyncio.run(Campaign(battlefield, plan, keys).fight()))

    assert verdict.exit_code == PASSED, "\n".join([*verdict.faults, *verdict.missed, str(verdict.figures)])

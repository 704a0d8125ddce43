"""The backlog of an hour without a broker, and a minute more of it, drain while people work on as if nothing were."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shared.announcements import lane_of
from shared.contracts.crm import OpportunityChanged
from shared.ids import new_id
from tests.chaos.ground import ground
from tests.chaos.issuer import keys_served
from tests.chaos.overload import TENANT, UNSENT, Firm, Latency, Memory, selling
from tests.support.databases import Databases
from tests.support.rabbitmq import Broker

BACKLOG, CHANGES_OF_EACH = 200_000, 4
WARM_SECONDS, NORMAL_SECONDS, OUTAGE_SECONDS = 20.0, 60.0, 60.0
DRAINED_WITHIN_SECONDS, LOOK_EVERY_SECONDS = 3600.0, 5.0
FEW = 100  # events; what is under way in every moment
TIMES_AS_SLOW = 2.0
GROWS_AT_MOST_MEBIBYTES = 16.0
DONE = "select count(*) from msg.inbox where status = 'done'"
COLUMNS = (
    "lane",
    "event_id",
    "tenant_id",
    "type",
    "schema_minor",
    "subject",
    "correlation_id",
    "occurred_at",
    "payload",
)


@pytest.mark.long
async def test_a_backlog_drains_with_flat_memory_while_the_api_stays_as_fast(
    databases: Databases, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    with ground(databases, broker, broker.fresh_url()) as where, keys_served() as keys:
        async with selling(where, keys) as firm:
            await asyncio.sleep(WARM_SECONDS)
            took = {"normal": await answers_for(firm, NORMAL_SECONDS)}
            await asyncio.to_thread(broker.kill)
            await build_backlog(firm)
            took["away"] = await answers_for(firm, OUTAGE_SECONDS)
            await asyncio.to_thread(broker.start)
            memories = [firm.memory_of(name) for name in firm.fleet.running]
            began = time.monotonic()
            await drained(firm, memories)
            took["draining"] = firm.sellers.seconds(began, time.monotonic())
            seconds = round(time.monotonic() - began)
            took["normal"] += await answers_for(firm, NORMAL_SECONDS)
            await firm.everything_arrived_once(others=BACKLOG)
    latency = {when: Latency.of(some) for when, some in took.items()}
    held = {name: (memory.peak, memory.growth) for name, memory in zip(firm.fleet.running, memories, strict=True)}
    with capsys.disabled():
        print(json.dumps({"drained in s": seconds, "latency": latency, "MiB at most, growth": held}, default=vars))  # noqa: T201 - for whoever runs the tests
    assert max(growth for _, growth in held.values()) < GROWS_AT_MOST_MEBIBYTES
    for when in ("away", "draining"):
        assert latency[when].median <= TIMES_AS_SLOW * latency["normal"].median
        assert latency[when].p95 <= TIMES_AS_SLOW * latency["normal"].p95


async def answers_for(firm: Firm, seconds: float) -> list[float]:
    """How long the answers take of the next so many seconds."""
    began = time.monotonic()
    await asyncio.sleep(seconds)
    return firm.sellers.seconds(began, time.monotonic())


async def drained(firm: Firm, memories: list[Memory]) -> None:
    """Look at the memories now and then until the backlog has been sent and acted on."""

    async def is_drained() -> bool:
        for memory in memories:
            memory.look()
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        left, done = await firm.value("crm", UNSENT), await firm.value("resourcing", DONE)
        return bool(left < FEW and done >= BACKLOG)

    await firm.until(is_drained, what="the backlog was gone", within=DRAINED_WITHIN_SECONDS)


async def build_backlog(firm: Firm) -> None:
    """Have crm's outbox hold changes of deals, as if an hour's work waited there."""
    now, records = datetime.now(UTC), []
    deals = [new_id() for _ in range(BACKLOG // CHANGES_OF_EACH)]
    for deal in deals * CHANGES_OF_EACH:
        event = OpportunityChanged(
            opportunity_id=deal,
            name="Deal of the hour",
            stage="prospecting",
            forecast_category="pipeline",
            probability=Decimal("0.1"),
            amount=Decimal("12000.00"),
            currency="EUR",
        )
        body, lane = event.model_dump_json().encode(), lane_of(event.subject)
        records.append((lane, new_id(), TENANT, event.type, event.minor, event.subject, deal, now, body))
    async with firm.connected("crm") as connection:
        await connection.copy_records_to_table("outbox", schema_name="msg", columns=COLUMNS, records=records)

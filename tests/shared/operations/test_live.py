"""Operators see what waits and for how long, and hold back consumers and lanes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from shared.ids import new_id
from shared.messaging import gauges
from shared.messaging.relay import Relay
from shared.messaging.transport import LinkState
from tests.shared.messaging.test_relay import Told
from tests.shared.operations.conftest import CONSUMER, Crm
from tests.support.api import code_of
from tests.support.operations import a_person, drained, inbox_of, nameless, whole

NORTHSTAR = UUID("0198c0de-0000-7000-8000-00000005746e")
A_WHILE = 300  # seconds that a slow machine may take
WHY = {"reason": "the person records are being repaired"}


async def test_a_paused_consumer_holds_its_messages_until_it_goes_on(crm: Crm) -> None:
    anna = new_id()
    await crm.admin().post(f"/operations/consumers/{CONSUMER}/pause", json=WHY)
    again = await crm.admin().post(f"/operations/consumers/{CONSUMER}/pause", json=WHY)
    await crm.arrive(*(whole(a_person(anna, f"Anna {number}"), sequence=number) for number in (3, 1, 2)))

    assert (again.status_code, code_of(again)) == (409, "already_paused")
    assert await crm.names() == []
    (shown,) = [one for one in (await live(crm))["consumers"] if one["consumer"] == CONSUMER]
    assert (shown["pending"], shown["paused_for_all"]) == (3, False)

    await crm.admin().post(f"/operations/consumers/{CONSUMER}/resume", json=WHY)
    await drained(crm.database)

    assert await crm.value("select count(*) from msg.inbox where status <> 'done'") == 0
    assert await crm.names() == ["Anna 3"]
    deeds = (await crm.admin().get("/operations/trail")).json()["items"]
    assert [(deed["action"], deed["consumer"], deed["by"], deed["reason"]) for deed in deeds] == [
        ("consumer resumed", CONSUMER, "olga", WHY["reason"]),
        ("consumer paused", CONSUMER, "olga", WHY["reason"]),
    ]


async def test_a_consumer_paused_for_one_tenant_runs_for_the_others(crm: Crm) -> None:
    await crm.admin(tenant=NORTHSTAR).post(f"/operations/consumers/{CONSUMER}/pause", json=WHY)

    await crm.arrive(whole(a_person(new_id(), "Anna")), whole(a_person(new_id(), "Nora"), tenant=NORTHSTAR))

    assert await crm.names() == ["Anna"]
    assert await crm.value("select count(*) from msg.inbox where status = 'pending'") == 1


async def test_a_consumer_that_does_not_exist_cannot_be_paused(crm: Crm) -> None:
    answer = await crm.admin().post("/operations/consumers/crm.sing/pause", json=WHY)

    assert (answer.status_code, code_of(answer)) == (404, "no_such_consumer")


async def test_a_paused_lane_sends_nothing_until_it_goes_on(crm: Crm) -> None:
    await crm.announce_something()
    (busy,) = [one for one in (await live(crm))["lanes"] if one["pending"]]
    lane, told = busy["lane"], Told(lambda _: None)

    await crm.admin().post(f"/operations/lanes/{lane}/pause", json=WHY)
    assert await Relay(crm.database, told).once() == 0
    assert (await live(crm))["lanes"][lane]["paused"]
    await crm.admin().post(f"/operations/lanes/{lane}/resume", json=WHY)
    assert await Relay(crm.database, told).once() == 1

    deeds = (await crm.admin().get("/operations/trail")).json()["items"]
    assert [(deed["action"], deed["details"]) for deed in deeds] == [
        ("lane resumed", {"lane": lane}),
        ("lane paused", {"lane": lane}),
    ]


async def test_a_lane_is_nobodys_own_where_there_are_other_tenants(crm: Crm) -> None:
    await crm.arrive(whole(a_person(new_id(), "Nora"), tenant=NORTHSTAR))

    answer = await crm.admin().post("/operations/lanes/3/pause", json=WHY)

    assert (answer.status_code, code_of(answer)) == (409, "shared_lane")


async def test_the_view_tells_which_relay_holds_a_lane(crm: Crm) -> None:
    async with crm.database.engine.begin() as relay:
        await relay.exec_driver_sql("select lane from msg.outbox_lane where lane = 5 for update")
        pid = (await relay.exec_driver_sql("select pg_backend_pid()")).scalar_one()

        lanes = (await live(crm))["lanes"]

    assert [one["lane"] for one in lanes if one["holder"]] == [5]
    assert (lanes[5]["holder"], lanes[5]["held_by"]) == (pid, "throughline-crm")


async def test_the_view_counts_what_waits_for_each_consumer_of_ones_own_tenant(crm: Crm) -> None:
    await crm.arrive(nameless(a_person(new_id())), nameless(a_person(new_id()), tenant=NORTHSTAR))
    await inbox_of(crm.database).accept([whole(a_person(new_id()))])
    await crm.announce_something()
    await crm.rows(
        "update msg.inbox set received_at = msg.clock() - interval '2 hours' where status = 'pending' returning 1"
    )
    await crm.rows("update msg.outbox set recorded_at = msg.clock() - interval '3 hours' returning 1")

    seen = await live(crm)
    (shown,) = [one for one in seen["consumers"] if one["consumer"] == CONSUMER]

    assert (shown["pending"], shown["parked"]) == (1, 1)
    assert 7200 <= shown["oldest_age"] < 7200 + A_WHILE
    assert (seen["outbox"]["pending"], seen["outbox"]["parked"]) == (1, 0)
    assert 10800 <= seen["outbox"]["oldest_age"] < 10800 + A_WHILE


async def test_the_view_counts_a_minutes_throughput_from_what_each_worker_counted(crm: Crm) -> None:
    steady, new, gone = new_id(), new_id(), new_id()
    await reported(crm, steady, 240, sent=100, done=50)
    await reported(crm, steady, 120, sent=200, done=70)
    await reported(crm, steady, 0, sent=340, done=110)
    await reported(crm, gone, 290, sent=0)
    await reported(crm, gone, 170, sent=20)
    await reported(crm, new, 0, sent=7)  # says nothing yet of how much a minute

    seen = await live(crm)

    assert seen["throughput"] == {"sent": 60 + 10, "done": 15}
    assert {one["worker"] for one in seen["workers"]} == {str(steady), str(new)}


async def test_the_view_tells_how_each_worker_finds_the_broker(crm: Crm) -> None:
    well, blocked, away = new_id(), new_id(), new_id()
    queues = {"throughline.crm": 3, "throughline.dead.crm": 1}
    await gauges.report(crm.database, well, LinkState("rabbitmq", queues=queues))
    await gauges.report(crm.database, blocked, LinkState("rabbitmq", blocked_seconds=45, queues=queues))
    await gauges.report(crm.database, away, LinkState("rabbitmq", reachable=False, fault="refused"))
    await gauges.report(crm.database, well, LinkState("rabbitmq", queues={**queues, "throughline.crm": 0}))

    found = {one["worker"]: one["broker"] for one in (await live(crm))["workers"]}

    plain = {"transport": "rabbitmq", "reachable": True, "blocked_seconds": 0, "queues": queues, "fault": None}
    assert found == {
        str(well): {**plain, "queues": {"throughline.crm": 0, "throughline.dead.crm": 1}},
        str(blocked): {**plain, "blocked_seconds": 45},
        str(away): {**plain, "reachable": False, "queues": {}, "fault": "refused"},
    }


async def reported(crm: Crm, worker: UUID, seconds_ago: int, **counts: int) -> None:
    """Have a worker have said so long ago what it had counted since its start."""
    await crm.rows(
        "insert into msg.worker_report (worker, at, counts, broker) values (:worker,"
        " date_trunc('second', clock_timestamp()) - make_interval(secs => :ago), cast(:counts as jsonb),"
        " cast(:broker as jsonb)) returning 1",
        worker=worker,
        ago=seconds_ago,
        counts=json.dumps(counts),
        broker=json.dumps(asdict(LinkState("rabbitmq"))),
    )


async def live(crm: Crm) -> dict[str, Any]:
    """What the live view shows."""
    answer = await crm.admin().get("/operations/live")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found

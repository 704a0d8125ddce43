"""Operators see what waits and for how long, and hold back consumers and lanes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared.ids import new_id
from shared.messaging.relay import Relay
from tests.shared.messaging.test_relay import Told
from tests.shared.operations.conftest import CONSUMER, Crm
from tests.support.api import code_of
from tests.support.operations import a_person, drained, inbox_of, nameless, whole

NORTHSTAR = UUID("0198c0de-0000-7000-8000-00000005746e")
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

    (shown,) = [one for one in (await live(crm))["consumers"] if one["consumer"] == CONSUMER]

    assert (shown["pending"], shown["parked"]) == (1, 1)
    assert shown["oldest_age"] >= 0


async def live(crm: Crm) -> dict[str, Any]:
    """What the live view shows."""
    answer = await crm.admin().get("/operations/live")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found

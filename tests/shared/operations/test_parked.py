"""What cannot be acted on is parked, and an operator finds out why, lets it run again or puts it aside."""

from __future__ import annotations

import asyncio
from uuid import UUID

from shared.actor import Role
from shared.ids import new_id
from tests.shared.operations.conftest import CONSUMER, Crm
from tests.support.api import code_of
from tests.support.operations import a_person, drained, inbox_of, nameless, whole

NORTHSTAR = UUID("0198c0de-0000-7000-8000-00000005746e")
WHY = "the sender is mended"


def chosen(*event_ids: UUID, reason: str = WHY) -> dict[str, object]:
    return {"messages": [{"consumer": CONSUMER, "event_id": str(one)} for one in event_ids], "reason": reason}


async def test_parked_messages_are_grouped_by_what_is_wrong_with_them(crm: Crm) -> None:
    await crm.arrive(*(nameless(a_person(new_id())) for _ in range(3)))

    groups = (await crm.admin().get("/operations/parked/groups")).json()["items"]
    of_group = {"fingerprint": groups[0]["fingerprint"], "consumer": CONSUMER, "limit": 2}
    first = (await crm.admin().get("/operations/parked", params=of_group)).json()
    second = (await crm.admin().get("/operations/parked", params={**of_group, "cursor": first["next"]})).json()

    assert [(group["consumer"], group["messages"], group["error_type"]) for group in groups] == [
        (CONSUMER, 3, "wrong_schema")
    ]
    assert len({one["event_id"] for one in first["items"] + second["items"]}) == 3
    assert second["next"] is None


async def test_a_message_shows_what_is_wrong_whose_trace_it_is_and_who_waits_behind_it(crm: Crm) -> None:
    anna = a_person(new_id(), "Anna")
    (parked,) = await crm.arrive(nameless(anna, sequence=1))
    behind = whole(anna, sequence=2)
    await inbox_of(crm.database).accept([behind])

    shown = (await crm.admin().get(f"/operations/parked/{CONSUMER}/{parked}")).json()

    assert shown["schema_errors"] == [{"where": "/name", "what": "Field required"}]
    assert shown["payload"]["person_id"] == str(anna.person_id)
    assert shown["envelope"]["subject"] == f"person/{anna.person_id}"
    assert shown["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert [one["event_id"] for one in shown["behind"]] == [behind.message_id]


async def test_a_requeued_message_that_fails_again_is_marked(crm: Crm) -> None:
    (parked,) = await crm.arrive(nameless(a_person()))
    mended = await crm.admin().post("/operations/parked/requeue", json=chosen(parked))
    assert mended.json()["messages"] == [{"consumer": CONSUMER, "event_id": str(parked)}]
    await drained(crm.database)

    (listed,) = (await crm.admin().get("/operations/parked")).json()["items"]
    (group,) = (await crm.admin().get("/operations/parked/groups")).json()["items"]
    shown = (await crm.admin().get(f"/operations/parked/{CONSUMER}/{parked}")).json()

    assert (listed["failed_again"], group["failed_again"], listed["attempts"]) == (True, 1, 1)
    assert [(deed["by"], deed["action"], deed["reason"]) for deed in shown["history"]] == [("olga", "requeued", WHY)]


async def test_a_discarded_message_stays_with_its_reason(crm: Crm) -> None:
    (parked,) = await crm.arrive(nameless(a_person()))

    await crm.admin().post("/operations/parked/discard", json=chosen(parked, reason="a trial of the sender's"))
    again = await crm.admin().post("/operations/parked/requeue", json=chosen(parked))
    shown = (await crm.admin().get(f"/operations/parked/{CONSUMER}/{parked}")).json()

    assert (again.status_code, code_of(again)) == (409, "not_parked")
    assert (shown["status"], shown["payload"]["employed_from"]) == ("discarded", "2026-01-01")
    assert shown["history"][0]["reason"] == "a trial of the sender's"
    assert (await crm.admin().get("/operations/parked")).json()["items"] == []


async def test_a_group_runs_again_while_traffic_flows_and_every_effect_happens_once(crm: Crm) -> None:
    parked = [a_person(new_id(), f"Late {number:03}") for number in range(250)]
    ids = await crm.arrive(*(nameless(person) for person in parked))
    for event_id, person in zip(ids, parked, strict=True):
        body = person.model_dump_json().encode()
        await crm.rows("update msg.inbox set body = :b where event_id = :id returning 1", b=body, id=event_id)
    (group,) = (await crm.admin().get("/operations/parked/groups")).json()["items"]
    named = {name: group[name] for name in ("consumer", "type", "fingerprint")}

    started = await crm.admin().post(
        "/operations/parked/groups/requeue", json={**named, "reason": WHY, "per_second": 200}
    )
    fresh = [a_person(new_id(), f"Live {number:03}") for number in range(100)]
    await asyncio.gather(crm.run_jobs(), *(crm.arrive(*map(whole, fresh[at::4])) for at in range(4)))
    await drained(crm.database)

    job = (await crm.admin().get(f"/jobs/{started.json()['job_id']}")).json()
    assert (job["state"], job["done"], job["total"], job["result"]) == ("done", 250, 250, {"messages": 250})
    assert await crm.names() == sorted(person.name for person in parked + fresh)
    assert await crm.value("select count(*) from msg.inbox where status <> 'done'") == 0
    assert (
        await crm.value("select count(*) from msg.operation where action = 'requeued' and reason = :why", why=WHY)
        == 250
    )


async def test_what_could_not_be_sent_is_sent_again_in_its_place(crm: Crm) -> None:
    parked_unsent = """
        insert into msg.outbox_parked (lane, id, event_id, tenant_id, type, schema_minor, subject, correlation_id,
                                       occurred_at, recorded_at, payload, attempts, last_error)
        select 3, 7, cast(:id as uuid), cast(:tenant as uuid), 'throughline.crm.account.changed.v1', 0,
               'account/1', cast(:id as uuid), now(), now(), '{}', 20, 'the body has 1048577 bytes' returning event_id
    """
    event_id = new_id()
    await crm.rows(parked_unsent, id=event_id, tenant=UUID("0198c0de-0000-7000-8000-000000000001"))

    (listed,) = (await crm.admin().get("/operations/parked", params={"consumer": "outbox"})).json()["items"]
    elsewhere = await crm.admin(tenant=NORTHSTAR).get(f"/operations/parked/outbox/{event_id}")
    answer = await crm.admin().post(
        "/operations/parked/requeue",
        json={"messages": [{"consumer": "outbox", "event_id": str(event_id)}], "reason": WHY},
    )

    assert listed["error_text"] == "the body has 1048577 bytes"
    assert elsewhere.status_code == 404
    assert answer.status_code == 200
    assert await crm.rows("select lane, id, attempts from msg.outbox") == [(3, 7, 0)]
    assert await crm.value("select count(*) from msg.outbox_parked") == 0


async def test_nobody_deals_with_messages_of_another_tenant_or_without_the_role(crm: Crm) -> None:
    (parked,) = await crm.arrive(nameless(a_person()))
    stranger, auditor = crm.admin(tenant=NORTHSTAR), crm.api.as_(Role.AUDITOR)

    foreign = await stranger.post("/operations/parked/discard", json=chosen(parked))
    noted = await stranger.post(f"/operations/parked/{CONSUMER}/{parked}/notes", json={"text": "mine"})
    looked_at = await auditor.get(f"/operations/parked/{CONSUMER}/{parked}")
    audited = await auditor.post("/operations/parked/discard", json=chosen(parked))
    sold = await crm.api.as_(Role.SALES_MANAGER).get("/operations/parked")

    assert {(one.status_code, code_of(one)) for one in (foreign, noted)} == {(404, "no_such_message")}
    assert (await stranger.get("/operations/parked")).json()["items"] == []
    assert looked_at.status_code == 200
    assert [(one.status_code, code_of(one)) for one in (audited, sold)] == [(403, "not_permitted")] * 2
    assert await crm.status_of(parked) == "parked"


async def test_what_operators_did_cannot_be_changed(crm: Crm) -> None:
    (parked,) = await crm.arrive(nameless(a_person()))
    await crm.admin().post(f"/operations/parked/{CONSUMER}/{parked}/notes", json={"text": "asked the sender"})

    for statement in ("update msg.operation set by = 'nobody'", "delete from msg.operation"):
        try:
            await crm.rows(statement)
        except Exception as error:
            assert "only added to" in str(error)
        else:
            raise AssertionError(statement)

    (deed,) = (await crm.admin().get("/operations/trail")).json()["items"]
    assert (deed["by"], deed["action"], deed["reason"]) == ("olga", "note", "asked the sender")

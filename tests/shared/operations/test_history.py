"""Operators replay the event log to one consumer, have it forget, and redact."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.actor import the_service
from shared.clock import wall_clock
from shared.contracts.resourcing import PersonChanged
from shared.ids import new_id
from shared.jobs import Runner
from shared.messaging.envelope import Envelope
from shared.messaging.in_process import InProcess
from shared.messaging.relay import Relay
from shared.messaging.transport import Failure, Fault, Outcome
from shared.operations import replays
from shared.work import begin
from tests.shared.operations.conftest import CONSUMER, Crm
from tests.support.api import MERIDIAN, code_of
from tests.support.operations import a_person, drained, inbox_of, nameless

PEOPLE = ["Ada", "Ben", "Cem", "Dora", "Emil"]
STRANGER = UUID(int=77)
EVERYTHING = {"to": CONSUMER, "types": [PersonChanged.type], "reason": "the new consumer"}


class Transport(InProcess):
    """To crm itself; the way there is closed as often as `closed` says."""

    closed = 0

    async def replay(self, batch: Sequence[Envelope], to: str, replay_id: UUID) -> Outcome:
        """Send, or not."""
        if self.closed:
            self.closed -= 1
            return dict.fromkeys((each.event_id for each in batch), Failure("closed", Fault.LINK))
        return await super().replay(batch, to, replay_id)


class Operated:
    """The crm, with people in its event log that nobody has heard of."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        self.transport = Transport([inbox_of(crm.database)])
        self.runner = Runner(crm.database, (replays.kind(self.transport),), wall_clock)

    async def log(self, *names: str, tenant: UUID = MERIDIAN) -> None:
        """Have news of people in the log, as if they had been sent long ago."""
        async with begin(self.crm.database, the_service("crm", tenant), wall_clock()) as work:
            for name in names:
                work.publish(a_person(new_id(), name))
        while await Relay(self.crm.database, InProcess([])).once():
            pass

    async def start(self, **other: Any) -> str:
        """Start a replay."""
        answer = await self.crm.admin().post("/operations/replays", json={**EVERYTHING, **other})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    async def step(self) -> bool:
        """Do a step of it, however soon that is."""
        await self.crm.rows("update msg.job set due_at = msg.clock() where state in ('queued', 'running') returning 1")
        did = await self.runner.step()
        await drained(self.crm.database)
        return did

    async def job(self, job_id: str) -> dict[str, Any]:
        """How far it is."""
        shown: dict[str, Any] = (await self.crm.admin().get(f"/jobs/{job_id}")).json()
        return {name: shown[name] for name in ("state", "done", "total", "result")}


async def test_a_replay_goes_on_step_by_step_waits_for_the_link_and_a_second_one_changes_nothing(crm: Crm) -> None:
    operated = Operated(crm)
    await operated.log(*PEOPLE)
    await operated.log("Olaf", tenant=STRANGER)
    counted = (await crm.admin().get("/operations/event-log")).json()["types"]
    job = await operated.start(per_second=2)
    seen: list[int] = []

    while await operated.step():
        operated.transport.closed = 1 if len(seen) == 0 else 0
        seen.append((await operated.job(job))["done"])

    assert [(each["type"], each["events"], each["redacted"]) for each in counted] == [(PersonChanged.type, 5, 0)]
    assert seen == [2, 2, 4, 5]
    assert await operated.job(job) == {
        "state": "done", "done": 5, "total": 5, "result": {"sent": 5, "redacted": 0, "not_taken": 0},
    }  # fmt: skip
    assert await crm.names() == PEOPLE
    inbox = await crm.rows("select * from msg.inbox order by event_id")
    assert {(row.consumer, row.tenant_id) for row in inbox} == {(CONSUMER, MERIDIAN)}

    again = await operated.start(reason="again")
    while await operated.step():
        pass
    assert (await operated.job(again))["result"] == {"sent": 5, "redacted": 0, "not_taken": 0}
    assert await crm.rows("select * from msg.inbox order by event_id") == inbox
    (deed, *_) = (await crm.admin().get("/operations/trail")).json()["items"]
    assert (deed["action"], deed["consumer"], deed["reason"]) == ("replayed", CONSUMER, "again")


async def test_a_replay_can_be_stopped(crm: Crm) -> None:
    operated = Operated(crm)
    await operated.log(*PEOPLE)
    job = await operated.start(per_second=1)
    await operated.step()

    answer = await crm.admin().post(f"/operations/replays/{job}/cancellation")
    assert answer.status_code == 204
    assert not await operated.step()
    assert (await operated.job(job))["state"] == "cancelled"
    assert len(await crm.names()) == 1
    assert code_of(await crm.admin().post(f"/operations/replays/{job}/cancellation")) == "job_ended"


async def test_a_replay_to_nobody_fails_and_says_so(crm: Crm) -> None:
    operated = Operated(crm)
    await operated.log("Ada")
    job = await operated.start(to="crm.nobody")
    await operated.step()

    assert (await crm.admin().get(f"/jobs/{job}")).json()[
        "error"
    ] == "Nobody takes any of these events under this name."
    assert await crm.rows("select * from msg.inbox") == []
    nothing = await crm.admin().post("/operations/replays", json={**EVERYTHING, "subject": "person/none"})
    assert code_of(nothing) == "nothing_to_replay"


async def test_a_consumer_that_has_forgotten_has_its_effects_anew(crm: Crm) -> None:
    operated = Operated(crm)
    await operated.log(*PEOPLE)
    await operated.start()
    await operated.step()
    await crm.as_tenant("delete from subjects returning 1")

    asked = {"consumer": CONSUMER, "reason": "the table was lost"}
    assert (await crm.admin().post("/operations/forgetting", json=asked)).json() == {"messages": 5}
    assert code_of(await crm.admin().post("/operations/forgetting", json=asked)) == "nothing_to_forget"
    await operated.start(reason="after the loss")
    await operated.step()

    assert await crm.names() == PEOPLE


async def test_what_is_redacted_keeps_its_id_time_and_type_and_is_never_acted_on_again(crm: Crm) -> None:
    operated = Operated(crm)
    await operated.log(*PEOPLE)
    (told,) = await crm.rows("select * from msg.event_log where position('Ada' in encode(payload, 'escape')) > 0")
    person = UUID(told.subject.removeprefix("person/"))
    (parked,) = await crm.arrive(nameless(a_person(person)))

    asked = {"subject": told.subject, "fields": ["name", "nothing.like.it"], "reason": "she asked for it"}
    answer = await crm.admin().post("/operations/redactions", json=asked)
    assert answer.json() == {"events": 1, "parked": 1, "on_their_way": 0}
    theirs = await crm.admin(tenant=STRANGER).post("/operations/redactions", json=asked)
    assert code_of(theirs) == "nothing_to_redact"

    (now,) = await crm.rows("select * from msg.event_log where event_id = :id", id=told.event_id)
    assert json.loads(now.payload) == {**json.loads(told.payload), "name": "[redacted]"}
    kept = ("event_id", "type", "subject", "recorded_at", "occurred_at", "published_at", "sequence", "tenant_id")
    assert [getattr(now, name) for name in kept] == [getattr(told, name) for name in kept]
    assert await crm.status_of(parked) == "discarded"
    (deed, *_) = (await crm.admin().get("/operations/trail")).json()["items"]
    assert (deed["action"], deed["reason"]) == ("redacted", "she asked for it")

    job = await operated.start()
    await operated.step()
    assert (await operated.job(job))["result"] == {"sent": 4, "redacted": 1, "not_taken": 0}
    assert await crm.names() == PEOPLE[1:]

    whole = await crm.admin().post("/operations/redactions", json={"subject": told.subject, "reason": "all of it"})
    assert whole.json()["events"] == 1
    assert (
        await crm.value("select payload from msg.event_log where event_id = :id", id=told.event_id) == b'"[redacted]"'
    )

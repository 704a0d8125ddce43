"""Messages for operators to deal with: news of a person, which every service takes, whole or broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any
from uuid import UUID

from shared.actor import Role
from shared.clock import wall_clock
from shared.contracts.resourcing import PersonChanged
from shared.database import Database
from shared.messaging.drain import Drain
from shared.messaging.inbox import Delivery, Inbox
from tests.shared.messaging.deliveries import an_envelope, delivered
from tests.support.api import MERIDIAN, Api

PERSON = UUID("0198c0de-0000-7000-8000-0000000000aa")
NAMELESS = b'{"person_id": "%s", "employed_from": "2026-01-01"}'


def a_person(person_id: UUID = PERSON, name: str = "Paula Parked") -> PersonChanged:
    """News of a person."""
    return PersonChanged(person_id=person_id, name=name, employed_from=date(2026, 1, 1))


def as_payload(person: PersonChanged) -> dict[str, Any]:
    """What the news say, as JSON."""
    return person.model_dump(mode="json")


def whole(person: PersonChanged, *, sequence: int = 1, tenant: UUID = MERIDIAN) -> Delivery:
    """News of a person as they arrive."""
    traced = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    return delivered(replace(an_envelope(person, sequence, tenant), traceparent=traced))


def nameless(person: PersonChanged, *, sequence: int = 1, tenant: UUID = MERIDIAN) -> Delivery:
    """The same without the name, so that they cannot be acted on."""
    there = whole(person, sequence=sequence, tenant=tenant)
    return replace(there, body=NAMELESS % str(person.person_id).encode())


def inbox_of(database: Database) -> Inbox:
    """The inbox of a service, with what it reacts to."""
    service = import_module(f"services.{database.service}.service").service
    return Inbox(database.service, service.all_reactions, database)


async def drained(database: Database) -> None:
    """Let everything run that is due."""
    drain = Drain(inbox_of(database), wall_clock)
    while await drain.once():
        pass


async def a_parked_message(database: Database, api: Api) -> Mapping[str, str]:
    """News of a person parked in a service, with an edited copy that Olga proposed; gives the names of both."""
    there = nameless(a_person())
    await inbox_of(database).accept([there])
    await drained(database)
    named = {"consumer": f"{database.service}.remember_person", "event_id": str(there.message_id)}
    olga = api.as_(Role.ADMINISTRATOR, subject="olga")
    edited = {"payload": as_payload(a_person()), "reason": "the name was missing"}
    answer = await olga.post("/operations/parked/{consumer}/{event_id}/copies".format(**named), json=edited)
    assert answer.status_code == 201, answer.text
    return {**named, "edited_copy_id": answer.json()["id"], "lane": "3"}


GROUP = {"consumer": "{consumer}", "type": PersonChanged.type, "fingerprint": "none", "reason": "x"}
TYPE = PersonChanged.type
BODIES = {
    "POST /operations/replays": {"to": "crm.remember_person", "types": [TYPE], "reason": "x"},
    "POST /operations/forgetting": {"consumer": "crm.remember_person", "reason": "x"},
    "POST /operations/redactions": {"subject": "person/1", "reason": "x"},
    "POST /operations/parked/groups/requeue": GROUP,
    "POST /operations/parked/groups/discard": GROUP,
    "POST /operations/parked/{consumer}/{event_id}/copies": {"payload": as_payload(a_person()), "reason": "x"},
}

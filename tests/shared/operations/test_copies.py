"""An edited copy of a parked message takes two people and has one effect."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.contracts.base import REGISTRY, Event
from shared.ids import new_id
from shared.operations.confidential import CONFIDENTIAL, is_confidential
from tests.shared.operations.conftest import CONSUMER, Crm
from tests.support.api import code_of
from tests.support.operations import a_person, as_payload, drained, nameless

WHY = {"reason": "the name was left out"}


async def test_an_edited_copy_runs_once_when_somebody_else_approves(crm: Crm) -> None:
    anna = a_person(new_id(), "Anna")
    (parked,) = await crm.arrive(nameless(anna))
    edited = {**WHY, "payload": as_payload(anna)}
    proposed = (await crm.admin("olga").post(f"/operations/parked/{CONSUMER}/{parked}/copies", json=edited)).json()
    approval = f"/operations/copies/{proposed['id']}/approval"

    own = await crm.admin("olga").post(approval, json=WHY)
    approved = await crm.admin("otto").post(approval, json=WHY)
    again = await crm.admin("otto").post(approval, json=WHY)
    await drained(crm.database)

    assert (own.status_code, code_of(own)) == (403, "own_copy")
    assert approved.status_code == 200, approved.text
    assert (again.status_code, code_of(again)) == (409, "copy_decided")
    assert await crm.names() == ["Anna"]
    assert await crm.status_of(parked) == "discarded"
    assert await crm.status_of(UUID(approved.json()["copy_id"])) == "done"
    shown = (await crm.admin().get(f"/operations/parked/{CONSUMER}/{parked}")).json()
    assert [(deed["by"], deed["action"]) for deed in shown["history"]] == [
        ("olga", "copy proposed"),
        ("otto", "discarded"),
        ("otto", "copy approved"),
    ]


async def test_two_log_ins_of_one_person_are_not_two_people(crm: Crm) -> None:
    anna = a_person(new_id(), "Anna")
    (parked,) = await crm.arrive(nameless(anna))
    for subject in ("olga", "olga-admin"):
        own = "insert into log_ins (tenant_id, subject, person_id, sequence) values (:t, :s, :p, 1) returning 1"
        await crm.as_tenant(own, t=UUID("0198c0de-0000-7000-8000-000000000001"), s=subject, p=anna.person_id)
    edited = {**WHY, "payload": as_payload(anna)}
    proposed = (await crm.admin("olga").post(f"/operations/parked/{CONSUMER}/{parked}/copies", json=edited)).json()

    answer = await crm.admin("olga-admin").post(f"/operations/copies/{proposed['id']}/approval", json=WHY)

    assert (answer.status_code, code_of(answer)) == (403, "own_copy")


async def test_a_copy_names_its_original_as_its_cause(crm: Crm) -> None:
    anna = a_person(new_id(), "Anna")
    (parked,) = await crm.arrive(nameless(anna))
    edited = {**WHY, "payload": as_payload(anna)}
    proposed = (await crm.admin("olga").post(f"/operations/parked/{CONSUMER}/{parked}/copies", json=edited)).json()
    await crm.admin("otto").post(f"/operations/copies/{proposed['id']}/approval", json=WHY)

    attributes = await crm.value("select attributes from msg.inbox where status = 'pending'")

    assert attributes["causationid"] == attributes["throughline-copy-of"] == str(parked)
    assert attributes["id"] != str(parked)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"name": 5}, "#/body/payload/name"),
        ({"person_id": "0198c0de-0000-7000-8000-0000000000bb"}, "#/body/payload"),
    ],
)
async def test_a_copy_that_is_wrong_or_about_something_else_is_refused(
    crm: Crm, wrong: dict[str, object], where: str
) -> None:
    anna = a_person(new_id(), "Anna")
    (parked,) = await crm.arrive(nameless(anna))

    edited = {**WHY, "payload": {**as_payload(anna), **wrong}}
    answer = await crm.admin().post(f"/operations/parked/{CONSUMER}/{parked}/copies", json=edited)

    assert (answer.status_code, code_of(answer)) == (422, "wrong_payload")
    assert [error["pointer"] for error in answer.json()["errors"]] == [where]
    assert (await crm.admin().get("/operations/copies")).json()["items"] == []


async def test_a_refused_copy_leaves_its_original_parked(crm: Crm) -> None:
    anna = a_person(new_id(), "Anna")
    (parked,) = await crm.arrive(nameless(anna))
    edited = {**WHY, "payload": as_payload(anna)}
    proposed = (await crm.admin("olga").post(f"/operations/parked/{CONSUMER}/{parked}/copies", json=edited)).json()

    refused = await crm.admin("otto").post(f"/operations/copies/{proposed['id']}/refusal", json=WHY)

    assert (refused.json()["state"], refused.json()["decided_by"]) == ("refused", "otto")
    assert await crm.status_of(parked) == "parked"


def test_every_event_that_tells_costs_is_for_auditors() -> None:
    assert {kind for kind in REGISTRY.values() if any("cost" in name for name in _names_in(kind))} == set(CONFIDENTIAL)
    assert is_confidential("throughline.crm.account.exploded.v1")


def _names_in(kind: type[Event]) -> set[str]:
    schema = kind.model_json_schema()
    return {name for part in (schema, *schema.get("$defs", {}).values()) for name in part.get("properties", ())}

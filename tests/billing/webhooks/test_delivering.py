"""A webhook is told of every batch by a real request, again until it is heard, and never anywhere it should not go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.billing.webhooks.model.webhook import ATTEMPTS, signatures
from shared.actor import Role
from tests.billing.webhooks.conftest import (
    ACKNOWLEDGED,
    SEALED,
    a_sealed_batch,
    let_time_pass,
    log_of,
    registered,
    work_off,
)
from tests.support.api import code_of
from tests.support.billing import Billing
from tests.support.ledger import ACCEPTED, ENTITY, SECRET, answered, sent
from tests.support.receiver import NAME, Receiver


async def test_a_sealed_and_answered_batch_is_told_signed(mapped: Billing, receiver: Receiver) -> None:
    webhook_id = await registered(mapped, receiver.url())
    batch = await a_sealed_batch(mapped)
    await answered(mapped, batch["id"], **ACCEPTED)

    await work_off(mapped)

    told = {json.loads(one.body)["type"]: one for one in receiver.received}
    assert told.keys() == {SEALED, ACKNOWLEDGED}
    one = told[SEALED]
    assert json.loads(one.body)["data"]["manifest_sha256"] == batch["manifest_sha256"]
    signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
    assert one.headers["webhook-signature"] == signatures([SECRET], signed)
    assert (one.headers["host"], one.path) == (f"{NAME}:{receiver.port}", "/hook")
    assert [(each["state"], each["attempts"]) for each in await log_of(mapped, webhook_id)] == [("delivered", 1)] * 2


async def test_what_was_not_heard_is_told_again_ever_later_under_the_same_id(
    mapped: Billing, receiver: Receiver
) -> None:
    webhook_id = await registered(mapped, receiver.url(), SEALED)
    receiver.answers = [500, 503, 302]
    await a_sealed_batch(mapped)
    waits = []
    for _ in range(3):
        await work_off(mapped)
        waits.append(await let_time_pass(mapped))
    await work_off(mapped)

    [delivery] = await log_of(mapped, webhook_id)
    assert [(one["status_code"], one["number"]) for one in delivery["tried"]] == [
        (500, 1),
        (503, 2),
        (302, 3),
        (204, 4),
    ]
    assert delivery["tried"][0]["answer"].startswith("said ") and len(delivery["tried"][0]["answer"]) <= 500
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 4)
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert {one.path for one in receiver.received} == {"/hook"}
    assert 2 < waits[0] <= 5 < waits[1] <= 10 < waits[2] <= 20


async def test_one_that_never_listens_is_given_up(mapped: Billing, receiver: Receiver) -> None:
    webhook_id = await registered(mapped, receiver.url(), SEALED)
    receiver.answers = [500] * ATTEMPTS
    await a_sealed_batch(mapped)

    for _ in range(ATTEMPTS + 2):
        await work_off(mapped)
        await let_time_pass(mapped)

    [delivery] = await log_of(mapped, webhook_id)
    assert (delivery["state"], delivery["attempts"], len(receiver.received)) == ("failed", ATTEMPTS, ATTEMPTS)


async def test_one_that_is_gone_is_told_nothing_more(mapped: Billing, receiver: Receiver) -> None:
    webhook_id = await registered(mapped, receiver.url(), SEALED)
    receiver.answers = [410]
    await a_sealed_batch(mapped)
    await work_off(mapped)
    await a_sealed_batch(mapped)
    await work_off(mapped)

    [delivery] = await log_of(mapped, webhook_id)
    shown = (await mapped.as_(Role.AUDITOR).get("/webhooks")).json()["items"]
    assert (delivery["state"], len(receiver.received), shown[0]["is_active"]) == ("failed", 1, False)


async def test_without_the_setting_nothing_of_our_own_is_called(
    mapped: Billing, receiver: Receiver, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEBHOOK_NETWORKS")
    webhook_id = await registered(mapped, receiver.url(), SEALED)
    await a_sealed_batch(mapped)
    inside = (["127.0.0.1"], ["10.0.0.5"], ["169.254.169.254"], ["93.184.215.14", "127.0.0.1"])
    for addresses in inside:
        names[NAME] = addresses
        await work_off(mapped)
        await let_time_pass(mapped)

    [delivery] = await log_of(mapped, webhook_id)
    assert receiver.received == []
    assert len(delivery["tried"]) == len(inside)
    assert all("no public address" in one["error"] for one in delivery["tried"]), delivery["tried"]


async def test_a_name_is_looked_up_once_and_called_where_it_was_checked(
    mapped: Billing, receiver: Receiver, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Rebinding(list[str]):
        looked_up = 0

        def __iter__(self) -> Any:
            self.looked_up += 1
            return iter(["127.0.0.1"] if self.looked_up == 1 else ["127.0.0.9"])

    names[NAME] = rebinding = Rebinding()
    await registered(mapped, receiver.url(), SEALED)
    await a_sealed_batch(mapped)
    await work_off(mapped)

    assert (rebinding.looked_up, len(receiver.received)) == (1, 1)


async def test_a_receiver_without_the_right_certificate_is_told_nothing(
    mapped: Billing, receiver: Receiver, names: dict[str, list[str]]
) -> None:
    names["other.example"] = ["127.0.0.1"]
    webhook_id = await registered(mapped, receiver.url("other.example"), SEALED)
    await a_sealed_batch(mapped)
    await work_off(mapped)

    [delivery] = await log_of(mapped, webhook_id)
    assert receiver.received == []
    assert "certificate" in delivery["tried"][0]["error"].lower()


async def test_only_what_one_listens_to_and_of_its_legal_entity_is_told(mapped: Billing, receiver: Receiver) -> None:
    answers_only = await registered(mapped, receiver.url(), ACKNOWLEDGED, legal_entity=ENTITY)
    batch = await a_sealed_batch(mapped)
    assert await log_of(mapped, answers_only) == []

    await answered(mapped, batch["id"], **ACCEPTED)
    await answered(mapped, batch["id"], **ACCEPTED)

    assert [one["kind"] for one in await log_of(mapped, answers_only)] == [ACKNOWLEDGED]


async def test_a_person_sends_it_again_and_the_receiver_sees_that_it_is_the_same(
    mapped: Billing, receiver: Receiver
) -> None:
    webhook_id = await registered(mapped, receiver.url(), SEALED)
    await a_sealed_batch(mapped)
    [delivery] = await log_of(mapped, webhook_id)
    ada, place = mapped.as_(Role.ADMINISTRATOR, subject="ada"), f"/webhook-deliveries/{delivery['id']}/replay"

    too_early = await sent(ada, place)
    await work_off(mapped)
    again = await sent(ada, place)
    await work_off(mapped)

    assert (code_of(too_early), again.status_code) == ("still_on_its_way", 204)
    first, second = receiver.received
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    [shown] = await log_of(mapped, webhook_id)
    assert [one["asked_by"] for one in shown["tried"]] == ["carla", "ada"]
    assert (await mapped.as_(Role.ADMINISTRATOR).post(f"/webhooks/{webhook_id}/stop")).status_code == 204
    assert code_of(await sent(ada, place)) == "webhook_stopped"


async def test_what_waits_for_a_stopped_webhook_is_given_up(mapped: Billing, receiver: Receiver) -> None:
    webhook_id = await registered(mapped, receiver.url(), SEALED)
    await a_sealed_batch(mapped)
    await mapped.as_(Role.ADMINISTRATOR).post(f"/webhooks/{webhook_id}/stop")
    await work_off(mapped)

    [delivery] = await log_of(mapped, webhook_id)
    assert (delivery["state"], receiver.received) == ("failed", [])


async def test_for_a_day_both_secrets_sign(mapped: Billing, receiver: Receiver) -> None:
    webhook_id = await registered(mapped, receiver.url(), SEALED)
    other = "whsec_" + "B" * 40
    changed = await mapped.as_(Role.ADMINISTRATOR).post(f"/webhooks/{webhook_id}/secret", json={"secret": other})
    await a_sealed_batch(mapped)
    await work_off(mapped)

    [one] = receiver.received
    signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
    assert (changed.status_code, one.headers["webhook-signature"]) == (204, signatures([other, SECRET], signed))

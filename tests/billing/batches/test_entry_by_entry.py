"""An ERP answers entry by entry, repeats itself without harm, and what it rejected goes on in a correction."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.billing.batches.model.canonical import read_canonical
from shared.actor import Role
from shared.contracts.billing import LedgerBatchAcknowledged, LedgerBatchSealed
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import Billing
from tests.support.ledger import (
    ACCEPTED,
    ENTITY,
    a_new_entry,
    answered,
    asked_to_seal,
    by_itself,
    posted,
    sealed,
    sent,
    texts_of,
)

REFUSED = {"answer": "rejected", "code": "E42", "reason": "Account is blocked"}


@pytest.fixture
async def batch(mapped: Billing) -> dict[str, Any]:
    """Seal a batch of three entries."""
    await posted(mapped, a_new_entry(), a_new_entry(), a_new_entry())
    return await sealed(mapped)


async def entries_of(billing: Billing, batch: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    """Read the entries of a batch as an auditor."""
    answer = await billing.as_(Role.AUDITOR).get(f"/ledger-batches/{batch['id']}/entries", params=query)
    assert answer.is_success, answer.text
    return list(answer.json()["items"])


async def by_entry(billing: Billing, batch: dict[str, Any], *said: dict[str, Any]) -> dict[str, Any]:
    """Say something of the first entries of a batch, one after the other."""
    listed = await entries_of(billing, batch)
    entries = [{"entry_id": one["entry_id"], **each} for one, each in zip(listed, said, strict=False) if each]
    answer = await answered(billing, batch["id"], answer="by_entry", entries=entries)
    return dict(answer.json())


def taken(number: int) -> dict[str, Any]:
    """Say that an entry was taken under a number of the ERP's."""
    return {"answer": "accepted", "erp_reference": f"JE-{number}"}


async def corrected(billing: Billing, batch: dict[str, Any]) -> Any:
    """Correct a batch as the controller."""
    return await sent(billing.as_(Role.CONTROLLER, subject="carla"), f"/ledger-batches/{batch['id']}/correction")


async def test_a_batch_is_partly_answered_until_every_entry_is_taken(mapped: Billing, batch: dict[str, Any]) -> None:
    first = await by_entry(mapped, batch, taken(1))
    assert await mapped.announced(LedgerBatchAcknowledged) == []
    refused = await by_entry(mapped, batch, {}, REFUSED, taken(3))
    done = await by_entry(mapped, batch, {}, taken(2))

    assert [(one["status"], one["accepted"], one["rejected"]) for one in (first, refused, done)] == [
        ("partly", 1, 0),
        ("rejected", 2, 1),
        ("accepted", 3, 0),
    ]
    assert [(one["answer"], one["erp_reference"]) for one in await entries_of(mapped, batch)] == [
        ("accepted", "JE-1"),
        ("accepted", "JE-2"),
        ("accepted", "JE-3"),
    ]
    told = [one.answer.value for one in await mapped.announced(LedgerBatchAcknowledged)]
    assert told == ["rejected", "accepted"]


async def test_entries_are_listed_by_what_became_of_them_page_by_page(mapped: Billing, batch: dict[str, Any]) -> None:
    await by_entry(mapped, batch, taken(1), REFUSED)

    [refused] = await entries_of(mapped, batch, answer="rejected")
    first = await mapped.as_(Role.AUDITOR).get(f"/ledger-batches/{batch['id']}/entries", params={"limit": "2"})
    rest = await entries_of(mapped, batch, cursor=first.json()["next"])

    assert (refused["number"], refused["code"], refused["reason"]) == (2, "E42", "Account is blocked")
    assert ([one["number"] for one in first.json()["items"]], [one["number"] for one in rest]) == ([1, 2], [3])
    assert [one["answer"] for one in rest] == ["waiting"]


async def test_the_same_answer_twice_is_one_and_another_one_is_a_conflict(
    mapped: Billing, batch: dict[str, Any]
) -> None:
    await by_entry(mapped, batch, taken(1), REFUSED)
    before = await mapped.digest(without=("idempotency",))

    again = await by_entry(mapped, batch, taken(1), REFUSED)
    assert await mapped.digest(without=("idempotency",)) == before
    other = await by_entry(mapped, batch, taken(9))
    both = await by_entry(mapped, batch, REFUSED, taken(2))

    assert (again["status"], other["code"], both["code"]) == ("rejected", "already_accepted", "already_accepted")
    assert [one["pointer"] for one in both["errors"]] == ["#/body/entries/0"]
    assert await mapped.digest(without=("idempotency",)) == before


async def test_the_same_answer_for_a_whole_batch_twice_is_one(mapped: Billing, batch: dict[str, Any]) -> None:
    await by_entry(mapped, batch, taken(1))
    first = await answered(mapped, batch["id"], **ACCEPTED)
    again = await answered(mapped, batch["id"], **ACCEPTED)
    other = await answered(mapped, batch["id"], answer="accepted", erp_reference="JE-2026-999")

    assert (first.json(), code_of(other)) == (again.json(), "already_accepted")
    assert len(await mapped.rows("batch_answers")) == 2
    numbers = [one["erp_reference"] for one in await entries_of(mapped, batch)]
    assert numbers == ["JE-1", ACCEPTED["erp_reference"], ACCEPTED["erp_reference"]]


async def test_answers_that_come_at_once_are_kept_once(mapped: Billing, batch: dict[str, Any]) -> None:
    said = await asyncio.gather(*(answered(mapped, batch["id"], **ACCEPTED) for _ in range(4)))

    assert {one.status_code for one in said} == {200}
    assert len(await mapped.rows("batch_answers")) == 1
    assert len(await mapped.announced(LedgerBatchAcknowledged)) == 1


async def test_what_was_rejected_goes_on_in_a_batch_that_names_what_it_corrects(
    mapped: Billing, batch: dict[str, Any]
) -> None:
    await by_entry(mapped, batch, taken(1), REFUSED, REFUSED)
    before = await texts_of(mapped, batch["id"])
    body = {"legal_entity": ENTITY, "account": "1300", "erp_account": "UNBLOCKED"}
    await mapped.as_(Role.CONTROLLER).put(f"/account-mappings/{new_id()}", json=body)

    correction = (await corrected(mapped, batch)).json()

    content, manifest, *_ = await texts_of(mapped, correction["id"])
    held = await entries_of(mapped, batch)
    assert {str(one.id) for one in read_canonical(content)} == {one["entry_id"] for one in held[1:]}
    assert {line.erp_account for one in read_canonical(content) for line in one.lines} >= {"UNBLOCKED"}
    assert json.loads(manifest)["corrects"]["manifest_sha256"] == batch["manifest_sha256"]
    assert (correction["number"], correction["corrects"], correction["previous_sha256"]) == (
        2,
        1,
        batch["manifest_sha256"],
    )
    assert await texts_of(mapped, batch["id"]) == before
    assert [one["corrected_in"] for one in held] == [None, 2, 2]
    assert [str(one.corrects_batch_id) for one in await mapped.announced(LedgerBatchSealed)] == ["None", batch["id"]]
    proof = await mapped.as_(Role.AUDITOR).get(f"/ledger-batches/{correction['id']}/verification")
    assert proof.json()["holds"]


async def test_a_corrected_entry_is_answered_in_the_correction_only(mapped: Billing, batch: dict[str, Any]) -> None:
    await by_entry(mapped, batch, taken(1), REFUSED)
    correction = (await corrected(mapped, batch)).json()

    late = await by_entry(mapped, batch, {}, taken(2))
    whole = await answered(mapped, batch["id"], **ACCEPTED)
    rest = await by_entry(mapped, batch, {}, {}, taken(3))
    done = await answered(mapped, correction["id"], **ACCEPTED)

    assert (late["code"], code_of(whole)) == ("corrected_since", "corrected_since")
    assert "batch 2" in late["detail"]
    assert (rest["accepted"], done.json()["status"]) == (2, "accepted")


async def test_an_entry_is_corrected_once_until_it_is_rejected_again(mapped: Billing, batch: dict[str, Any]) -> None:
    nothing = await corrected(mapped, batch)
    await answered(mapped, batch["id"], answer="rejected", reason="Period is closed")
    answers = await asyncio.gather(*(corrected(mapped, batch) for _ in range(3)))

    [correction] = [one.json() for one in answers if one.is_success]
    assert code_of(nothing) == "nothing_to_correct"
    assert {code_of(one) for one in answers if not one.is_success} == {"nothing_to_correct"}
    assert code_of(await asked_to_seal(mapped)) == "nothing_to_seal"
    await answered(mapped, correction["id"], answer="rejected", reason="Period is closed")
    third = (await corrected(mapped, correction)).json()
    assert (third["corrects"], third["entry_count"]) == (2, 3)


async def test_the_database_lets_an_entry_go_on_once(mapped: Billing, batch: dict[str, Any]) -> None:
    await answered(mapped, batch["id"], answer="rejected", reason="Period is closed")
    await corrected(mapped, batch)
    held = await entries_of(mapped, batch)

    with pytest.raises(DBAPIError, match="pk_export_batch_entries"):
        async with by_itself(mapped) as work:
            await work.session.execute(
                text(
                    "insert into export_batch_entries (entry_id, turn, batch_id, number) values (:entry, 2, :batch, 9)"
                ),
                {"entry": held[0]["entry_id"], "batch": batch["id"]},
            )


async def test_nobody_corrects_or_reads_what_is_not_theirs(mapped: Billing, batch: dict[str, Any]) -> None:
    foreign = mapped.as_(Role.ERP, subject="erp-elsewhere")

    assert code_of(await corrected(mapped, {"id": new_id()})) == "no_such_batch"
    assert code_of(await foreign.get(f"/ledger-batches/{batch['id']}/entries")) == "no_such_batch"


async def test_a_correction_is_made_and_read_on_the_batchs_page(mapped: Billing, batch: dict[str, Any]) -> None:
    await by_entry(mapped, batch, taken(1), REFUSED)
    carla = mapped.api.browser(Role.CONTROLLER, subject="carla")

    shown = (await carla.get(f"/batches/{batch['id']}")).text
    rejected = (await carla.get(f"/batches/{batch['id']}", params={"answer": "rejected"})).text
    sent_on = await carla.post(f"/batches/{batch['id']}/correction", headers={"Idempotency-Key": str(new_id())})
    after = (await carla.get(f"/batches/{batch['id']}")).text

    assert "Correct what was rejected" in shown and "JE-1" in shown
    assert "Account is blocked" in rejected and "JE-1" not in rejected
    assert sent_on.status_code == 303
    assert "Went on in batch 2" in after and "Correct what was rejected" not in after

"""The ERP fetches and answers the batches of its own legal entities; nobody does what their role does not allow."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.actor import Role
from shared.contracts.billing import LedgerBatchAcknowledged
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import Billing
from tests.support.ledger import (
    ACCEPTED,
    ENTITY,
    ERP,
    SCOPE,
    TEXTS,
    a_new_entry,
    answered,
    by_itself,
    posted,
    sealed,
    sent,
)


async def test_the_erp_accepts_a_batch_and_says_under_which_number(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    batch = await sealed(mapped)

    accepted = await answered(mapped, batch["id"], **ACCEPTED)
    again = await answered(mapped, batch["id"], answer="rejected", reason="Period is closed")

    assert accepted.json()["status"] == "accepted"
    assert code_of(again) == "already_accepted"
    shown = (await mapped.as_(Role.AUDITOR).get(f"/ledger-batches/{batch['id']}")).json()
    assert [(one["verdict"], one["erp_reference"], one["answered_by"]) for one in shown["answers"]] == [
        ("accepted", "JE-2026-118", ERP)
    ]
    [event] = await mapped.announced(LedgerBatchAcknowledged)
    assert (str(event.batch_id), event.answer.value) == (batch["id"], "accepted")


async def test_the_erp_rejects_a_batch_entry_by_entry_and_accepts_it_once_it_is_mended(mapped: Billing) -> None:
    [entry] = await posted(mapped, a_new_entry())
    batch = await sealed(mapped)
    rejection = {"entry_id": str(entry.id), "reason": "Cost centre is missing"}

    rejected = await answered(mapped, batch["id"], answer="rejected", reason="1 entry is wrong", entries=[rejection])
    listed = await mapped.as_(Role.ERP, subject=ERP).get("/ledger-batches")
    accepted = await answered(mapped, batch["id"], **ACCEPTED)

    assert (rejected.json()["status"], accepted.json()["status"]) == ("rejected", "accepted")
    assert [one["status"] for one in listed.json()["items"]] == ["rejected"]
    shown = (await mapped.as_(Role.AUDITOR).get(f"/ledger-batches/{batch['id']}")).json()
    named = [
        [(each["entry_id"], each["answer"], each["reason"]) for each in one["entries"]] for one in shown["answers"]
    ]
    assert named == [[(str(entry.id), "rejected", "Cost centre is missing")], []]
    assert shown["status"] == "accepted"


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        ({"answer": "rejected"}, "reason_missing", "#/body/reason"),
        (
            {"answer": "rejected", "reason": "Wrong", "entries": [{"entry_id": str(new_id()), "reason": "?"}]},
            "entry_not_in_batch",
            "#/body/entries/0/entry_id",
        ),
        (
            {**ACCEPTED, "entries": [{"entry_id": str(new_id()), "reason": "?"}]},
            "accepted_with_rejections",
            "#/body/entries",
        ),
        ({"answer": "by_entry"}, "entries_missing", "#/body/entries"),
    ],
)
async def test_an_answer_that_makes_no_sense_is_refused_and_changes_nothing(
    mapped: Billing, said: dict[str, Any], code: str, pointer: str
) -> None:
    await posted(mapped, a_new_entry())
    batch = await sealed(mapped)

    refused = await answered(mapped, batch["id"], **said)

    assert (code_of(refused), [one["pointer"] for one in refused.json()["errors"]]) == (code, [pointer])
    assert await mapped.rows("batch_answers") == []


async def test_the_erp_fetches_the_batches_of_its_own_legal_entities_only(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    batch = await sealed(mapped)
    own, foreign = mapped.as_(Role.ERP, subject=ERP), mapped.as_(Role.ERP, subject="erp-elsewhere")

    seen = [(await own.get(f"/ledger-batches/{batch['id']}/{name}")).status_code for name in TEXTS]
    unseen = [await foreign.get(f"/ledger-batches/{batch['id']}{part}") for part in ("", "/canonical", "/verification")]
    refused = await answered(mapped, batch["id"], subject="erp-elsewhere", **ACCEPTED)

    assert seen == [200] * 4
    assert {code_of(one) for one in [*unseen, refused]} == {"no_such_batch"}
    assert (await foreign.get("/ledger-batches")).json()["items"] == []
    assert [one["id"] for one in (await own.get("/ledger-batches")).json()["items"]] == [batch["id"]]


async def test_nobody_does_what_their_role_does_not_allow(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    batch = await sealed(mapped)
    path = f"/ledger-batches/{batch['id']}"
    mapping = {"legal_entity": ENTITY, "account": "1300", "erp_account": "X"}
    receiver = {"legal_entity": ENTITY, "subject": "mallory"}

    for role in Role:
        client = mapped.as_(role, subject=ERP)
        refused = {
            "see": (await client.get(path)).status_code == 403,
            "seal": (await sent(client, "/ledger-batches", SCOPE)).status_code == 403,
            "answer": (await sent(client, f"{path}/acknowledgement", {"answer": "rejected"})).status_code == 403,
            "correct": (await sent(client, f"{path}/correction")).status_code == 403,
            "map": (await client.put(f"/account-mappings/{new_id()}", json=mapping)).status_code == 403,
            "see mappings": (await client.get("/account-mappings", params=SCOPE)).status_code == 403,
            "appoint": (await client.put(f"/batch-receivers/{new_id()}", json=receiver)).status_code == 403,
        }
        allowed = {what for what, is_refused in refused.items() if not is_refused}
        assert allowed == ALLOWED.get(role, set()), role


ALLOWED = {
    Role.CONTROLLER: {"see", "seal", "correct", "map", "see mappings"},
    Role.BILLING_APPROVER: {"see", "seal", "correct", "see mappings"},
    Role.AUDITOR: {"see", "see mappings"},
    Role.ADMINISTRATOR: {"map", "see mappings", "appoint"},
    Role.ERP: {"see", "answer"},
}


@pytest.mark.parametrize(
    "table",
    ["export_batches", "export_batch_entries", "batch_answers", "entry_answers", "account_mappings"],
)
async def test_what_was_sealed_and_answered_stays(billing: Billing, table: str) -> None:
    for statement in (f"update {table} set tenant_id = tenant_id", f"delete from {table}"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with by_itself(billing) as work:
                await work.session.execute(text(statement))

"""What waits in a month is sealed once, in numbered batches that prove themselves and never change."""

from __future__ import annotations

import asyncio
import json
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.billing.batches.model.canonical import digest, read_canonical
from services.billing.batches.model.renderings.renderers import Renderer
from shared.actor import Role
from shared.contracts.billing import LedgerBatchSealed
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import Billing, a_legal_entity
from tests.support.exchange_rates import an_exchange_rate
from tests.support.ledger import (
    ACCEPTED,
    ENTITY,
    ERP,
    MARCH,
    SCOPE,
    THREAD,
    a_new_entry,
    answered,
    asked_to_seal,
    by_itself,
    map_accounts,
    posted,
    sealed,
    texts_of,
)


async def test_a_batch_holds_every_entry_of_its_month_and_currency_that_waits(mapped: Billing) -> None:
    in_march = await posted(mapped, a_new_entry(), a_new_entry(on=date(2026, 3, 1)))
    await an_exchange_rate(mapped, "1.25", "2026-03-31")
    await posted(mapped, a_new_entry(on=date(2026, 4, 1)), a_new_entry(currency="USD"))

    batch = await sealed(mapped)

    content, *_ = await texts_of(mapped, batch["id"])
    assert [entry.id for entry in read_canonical(content)] == [
        entry.id for entry in sorted(in_march, key=lambda one: (one.posted_on, one.id))
    ]
    assert (batch["entry_count"], batch["line_count"], batch["debit_total"], batch["credit_total"]) == (
        2,
        4,
        "200.00",
        "200.00",
    )
    assert (batch["number"], batch["status"], batch["thread_ids"]) == (1, "sealed", [str(THREAD)])


async def test_a_sealed_batch_is_announced_with_its_digests_and_threads(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())

    batch = await sealed(mapped)

    [event] = await mapped.announced(LedgerBatchSealed)
    assert (str(event.batch_id), event.number, event.thread_ids) == (batch["id"], 1, [THREAD])
    assert (event.sha256, event.manifest_sha256) == (batch["sha256"], batch["manifest_sha256"])


async def test_a_second_batch_has_only_what_came_later_and_continues_the_chain(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    first = await sealed(mapped)
    nothing = await asked_to_seal(mapped)
    [later] = await posted(mapped, a_new_entry())
    second = await sealed(mapped)

    assert code_of(nothing) == "nothing_to_seal"
    assert (second["number"], second["previous_sha256"]) == (2, first["manifest_sha256"])
    content, manifest, *_ = await texts_of(mapped, second["id"])
    assert [entry.id for entry in read_canonical(content)] == [later.id]
    assert (digest(content), digest(manifest)) == (second["sha256"], second["manifest_sha256"])


async def test_the_same_key_gives_the_same_batch(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    controller, key = mapped.as_(Role.CONTROLLER), {"Idempotency-Key": str(new_id())}

    first = await controller.post("/ledger-batches", json=SCOPE, headers=key)
    again = await controller.post("/ledger-batches", json=SCOPE, headers=key)
    no_key = await controller.post("/ledger-batches", json=SCOPE)

    assert (first.status_code, again.json()) == (201, first.json())
    assert code_of(no_key) == "idempotency_key_missing"


async def test_downloads_are_the_same_bytes_whatever_is_changed_afterwards(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    batch = await sealed(mapped)
    before = await texts_of(mapped, batch["id"])

    body = {"legal_entity": ENTITY, "account": "1300", "erp_account": "OTHER"}
    await mapped.as_(Role.CONTROLLER).put(f"/account-mappings/{new_id()}", json=body)
    await posted(mapped, a_new_entry())
    await sealed(mapped)
    await answered(mapped, batch["id"], **ACCEPTED)

    assert await texts_of(mapped, batch["id"]) == before


async def test_an_unmapped_account_stops_the_batch_before_sealing_and_changes_nothing(billing: Billing) -> None:
    await posted(billing, a_new_entry())
    await map_accounts(billing, "1300")
    before = await billing.digest()

    stopped = await asked_to_seal(billing)

    assert (stopped.status_code, code_of(stopped)) == (409, "unmapped_accounts")
    assert "4000" in stopped.json()["detail"] and "1300" not in stopped.json()["detail"]
    assert "/account-mappings" in stopped.json()["mend"]
    assert await billing.digest() == before
    await map_accounts(billing, "4000")
    assert (await sealed(billing))["number"] == 1


async def test_batches_sealed_at_once_are_numbered_without_gap_and_share_no_entry(mapped: Billing) -> None:
    await posted(mapped, *(a_new_entry(on=date(2026, month, 1)) for month in (1, 2, 3, 3)))

    answers = await asyncio.gather(
        *(asked_to_seal(mapped, period=period) for period in ("2026-01", "2026-02", MARCH, MARCH, MARCH))
    )

    made = sorted((one.json() for one in answers if one.is_success), key=lambda one: int(one["number"]))
    refused = {code_of(one) for one in answers if not one.is_success}
    assert ([one["number"] for one in made], refused) == ([1, 2, 3], {"nothing_to_seal"})
    assert [one["previous_sha256"] for one in made[1:]] == [one["manifest_sha256"] for one in made[:-1]]
    assert sum(one["entry_count"] for one in made) == 4


async def test_every_legal_entity_has_a_chain_of_its_own(mapped: Billing) -> None:
    await a_legal_entity(mapped, code="SUB", name="Meridian Zürich AG", invoice_series="SUB-", is_default=False)
    for account in ("1300", "4000"):
        body = {"legal_entity": "SUB", "account": account, "erp_account": f"S{account}"}
        await mapped.as_(Role.CONTROLLER).put(f"/account-mappings/{new_id()}", json=body)
    await posted(mapped, a_new_entry(), a_new_entry(legal_entity="SUB"))

    ours, theirs = await sealed(mapped), (await asked_to_seal(mapped, legal_entity="SUB")).json()

    assert (ours["number"], theirs["number"], theirs["previous_sha256"]) == (1, 1, None)


async def test_batches_prove_themselves(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    first = await sealed(mapped)
    await posted(mapped, a_new_entry())
    second = await sealed(mapped)
    auditor = mapped.as_(Role.AUDITOR)

    proofs = [(await auditor.get(f"/ledger-batches/{one['id']}/verification")).json() for one in (first, second)]

    assert [one["holds"] for one in proofs] == [True, True]
    assert all(check["holds"] for proof in proofs for check in proof["checks"])


async def test_the_database_takes_an_entry_into_one_batch_only(mapped: Billing) -> None:
    [entry] = await posted(mapped, a_new_entry())
    batch = await sealed(mapped)

    with pytest.raises(DBAPIError, match="pk_export_batch_entries"):
        async with by_itself(mapped) as work:
            await work.session.execute(
                text("insert into export_batch_entries (entry_id, batch_id, number) values (:entry, :batch, 2)"),
                {"entry": entry.id, "batch": batch["id"]},
            )


async def test_batches_are_listed_page_by_page_the_newest_first(mapped: Billing) -> None:
    numbers, cursor = [], None
    for day in (1, 2, 3):
        await posted(mapped, a_new_entry(on=date(2026, 3, day)))
        await sealed(mapped)
    while True:
        query = {"legal_entity": ENTITY, "limit": "2"} | ({"cursor": cursor} if cursor else {})
        found = (await mapped.as_(Role.AUDITOR).get("/ledger-batches", params=query)).json()
        numbers.append([one["number"] for one in found["items"]])
        if (cursor := found["next"]) is None:
            break

    assert sorted(number for page in numbers for number in page) == [1, 2, 3]
    assert [len(one) for one in numbers] == [2, 1]


async def test_what_there_is_not_cannot_be_sealed_or_shown(mapped: Billing) -> None:
    missing = await mapped.as_(Role.AUDITOR).get(f"/ledger-batches/{new_id()}")

    assert code_of(missing) == "no_such_batch"
    assert code_of(await asked_to_seal(mapped, legal_entity="ZZZ")) == "no_books"
    assert code_of(await asked_to_seal(mapped, period="2026-13")) == "bad_month"
    assert code_of(await asked_to_seal(mapped, currency="USD")) == "nothing_to_seal"


async def test_the_manifest_says_which_renderings_belong_to_it(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    batch = await sealed(mapped)

    _, manifest, *_ = await texts_of(mapped, batch["id"])

    said = json.loads(manifest)
    assert (said["format"], said["renderers"]) == ("throughline-ledger-batch/1", dict.fromkeys(Renderer, 1))
    assert (said["target"], said["sealed_by"]) == ("erp", "carla")


async def test_a_preview_tells_what_sealing_would_take_and_changes_nothing(billing: Billing) -> None:
    await posted(billing, a_new_entry(), a_new_entry())
    await map_accounts(billing, "1300")
    before = await billing.digest()
    auditor = billing.as_(Role.AUDITOR)

    unready = (await auditor.get("/ledger-batches/preview", params=SCOPE)).json()

    assert unready == {
        "may_be_sealed": False,
        "entry_count": 2,
        "debit_total": "200.00",
        "credit_total": "200.00",
        "unmapped": [{"account": "4000", "name": "Service revenue"}],
    }
    assert await billing.digest() == before
    await map_accounts(billing, "4000")
    ready = (await auditor.get("/ledger-batches/preview", params=SCOPE)).json()
    elsewhere = (await auditor.get("/ledger-batches/preview", params={**SCOPE, "target": "xero"})).json()
    await sealed(billing)
    done = (await auditor.get("/ledger-batches/preview", params=SCOPE)).json()
    assert [one["may_be_sealed"] for one in (ready, elsewhere, done)] == [True, False, False]
    assert (done["entry_count"], done["unmapped"]) == (0, [])


async def test_what_waits_is_shown_to_those_who_see_the_books_only(billing: Billing) -> None:
    await posted(billing, a_new_entry())

    shown = await billing.api.browser(Role.CONTROLLER).get("/batches/preview", params={"period": MARCH})
    page_refused = await billing.api.browser(Role.ERP, subject=ERP).get("/batches/preview")
    refused = await billing.as_(Role.ERP, subject=ERP).get("/ledger-batches/preview", params=SCOPE)

    assert "Service revenue" in shown.text and "only_unmapped=true" in shown.text
    assert (page_refused.status_code, refused.status_code) == (403, 403)

"""An ERP follows the chain of its own legal entity from the number it has, and never misses a batch."""

from __future__ import annotations

from typing import Any

import pytest

from shared.actor import Role
from tests.support.api import code_of
from tests.support.billing import Billing, a_legal_entity
from tests.support.ledger import (
    ENTITY,
    ERP,
    MARCH,
    a_new_entry,
    answered,
    appoint_erp,
    asked_to_seal,
    map_accounts,
    posted,
    sealed,
)


async def followed(billing: Billing, *, after: int = 0, subject: str = ERP, **query: Any) -> dict[str, Any]:
    """Follow the chain as an ERP."""
    erp = billing.as_(Role.ERP, subject=subject)
    answer = await erp.get(f"/ledger-chains/{ENTITY}", params={"after": str(after), **query})
    assert answer.is_success, answer.text
    return dict(answer.json())


async def test_the_erp_goes_on_where_it_was_and_gets_every_batch_once_in_order(mapped: Billing) -> None:
    made, got, after = [], [], 0
    for _ in range(3):
        await posted(mapped, a_new_entry())
        made.append((await sealed(mapped))["id"])

    while True:
        found = await followed(mapped, after=after, limit="2")
        got += found["items"]
        after = found["next"]
        if not found["more"]:
            break

    assert ([one["id"] for one in got], after) == (made, 3)
    assert [one["previous_sha256"] for one in got[1:]] == [one["manifest_sha256"] for one in got[:-1]]


async def test_whoever_has_all_of_it_keeps_the_number_and_is_told_of_the_next_batch(mapped: Billing) -> None:
    nothing = await followed(mapped)
    await posted(mapped, a_new_entry())
    batch = await sealed(mapped)

    there = await followed(mapped, after=nothing["next"])
    all_of_it = await followed(mapped, after=there["next"])

    assert (nothing["items"], nothing["next"], nothing["more"]) == ([], 0, False)
    assert [one["id"] for one in there["items"]] == [batch["id"]]
    assert (all_of_it["items"], all_of_it["next"]) == ([], 1)


async def test_books_that_were_set_back_are_noticed_by_whoever_has_more(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    await sealed(mapped)

    answer = await mapped.as_(Role.ERP, subject=ERP).get(f"/ledger-chains/{ENTITY}", params={"after": "2"})

    assert (answer.status_code, code_of(answer)) == (409, "ahead_of_chain")
    assert "number 1" in answer.json()["detail"]


async def test_an_erp_for_one_target_gets_and_answers_only_what_is_made_for_it(billing: Billing) -> None:
    await map_accounts(billing)
    await appoint_erp(billing, subject="erp-datev", target="datev")
    await appoint_erp(billing)
    await posted(billing, a_new_entry())
    batch = await sealed(billing)

    theirs = await followed(billing, subject="erp-datev")
    refused = await answered(billing, batch["id"], subject="erp-datev", answer="accepted")

    assert (theirs["items"], code_of(refused)) == ([], "no_such_batch")
    assert [one["id"] for one in (await followed(billing))["items"]] == [batch["id"]]
    assert await billing.rows("batch_answers") == []


@pytest.mark.parametrize("subject", ["erp-elsewhere", "erp-sub"])
async def test_a_chain_of_another_legal_entity_is_not_shown(mapped: Billing, subject: str) -> None:
    await a_legal_entity(mapped, code="SUB", name="Meridian Zürich AG", invoice_series="SUB-", is_default=False)
    await appoint_erp(mapped, legal_entity="SUB", subject="erp-sub")
    await posted(mapped, a_new_entry())
    await sealed(mapped)

    answer = await mapped.as_(Role.ERP, subject=subject).get(f"/ledger-chains/{ENTITY}")

    assert (answer.status_code, code_of(answer)) == (404, "not_received")
    assert "/batch-receivers" in answer.json()["mend"]


async def test_people_of_the_books_follow_every_chain_and_others_none(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    await asked_to_seal(mapped, period=MARCH)

    for role in set(Role) - {Role.ERP}:
        answer = await mapped.as_(role).get(f"/ledger-chains/{ENTITY}")
        allowed = role in {Role.CONTROLLER, Role.BILLING_APPROVER, Role.AUDITOR}
        assert answer.status_code == (200 if allowed else 403), role
    assert code_of(await mapped.as_(Role.AUDITOR).get("/ledger-chains/ZZZ")) == "no_books"

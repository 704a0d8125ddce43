"""A file of entries from outside: seen first, then posted, each once, and listed."""

from __future__ import annotations

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing
from tests.support.ledger import ENTITY

HERE = "/outside-entries"
HEAD = "reference,on,currency,text,account,amount\n"
RENT = HEAD + "AP-1,2026-03-05,EUR,Rent,6000,100.00\nAP-1,2026-03-05,EUR,Rent,2000,-100.00\n"
FORM = {"legal_entity": ENTITY, "system": "sage"}


def by_key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id()), "hx-request": "true"}


def a_file(text: str) -> dict[str, tuple[str, bytes]]:
    return {"file": ("entries.csv", text.encode())}


async def test_a_file_is_seen_before_it_is_posted_and_counts_once(billing: Billing) -> None:
    browser = billing.api.browser(Role.CONTROLLER)

    empty = (await browser.get(HERE)).text
    preview = (await browser.post(f"{HERE}/preview", data=FORM, files=a_file(RENT))).text
    before = await billing.rows("journal_entries")
    answers = [await browser.post(HERE, data=FORM, files=a_file(RENT), headers=by_key()) for _ in range(2)]

    assert "Nothing came from outside" in empty
    assert "AP-1" in preview and "Post them" in preview and before == []
    assert {answer.status_code for answer in answers} == {204}
    assert len(await billing.rows("journal_entries")) == 1
    assert "Rent" in (await browser.get(HERE)).text


async def test_accounts_that_are_not_there_are_named_and_nothing_is_offered_to_post(billing: Billing) -> None:
    browser = billing.api.browser(Role.CONTROLLER)

    preview = (await browser.post(f"{HERE}/preview", data=FORM, files=a_file(RENT.replace("6000", "6999")))).text

    assert "6999" in preview and "Post them" not in preview


@pytest.mark.parametrize("place", [HERE, f"{HERE}/preview"])
@pytest.mark.parametrize(
    ("text", "status"), [("nonsense", 422), (RENT.replace("6000", "1200"), 409), (RENT.replace("100.00", "much"), 422)]
)
async def test_what_cannot_be_posted_is_said_at_once(billing: Billing, place: str, text: str, status: int) -> None:
    browser = billing.api.browser(Role.CONTROLLER)

    refused = await browser.post(place, data=FORM, files=a_file(text), headers=by_key())

    assert refused.status_code == status, refused.text
    assert await billing.rows("journal_entries") == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_APPROVER, Role.ADMINISTRATOR])
async def test_who_may_not_adjust_brings_in_nothing(billing: Billing, role: Role) -> None:
    browser = billing.api.browser(role)

    answers = [
        await browser.post(place, data=FORM, files=a_file(RENT), headers=by_key())
        for place in (HERE, f"{HERE}/preview")
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert "Bring in a file" not in (await browser.get(HERE)).text

"""The chart beside the ERP's books: what is mapped, what is missing, and mapping it."""

from __future__ import annotations

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing
from tests.support.ledger import ENTITY, map_accounts

HERE = "/account-mappings"


async def test_the_page_shows_what_is_mapped_and_what_is_missing(billing: Billing) -> None:
    await map_accounts(billing, "1300")
    browser = billing.api.browser(Role.CONTROLLER)

    everything = (await browser.get(HERE)).text
    missing = (await browser.get(HERE, params={"only_unmapped": "true"})).text

    assert "E1300" in everything and "Service revenue" in everything
    assert "E1300" not in missing and "Service revenue" in missing


async def test_an_account_is_mapped_on_the_page_and_its_versions_are_told(billing: Billing) -> None:
    browser = billing.api.browser(Role.CONTROLLER)
    form = {"legal_entity": ENTITY, "target": "datev", "account": "1300", "erp_account": "1500"}

    mapped = await browser.post(HERE, data=form, headers={"Idempotency-Key": str(new_id())})
    told = await browser.get(f"{HERE}/versions", params={"legal_entity": ENTITY, "target": "datev", "account": "1300"})

    assert mapped.status_code == 303
    assert mapped.headers["location"] == f"/billing{HERE}?legal_entity={ENTITY}&target=datev"
    assert "1500" in told.text


@pytest.mark.parametrize("role", [Role.BILLING_CLERK, Role.ERP])
async def test_who_does_not_see_the_books_does_not_see_their_mapping(billing: Billing, role: Role) -> None:
    refused = await billing.api.browser(role).get(HERE)

    assert refused.status_code == 403

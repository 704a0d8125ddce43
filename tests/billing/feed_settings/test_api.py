"""How a system's books are set up: in versions, by those who keep the chart; a sealed batch keeps those of its day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.billing.service import service
from shared.actor import Role
from shared.ids import new_id
from tests.support.api import api, code_of
from tests.support.billing import NOON, Billing
from tests.support.ledger import (
    ENTITY,
    ERP,
    a_new_entry,
    appoint_erp,
    asked_to_seal,
    map_accounts,
    posted,
    sealed,
    set_up_feeds,
)

XERO = {"legal_entity": ENTITY, "feed": "xero", "currency": "EUR"}


async def test_settings_are_changed_by_a_new_version(billing: Billing) -> None:
    controller = billing.as_(Role.CONTROLLER, subject="carla")

    first = await controller.put(f"/feed-settings/{new_id()}", json=XERO)
    second = await controller.put(f"/feed-settings/{new_id()}", json={**XERO, "status": "POSTED"})

    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    told = await billing.as_(Role.AUDITOR).get("/feed-settings", params=XERO)
    assert [(one["version"], one["status"], one["made_by"]) for one in told.json()["items"]] == [
        (2, "POSTED", "carla"),
        (1, "DRAFT", "carla"),
    ]


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        ({"feed": "datev", "consultant": 29098}, "setting_missing", "#/body/client"),
        ({"feed": "datev", "consultant": 17, "client": 1}, "invalid_request", "#/body/consultant"),
        ({"feed": "intacct"}, "setting_missing", "#/body/journal"),
        ({"feed": "sage"}, "invalid_request", "#/body/feed"),
        ({"legal_entity": "ZZZ"}, "no_books", "#/body/legal_entity"),
    ],
)
async def test_settings_that_cannot_be_are_refused_and_change_nothing(
    billing: Billing, said: dict[str, Any], code: str, pointer: str
) -> None:
    refused = await billing.as_(Role.CONTROLLER).put(f"/feed-settings/{new_id()}", json={**XERO, **said})

    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    assert code_of(refused) == code
    assert await billing.rows("feed_settings") == []


async def test_nobody_sets_up_or_sees_what_their_role_does_not_allow(billing: Billing) -> None:
    for role in Role:
        client = billing.as_(role)
        made = (await client.put(f"/feed-settings/{new_id()}", json=XERO)).status_code
        seen = (await client.get("/feed-settings", params=XERO)).status_code
        page = (await billing.api.browser(role).get("/feeds")).status_code

        keeps = role in {Role.CONTROLLER, Role.ADMINISTRATOR}
        sees = keeps or role in {Role.AUDITOR, Role.BILLING_APPROVER}
        assert (made, seen, page) == (201 if keeps else 403, 200 if sees else 403, 200 if sees else 403), role


async def test_a_feed_is_set_up_on_its_page(billing: Billing) -> None:
    browser = billing.api.browser(Role.CONTROLLER)
    form = {"legal_entity": ENTITY, "feed": "datev", "currency": "EUR", "consultant": "29098", "client": "55003"}

    done = await browser.post("/feeds", data=form, headers={"Idempotency-Key": str(new_id())})

    assert done.status_code == 303
    shown = (await browser.get("/feeds")).text
    assert "29098" in shown and "55003" in shown


def a_day_later(billing: Billing) -> Billing:
    """Serve the same books on the day after."""
    return Billing(billing.database, api(service, billing.database, clock=lambda: NOON + timedelta(days=1)))


async def test_a_batch_keeps_the_settings_of_its_day_and_can_be_taken_with_later_ones(billing: Billing) -> None:
    await map_accounts(billing)
    await appoint_erp(billing)
    await posted(billing, a_new_entry())
    batch = await sealed(billing)
    erp, here = billing.as_(Role.ERP, subject=ERP), f"/ledger-batches/{batch['id']}/xero"

    nothing = await erp.get(here)
    await set_up_feeds(a_day_later(billing), "xero")
    first = await erp.get(here)
    await set_up_feeds(a_day_later(billing), "xero", status="POSTED")
    again = await erp.get(here)
    other = await erp.get(here, params={"settings_version": 2})
    missing = await erp.get(here, params={"settings_version": 3})

    assert code_of(nothing) == code_of(missing) == "feed_not_set_up"
    assert first.content == again.content and b'"Status":"DRAFT"' in first.content
    assert first.headers["etag"] == again.headers["etag"] != other.headers["etag"]
    assert b'"Status":"POSTED"' in other.content


async def test_a_target_of_a_systems_name_is_tried_in_its_form_before_it_is_sealed(billing: Billing) -> None:
    await posted(billing, a_new_entry())
    controller = billing.as_(Role.CONTROLLER)

    async def map_to(**accounts: str) -> None:
        for account, there in accounts.items():
            body = {"legal_entity": ENTITY, "target": "datev", "account": account[1:], "erp_account": there}
            await controller.put(f"/account-mappings/{new_id()}", json=body)

    await map_to(_1300="1500", _4000="E4000")
    before = await billing.digest()
    not_set_up = await asked_to_seal(billing, target="datev")
    assert await billing.digest() == before
    await set_up_feeds(billing, "datev")
    no_number = await asked_to_seal(billing, target="datev")
    await map_to(_4000="8200")
    batch = await asked_to_seal(billing, target="datev")

    assert code_of(not_set_up) == "feed_not_set_up"
    assert code_of(no_number) == "cannot_render" and "E4000" in no_number.json()["detail"]
    assert (batch.status_code, batch.json()["number"]) == (201, 1)

"""The price book over HTTP, and what two people do to it at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import Api, code_of
from tests.support.crm import a_priced_role, made

PRODUCT = {"code": "GO-LIVE", "name": "Go-live", "kind": "fixed_fee"}
PRICE: dict[str, Any] = {"currency": "EUR", "amount": "900", "starts_on": "2026-01-01"}


@pytest.mark.parametrize("role", [Role.SALES_REP, Role.AUDITOR, Role.CONSULTANT])
async def test_only_those_who_configure_change_the_price_book(crm: Api, role: Role) -> None:
    product = await made(crm.as_(Role.ADMINISTRATOR), f"/products/{new_id()}", PRODUCT)
    somebody = crm.as_(role)

    refused = [
        await somebody.put(f"/products/{new_id()}", json=PRODUCT | {"code": "OTHER"}),
        await somebody.patch(f"/products/{product['id']}", json=PRODUCT, headers={"if-match": '"1"'}),
        await somebody.put(f"/products/{product['id']}/prices/{new_id()}", json=PRICE),
        await somebody.patch(f"/products/{product['id']}/prices/{new_id()}", json={"ends_before": None}),
    ]

    assert [answer.status_code for answer in refused] == [403] * 4
    listed = (await crm.as_(Role.SALES_MANAGER).get("/products")).json()["items"]
    assert [row["code"] for row in listed] == ["GO-LIVE"]
    assert (await crm.as_(Role.SALES_MANAGER).get(f"/products/{product['id']}")).json()["prices"] == []


async def test_a_product_is_renamed_under_its_version(crm: Api) -> None:
    admin = crm.as_(Role.ADMINISTRATOR)
    product = await made(admin, f"/products/{new_id()}", PRODUCT)
    path = f"/products/{product['id']}"

    renamed = await admin.patch(path, json=PRODUCT | {"name": "Cutover"}, headers={"if-match": '"1"'})
    stale = await admin.patch(path, json=PRODUCT | {"name": "Launch"}, headers={"if-match": '"1"'})

    assert renamed.json()["name"] == "Cutover"
    assert stale.status_code == 412


async def test_a_code_and_a_staffing_role_belong_to_one_product(crm: Api) -> None:
    await a_priced_role(crm, role="Consultant")
    admin = crm.as_(Role.ADMINISTRATOR)
    timed = {"name": "X", "kind": "time_by_role", "staffing_role": "Consultant"}

    same_role = await admin.put(f"/products/{new_id()}", json=timed | {"code": "OTHER"})
    same_code = await admin.put(f"/products/{new_id()}", json=PRODUCT | {"code": "TIME-CONSULTANT"})

    assert [code_of(same_role), code_of(same_code)] == ["code_taken", "code_taken"]


async def test_cost_is_shown_to_those_who_may_see_it(crm: Api) -> None:
    product = await a_priced_role(crm)

    seen = {
        role: (await crm.as_(role).get(f"/products/{product['id']}")).json()["prices"][0]["standard_cost"]
        for role in (Role.SALES_REP, Role.SALES_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)
    }

    assert seen == {
        Role.SALES_REP: None,
        Role.SALES_MANAGER: "70.00",
        Role.AUDITOR: "70.00",
        Role.ADMINISTRATOR: None,
    }
    assert (await crm.as_(Role.CONSULTANT).get("/products")).status_code == 403


async def test_a_price_is_ended_before_the_next_one_starts(crm: Api) -> None:
    admin = crm.as_(Role.ADMINISTRATOR)
    product = await made(admin, f"/products/{new_id()}", PRODUCT)
    prices = f"/products/{product['id']}/prices"
    first = new_id()
    await made(admin, f"{prices}/{first}", PRICE)
    later = PRICE | {"starts_on": "2026-07-01", "amount": "950"}

    refused = await admin.put(f"{prices}/{new_id()}", json=later)
    await admin.patch(f"{prices}/{first}", json={"ends_before": "2026-07-01"})
    priced = await admin.put(f"{prices}/{new_id()}", json=later)

    assert (refused.status_code, code_of(refused)) == (409, "prices_overlap")
    assert [price["amount"] for price in priced.json()["prices"]] == ["900.00", "950.00"]


async def test_of_two_overlapping_prices_at_once_one_is_kept(crm: Api) -> None:
    admin = crm.as_(Role.ADMINISTRATOR)
    product = await made(admin, f"/products/{new_id()}", PRODUCT)
    prices = f"/products/{product['id']}/prices"

    answers = await asyncio.gather(*(admin.put(f"{prices}/{new_id()}", json=PRICE) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len((await admin.get(f"/products/{product['id']}")).json()["prices"]) == 1

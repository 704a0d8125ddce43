"""Sales people at a browser, and what it means that somebody sells no more."""

from __future__ import annotations

import httpx2

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import BY_SCRIPT, Api, code_of, seen
from tests.support.crm import an_account, made

INES = {"name": "Ines Keller", "subject": "ines", "office": "Berlin"}


async def ines_sells(boss: httpx2.AsyncClient) -> str:
    """Put Ines on the list; gives where she is."""
    place = f"/sales-people/{new_id()}"
    assert (await boss.post(place, data=INES, headers=BY_SCRIPT)).status_code == 204
    return place


async def test_who_sells_is_added_deactivated_and_taken_back(crm: Api) -> None:
    boss = crm.browser(Role.SALES_MANAGER)
    assert "Nobody sells yet" in await seen(boss, "/sales-people")

    ines = await ines_sells(boss)
    assert "Ines Keller" in await seen(boss, "/sales-people?q=berlin")
    again = await boss.post(f"/sales-people/{new_id()}", data=INES, headers=BY_SCRIPT)
    assert (again.json()["code"], again.json()["errors"][0]["pointer"]) == ("log_in_sells", "#/body/subject")

    await boss.post(f"{ines}/deactivation", headers=BY_SCRIPT)
    assert "Ines Keller" not in await seen(boss, "/sales-people")
    assert "Sells no more" in await seen(boss, "/sales-people?all=true")
    await boss.post(f"{ines}/reactivation", headers=BY_SCRIPT)
    assert "Ines Keller" in await seen(boss, "/sales-people")


async def test_two_who_sell_never_have_one_log_in_not_even_by_coming_back(crm: Api) -> None:
    boss = crm.browser(Role.SALES_MANAGER)
    first = await ines_sells(boss)
    await boss.post(f"{first}/deactivation", headers=BY_SCRIPT)
    await ines_sells(boss)

    refused = await boss.post(f"{first}/reactivation", headers=BY_SCRIPT)

    assert (refused.status_code, code_of(refused)) == (409, "log_in_sells")


async def test_nothing_is_given_to_who_sells_no_more_and_what_is_theirs_stays(crm: Api) -> None:
    boss, api = crm.browser(Role.SALES_MANAGER), crm.as_(Role.SALES_MANAGER)
    ines = await ines_sells(boss)
    account = await an_account(api, owner="ines")
    await made(api, f"/opportunities/{new_id()}", {"name": "Hers", "currency": "EUR", "owner": "ines"})
    await boss.post(f"{ines}/deactivation", headers=BY_SCRIPT)

    form = await seen(boss, "/opportunities/new")
    assert '<option value="ines"' not in form
    given = {"name": "New", "currency": "EUR", "owner": "ines"}
    for place in (f"/opportunities/{new_id()}", f"/accounts/{new_id()}"):
        refused = await boss.post(place, data=given, headers=BY_SCRIPT)
        assert refused.json()["code"] == "sells_no_more", refused.text
        assert refused.json()["errors"][0]["pointer"] == "#/body/owner"
    assert '<option value="ines" selected>' in await seen(boss, f"/accounts/{account['id']}/edit")
    kept = {"name": "Alpenglow SE", "currency": "EUR", "owner": "ines", "version": "1"}
    assert (await boss.post(f"/accounts/{account['id']}", data=kept, headers=BY_SCRIPT)).status_code == 204
    assert "?owner=ines" in await seen(boss, "/sales-people?all=true")
    assert "Hers" in await seen(boss, "/opportunities/list?owner=ines")
    assert "Hers" not in await seen(boss, "/opportunities/list?owner=tomas")
    assert "Alpenglow SE" in await seen(boss, "/accounts?owner=ines")


async def test_a_deal_and_an_account_are_given_to_somebody_else_by_name(crm: Api) -> None:
    boss, api = crm.browser(Role.SALES_MANAGER), crm.as_(Role.SALES_MANAGER)
    await ines_sells(boss)
    account = await an_account(api)
    there = f"/accounts/{account['id']}"

    assert '<option value="ines">Ines Keller</option>' in await seen(boss, f"{there}/edit")
    told = {"name": "Alpenglow SE", "currency": "EUR", "owner": "ines", "version": "1", "tax_id": "DE136695976"}
    assert (await boss.post(there, data=told, headers=BY_SCRIPT)).status_code == 204

    kept = (await api.get(there)).json()
    assert (kept["owner"], kept["tax_id"]) == ("ines", "DE136695976")
    rita = crm.browser(Role.SALES_REP, subject="rita")
    assert 'name="owner" value="rita"' in await seen(rita, "/opportunities/new"), "to give is not for her"


async def test_only_a_sales_manager_keeps_the_list(crm: Api) -> None:
    ines = await ines_sells(crm.browser(Role.SALES_MANAGER))

    for role in set(Role) - {Role.SALES_MANAGER}:
        somebody = crm.browser(role)
        for place in (f"/sales-people/{new_id()}", f"{ines}/deactivation", f"{ines}/reactivation"):
            answer = await somebody.post(place, data=INES, headers=BY_SCRIPT)
            assert answer.status_code == 403, (role, place)
    for role in (Role.SALES_REP, Role.AUDITOR):
        page = await seen(crm.browser(role), "/sales-people")
        assert "Ines Keller" in page and "Deactivate" not in page
    assert "?owner=ines" not in await seen(crm.browser(Role.SALES_REP), "/sales-people")

"""Accounts over HTTP: who may write them down, change them and see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shared.actor import Role
from shared.database import Database
from shared.ids import new_id
from tests.support.api import Api, code_of
from tests.support.crm import an_account, an_account_body, announced

OTHER_TENANT = UUID("0198c0de-0000-7000-8000-00000000beef")


async def test_an_account_belongs_to_whoever_writes_it_down(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")

    account = await an_account(rita)

    assert account["owner"] == "rita"
    assert account["is_customer"] is False
    shown = await rita.get(f"/accounts/{account['id']}")
    assert shown.json() == account
    assert shown.headers["etag"] == '"1"'


async def test_a_rep_may_not_give_an_account_away_but_a_manager_may(crm: Api) -> None:
    refused = await crm.as_(Role.SALES_REP, subject="rita").put(
        f"/accounts/{new_id()}", json=an_account_body(owner="ralf")
    )
    given = await an_account(crm.as_(Role.SALES_MANAGER), owner="ralf")

    assert (refused.status_code, code_of(refused)) == (403, "not_yours_to_give")
    assert given["owner"] == "ralf"


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.AUDITOR, Role.BILLING_CLERK, Role.ADMINISTRATOR])
async def test_other_roles_write_down_no_account(crm: Api, role: Role) -> None:
    account_id = new_id()

    refused = await crm.as_(role).put(f"/accounts/{account_id}", json=an_account_body())

    assert (refused.status_code, code_of(refused)) == (403, "not_permitted")
    assert (await crm.as_(Role.SALES_MANAGER).get(f"/accounts/{account_id}")).status_code == 404


async def test_an_account_of_somebody_else_is_not_found(crm: Api) -> None:
    account = await an_account(crm.as_(Role.SALES_REP, subject="rita"))
    ralf = crm.as_(Role.SALES_REP, subject="ralf")

    seen = await ralf.get(f"/accounts/{account['id']}")
    changed = await ralf.patch(f"/accounts/{account['id']}", json={"name": "X"}, headers={"if-match": '"1"'})
    listed = await ralf.get("/accounts")

    assert [seen.status_code, changed.status_code] == [404, 404]
    assert listed.json()["items"] == []


async def test_another_tenant_sees_nothing(crm: Api) -> None:
    account = await an_account(crm.as_(Role.SALES_REP, subject="rita"))
    stranger = crm.as_(Role.SALES_MANAGER, tenant=OTHER_TENANT)

    assert (await stranger.get(f"/accounts/{account['id']}")).status_code == 404
    assert (await stranger.get("/accounts")).json()["items"] == []


async def test_an_auditor_reads_every_account(crm: Api) -> None:
    account = await an_account(crm.as_(Role.SALES_REP, subject="rita"))

    listed = await crm.as_(Role.AUDITOR).get("/accounts", params={"q": "pengl"})

    assert [row["id"] for row in listed.json()["items"]] == [account["id"]]


async def test_a_change_keeps_what_it_does_not_name_and_tells_others(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)

    changed = await rita.patch(
        f"/accounts/{account['id']}",
        json={"tax_id": "de 811 907 980", "billing_address": {"city": "Berlin"}},
        headers={"if-match": '"1"'},
    )

    assert changed.status_code == 200
    assert changed.json()["tax_id"] == "DE811907980"
    assert changed.json()["name"] == "Alpenglow"
    assert changed.json()["billing_address"]["city"] == "Berlin"
    assert changed.json()["billing_address"]["country"] == "DE"
    told = await announced(database)
    assert [one.type for one in told] == ["throughline.crm.account.changed.v1"] * 2
    assert told[-1].payload["account"]["tax_id"] == "DE811907980"


async def test_a_change_of_a_stale_account_is_refused(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    await rita.patch(f"/accounts/{account['id']}", json={"name": "A"}, headers={"if-match": '"1"'})

    stale = await rita.patch(f"/accounts/{account['id']}", json={"name": "B"}, headers={"if-match": '"1"'})
    blind = await rita.patch(f"/accounts/{account['id']}", json={"name": "B"})

    assert (stale.status_code, code_of(stale)) == (412, "stale")
    assert (blind.status_code, code_of(blind)) == (422, "version_required")
    assert (await rita.get(f"/accounts/{account['id']}")).json()["name"] == "A"


async def test_no_account_is_its_own_grandparent(crm: Api) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    top = await an_account(manager)
    middle = await an_account(manager, parent_id=top["id"])
    bottom = await an_account(manager, parent_id=middle["id"])

    refused = await manager.patch(
        f"/accounts/{top['id']}", json={"parent_id": bottom["id"]}, headers={"if-match": '"1"'}
    )
    unknown = await manager.put(f"/accounts/{new_id()}", json=an_account_body(parent_id=str(new_id())))

    assert (refused.status_code, code_of(refused)) == (422, "own_parent")
    assert (unknown.status_code, code_of(unknown)) == (404, "no_such_account")


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"currency": "euro"}, "invalid_request"),
        ({"name": ""}, "invalid_request"),
        ({"billing_address": {"country": "Germany"}}, "unknown_country"),
        ({"colour": "red"}, "invalid_request"),
        ({"tax_id": "DE811907981"}, "tax_id_misfit"),
        ({"tax_id": "ATU1"}, "tax_id_misfit"),
        ({"domain": "Alpenglow AG"}, "domain_misfit"),
    ],
)
async def test_what_makes_no_sense_is_refused(crm: Api, different: dict[str, Any], code: str) -> None:
    refused = await crm.as_(Role.SALES_REP).put(f"/accounts/{new_id()}", json=an_account_body(**different))

    assert (refused.status_code, code_of(refused)) == (422, code)


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("tax_id", " de 811 907 980 ", "DE811907980"),
        ("tax_id", "el-094259216", "EL094259216"),
        ("tax_id", "29/815/08151", "29/815/08151"),
        ("tax_id", "CHE-123.456.788 MWST", "CHE-123.456.788 MWST"),
        ("domain", "https://www.Alpenglow.example/", "alpenglow.example"),
        ("domain", "müller.example", "müller.example"),
    ],
)
async def test_tax_ids_and_domains_are_kept_in_their_usual_form(crm: Api, name: str, typed: str, kept: str) -> None:
    assert (await an_account(crm.as_(Role.SALES_REP), **{name: typed}))[name] == kept


async def test_contacts_belong_to_an_account(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    path = f"/accounts/{account['id']}/contacts/{new_id()}"

    created = await rita.put(path, json={"name": "Carla", "email": "c@alpenglow.example", "role": "CIO"})
    changed = await rita.patch(path, json={"name": "Carla", "email": "c@alpenglow.example", "role": "CEO"})
    refused = await crm.as_(Role.SALES_REP, subject="ralf").patch(path, json={"name": "X"})

    assert created.status_code == 201
    assert changed.json()["role"] == "CEO"
    assert refused.status_code == 404
    contacts = (await rita.get(f"/accounts/{account['id']}")).json()["contacts"]
    assert [contact["role"] for contact in contacts] == ["CEO"]


async def test_accounts_are_listed_page_by_page_by_name(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    for name in ("Corvatsch", "Alpenglow", "Bernina"):
        await an_account(rita, name=name)

    first = (await rita.get("/accounts", params={"limit": 2})).json()
    second = (await rita.get("/accounts", params={"limit": 2, "cursor": first["next"]})).json()

    assert [row["name"] for row in first["items"] + second["items"]] == ["Alpenglow", "Bernina", "Corvatsch"]
    assert second["next"] is None

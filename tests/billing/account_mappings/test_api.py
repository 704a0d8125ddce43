"""An account's counterpart in the ERP's books is changed by a new version, never in place."""

from __future__ import annotations

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import Billing
from tests.support.ledger import ENTITY


async def test_a_mapping_is_changed_by_a_new_version(billing: Billing) -> None:
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    body = {"legal_entity": ENTITY, "account": "1300", "erp_account": "E1"}

    first = await controller.put(f"/account-mappings/{new_id()}", json=body)
    second = await controller.put(f"/account-mappings/{new_id()}", json={**body, "erp_account": "E2"})
    unknown = await controller.put(f"/account-mappings/{new_id()}", json={**body, "account": "4711"})
    nowhere = await controller.put(f"/account-mappings/{new_id()}", json={**body, "legal_entity": "ZZZ"})

    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    assert (code_of(unknown), code_of(nowhere)) == ("no_such_account", "no_books")
    listed = (await controller.get("/account-mappings", params={"legal_entity": ENTITY})).json()["items"]
    assert [(one["account"], one["erp_account"], one["version"]) for one in listed] == [("1300", "E2", 2)]


async def test_every_version_of_a_mapping_is_told_the_newest_first(billing: Billing) -> None:
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    wanted = {"legal_entity": ENTITY, "account": "1300", "target": "datev"}
    for erp_account in ("1500", "1510"):
        await controller.put(f"/account-mappings/{new_id()}", json={**wanted, "erp_account": erp_account})
    await controller.put(f"/account-mappings/{new_id()}", json={**wanted, "target": "xero", "erp_account": "610"})

    told = await billing.as_(Role.AUDITOR).get("/account-mappings/versions", params=wanted)
    refused = await billing.as_(Role.BILLING_CLERK).get("/account-mappings/versions", params=wanted)

    assert [(one["version"], one["erp_account"], one["mapped_by"]) for one in told.json()["items"]] == [
        (2, "1510", "carla"),
        (1, "1500", "carla"),
    ]
    assert refused.status_code == 403

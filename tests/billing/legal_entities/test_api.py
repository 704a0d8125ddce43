"""Legal entities over HTTP: set up by administrators, once."""

from __future__ import annotations

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import CANARY, Billing, Made, a_legal_entity, a_legal_entity_body


async def test_an_administrator_sets_up_a_legal_entity_with_its_books(bare_billing: Billing) -> None:
    entity_id = await a_legal_entity(bare_billing)

    shown = (await bare_billing.as_(Role.BILLING_CLERK).get(f"/legal-entities/{entity_id}")).json()
    listed = (await bare_billing.as_(Role.AUDITOR).get("/legal-entities")).json()["items"]
    assert (shown["code"], [rule["territory"] for rule in shown["tax_rules"]]) == (
        "MER",
        ["abroad", "domestic", "european_union"],
    )
    assert listed == [shown]
    assert {row["legal_entity"] for row in await bare_billing.rows("ledger_accounts")} == {"MER"}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"iban": "DE98370400440532013000"}, 422, "invalid_iban"),
        ({"tax_rules": []}, 422, "missing_tax_rule"),
        ({"country": "Germany"}, 422, "invalid_request"),
        ({"color": "blue"}, 422, "invalid_request"),
    ],
)
async def test_what_makes_no_sense_is_refused(bare_billing: Billing, change: Made, status: int, code: str) -> None:
    administrator = bare_billing.as_(Role.ADMINISTRATOR)

    answer = await administrator.put(f"/legal-entities/{new_id()}", json=a_legal_entity_body(**change))

    assert (answer.status_code, code_of(answer)) == (status, code)
    assert await bare_billing.rows("legal_entities") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "TWO", "invoice_series": "X-"}, "already_exists"),
        ({"code": "TWO", "is_default": False}, "series_taken"),
        ({"code": "TWO", "is_default": False, "invoice_series": "CN-INV-2026-"}, "series_taken"),
        ({"code": "TWO", "is_default": False, "invoice_series": "X-", "credit_note_series": "X-"}, "series_taken"),
        ({"invoice_series": "X-", "is_default": False}, "already_exists"),
    ],
)
async def test_codes_series_and_the_default_are_taken_once(billing: Billing, change: Made, code: str) -> None:
    administrator = billing.as_(Role.ADMINISTRATOR)

    answer = await administrator.put(f"/legal-entities/{new_id()}", json=a_legal_entity_body(**change))

    assert (answer.status_code, code_of(answer)) == (409, code)
    assert len(await billing.rows("legal_entities")) == 1


@pytest.mark.parametrize("role", [Role.BILLING_CLERK, Role.CONTROLLER, Role.AUDITOR])
async def test_only_administrators_configure(bare_billing: Billing, role: Role) -> None:
    answer = await bare_billing.as_(role).put(f"/legal-entities/{new_id()}", json=a_legal_entity_body())

    assert (answer.status_code, code_of(answer)) == (403, "not_permitted")
    assert await bare_billing.rows("legal_entities") == []


async def test_consultants_and_other_tenants_see_nothing(billing: Billing) -> None:
    [entity] = await billing.rows("legal_entities")
    stranger = billing.as_(Role.BILLING_CLERK, tenant=CANARY)

    assert code_of(await billing.as_(Role.CONSULTANT).get(f"/legal-entities/{entity['id']}")) == "not_permitted"
    assert code_of(await billing.as_(Role.CONSULTANT).get("/legal-entities")) == "not_permitted"
    assert code_of(await stranger.get(f"/legal-entities/{entity['id']}")) == "no_such_legal_entity"
    assert [one["code"] for one in (await stranger.get("/legal-entities")).json()["items"]] == ["CAN"]

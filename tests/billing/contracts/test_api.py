"""Contracts over HTTP."""

from __future__ import annotations

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import CANARY, Billing, a_milestone_line, a_sale, a_time_line

READERS = [Role.BILLING_CLERK, Role.BILLING_APPROVER, Role.CONTROLLER, Role.AUDITOR]


@pytest.mark.parametrize("role", READERS)
async def test_a_contract_is_shown_with_its_lines(billing: Billing, role: Role) -> None:
    contract_id = await billing.sold(a_sale(a_time_line("120.00"), a_milestone_line("8000.00")))

    shown = (await billing.as_(role).get(f"/contracts/{contract_id}")).json()

    assert (shown["number"], shown["status"], shown["amount"]) == ("C-00001", "active", "20000.00")
    assert [(line["method"], line["hourly_rate"]) for line in shown["lines"]] == [
        ("time_and_materials", "120.00"),
        ("fixed_fee_milestone", None),
    ]


async def test_contracts_are_listed_by_state_customer_and_opportunity(billing: Billing) -> None:
    sale, other = a_sale(a_time_line()), a_sale(a_time_line())
    await billing.sold(sale)
    await billing.hear(other)
    clerk = billing.as_(Role.BILLING_CLERK)

    async def numbers(**narrowed: object) -> list[str]:
        answer = await clerk.get("/contracts", params={name: str(value) for name, value in narrowed.items()})
        return [one["number"] for one in answer.json()["items"]]

    assert await numbers() == ["C-00001", "C-00002"]
    assert await numbers(status="draft") == ["C-00002"]
    assert await numbers(customer_id=sale.account.account_id) == ["C-00001"]
    assert await numbers(opportunity_id=other.opportunity_id) == ["C-00002"]


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.SALES_REP, Role.ADMINISTRATOR, Role.ERP])
async def test_contracts_are_for_those_who_bill(billing: Billing, role: Role) -> None:
    contract_id = await billing.sold(a_sale(a_time_line()))

    assert code_of(await billing.as_(role).get(f"/contracts/{contract_id}")) == "not_permitted"
    assert code_of(await billing.as_(role).get("/contracts")) == "not_permitted"


async def test_another_tenant_sees_no_contract_of_ours(billing: Billing) -> None:
    contract_id = await billing.sold(a_sale(a_time_line()))
    stranger = billing.as_(Role.BILLING_CLERK, tenant=CANARY)

    seen = (await stranger.get("/contracts")).json()["items"]

    assert code_of(await stranger.get(f"/contracts/{contract_id}")) == "no_such_contract"
    assert str(contract_id) not in {one["id"] for one in seen}
    assert code_of(await stranger.get(f"/contracts/{new_id()}")) == "no_such_contract"

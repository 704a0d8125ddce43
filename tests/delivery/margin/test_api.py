"""Margin over HTTP: it moves with every approved hour, and only some may see it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from shared.actor import Role
from shared.contracts.billing import ContractShare, InvoiceIssued, RevenueRecognised, ValuedEntry, WorkValued
from shared.ids import new_id
from tests.support.delivery import Delivery, a_project, a_task_of, approve, record, submit
from tests.support.news_for_delivery import MONDAY, PERSON, a_booking, a_cost_rate, a_person

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
async def project(delivery: Delivery) -> dict[str, Any]:
    """Have Carla work here, and a project of Paula's."""
    await delivery.hear(a_person())
    return await a_project(delivery)


async def read(delivery: Delivery, project: dict[str, Any], role: Role = Role.CONTROLLER) -> dict[str, Any]:
    """Read the project as somebody with `role`."""
    found: dict[str, Any] = (await delivery.as_(role).get(f"/projects/{project['id']}")).json()
    return found


def a_billed_milestone(project: dict[str, Any]) -> str:
    """Pick the milestone that a sold line hangs on."""
    return next(str(one["id"]) for one in project["milestones"] if one["is_billed"])


async def test_margin_moves_with_approved_time_cost_rates_and_billing(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    entry_id = await record(delivery, a_task_of(project), minutes=720)
    await approve(delivery, await submit(delivery))
    waiting = (await read(delivery, project))["margin"]

    await delivery.hear(a_cost_rate(PERSON, (date(2026, 1, 1), "75.25")))
    valued = ValuedEntry(entry_id=UUID(entry_id), billing_line_id=None, minutes=720, value=Decimal("1440.00"))
    await delivery.hear(WorkValued(project_id=UUID(project["id"]), contract_id=None, currency="EUR", entries=[valued]))

    moved = (await read(delivery, project))["margin"]
    assert (waiting["uncosted_minutes"], waiting["unvalued_minutes"], waiting["actual"]["cost"]) == (720, 720, "0.00")
    assert (moved["uncosted_minutes"], moved["unvalued_minutes"]) == (0, 0)
    assert moved["actual"] == {"value": "1440.00", "cost": "903.00", "margin": "537.00"}
    assert (moved["approved_minutes"], moved["sold_minutes"], moved["burn"]) == (720, 7_200, "0.10")


async def test_time_is_costed_when_it_is_approved_and_again_when_it_is_corrected(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    await delivery.hear(a_cost_rate(PERSON, (date(2026, 1, 1), "60"), (TUESDAY, "90")))
    entry_id = await record(delivery, a_task_of(project), minutes=60)
    await record(delivery, a_task_of(project), TUESDAY, minutes=60)
    await approve(delivery, await submit(delivery))
    approved = (await read(delivery, project))["margin"]["actual"]["cost"]

    await delivery.manager.post(f"/time-entries/{entry_id}/correction", json={"minutes": 30, "reason": "Half"})

    corrected = (await read(delivery, project))["margin"]["actual"]["cost"]
    assert (approved, corrected) == ("150.00", "120.00")


async def test_invoices_and_recognised_revenue_show_once(delivery: Delivery, project: dict[str, Any]) -> None:
    opportunity_id, account_id, contract_id = UUID(project["opportunity_id"]), new_id(), new_id()
    invoice = InvoiceIssued(
        invoice_id=new_id(),
        number="INV-2026-00001",
        contract_id=contract_id,
        opportunity_id=opportunity_id,
        account_id=account_id,
        currency="EUR",
        net=Decimal("1440.00"),
        tax=Decimal("273.60"),
        gross=Decimal("1713.60"),
        issued_on=date(2026, 3, 31),
        due_on=date(2026, 4, 30),
        lines=[],
    )
    earned = RevenueRecognised(
        run_id=new_id(),
        contract_id=contract_id,
        billing_line_id=new_id(),
        opportunity_id=opportunity_id,
        account_id=account_id,
        period_starts_on=date(2026, 3, 1),
        currency="EUR",
        amount=Decimal("900.00"),
        cumulative=Decimal("900.00"),
    )

    for event in (invoice, earned, invoice, earned):
        await delivery.hear(event)

    margin = (await read(delivery, project))["margin"]
    assert (margin["invoiced"], margin["recognised"]) == ("1440.00", "900.00")


async def test_of_an_invoice_over_several_projects_each_shows_its_own_share(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    mine, other = (
        ContractShare(contract_id=new_id(), opportunity_id=deal, net=Decimal(net), tax=Decimal(0))
        for deal, net in ((UUID(project["opportunity_id"]), "300.00"), (new_id(), "700.00"))
    )
    invoice = InvoiceIssued(
        invoice_id=new_id(),
        number="INV-2026-00001",
        contract_id=other.contract_id,
        opportunity_id=other.opportunity_id,
        account_id=new_id(),
        currency="EUR",
        net=Decimal(1000),
        tax=Decimal(0),
        gross=Decimal(1000),
        issued_on=date(2026, 3, 31),
        due_on=date(2026, 4, 30),
        lines=[],
        shares=[other, mine],
    )

    for event in (invoice, invoice):
        await delivery.hear(event)

    assert (await read(delivery, project))["margin"]["invoiced"] == "300.00"


async def test_cost_and_margin_are_for_those_who_may_see_cost(delivery: Delivery, project: dict[str, Any]) -> None:
    await delivery.hear(a_booking(UUID(project["id"])))
    sees = {
        ("paula", Role.PROJECT_MANAGER): True,
        ("ruth", Role.RESOURCE_MANAGER): True,
        ("conny", Role.CONTROLLER): True,
        ("anna", Role.AUDITOR): True,
        ("carla", Role.CONSULTANT): False,
        ("rita", Role.SALES_REP): False,
    }

    for (subject, role), margin in sees.items():
        found = (await delivery.as_(role, subject=subject).get(f"/projects/{project['id']}")).json()
        assert (found["number"], found["baseline"] is not None, found["margin"] is not None) == (
            "P-1001",
            margin,
            margin,
        )

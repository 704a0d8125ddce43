"""Expense reports as people see them: filled on the way, handed in, decided on."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.delivery.expenses.test_api import LINE, project
from tests.support.api import code_of
from tests.support.delivery import Delivery

__all__ = ["project"]
BY_SCRIPT = {"hx-request": "true"}
IN_GERMAN = {"accept-language": "de"}


@pytest.fixture
def carla(delivery: Delivery) -> httpx2.AsyncClient:
    """Carla at her browser."""
    return delivery.api.browser(Role.CONSULTANT, subject="carla")


@pytest.fixture
def paula(delivery: Delivery) -> httpx2.AsyncClient:
    """Paula at hers."""
    return delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")


def typed(**different: str) -> dict[str, str]:
    """Type what is on a receipt in francs, as one does in German."""
    return {
        "day": "2026-03-03",
        "category": "travel",
        "description": "Train to Alpenglow",
        "receipt": "1.pdf",
        "receipt_currency": "CHF",
        "receipt_net": "1.080,15",
        "receipt_tax": "0",
        "exchange_rate": "1,08",
        "billable": "true",
        "billing_line_id": str(LINE),
        **different,
    }


async def begun(carla: httpx2.AsyncClient, project: dict[str, Any], *receipts: dict[str, str]) -> str:
    """Have Carla begin a report and enter receipts; gives its path."""
    here = f"/expenses/{new_id()}"
    answer = await carla.post(here, data={"project_id": project["id"], "title": "Week 10"})
    assert answer.status_code == 303, answer.text
    for receipt in receipts:
        entered = await carla.post(f"{here}/expenses/{new_id()}", data=receipt, headers=IN_GERMAN)
        assert entered.status_code == 303, entered.text
    return here


async def test_a_report_is_filled_handed_in_and_approved(
    project: dict[str, Any], carla: httpx2.AsyncClient, paula: httpx2.AsyncClient
) -> None:
    assert project["number"] in (await carla.get("/expenses")).text
    here = await begun(carla, project, typed())
    shown = (await carla.get(here)).text
    assert "€1,166.56" in shown
    assert "Refunded" not in shown  # a box that is not ticked says no

    await carla.post(f"{here}/submission")
    assert 'name="receipt_net"' not in (await carla.get(here)).text
    assert "Approve an expense report" in (await paula.get("/home/needs")).text
    assert here in (await paula.get("/expenses?show=to_approve")).text
    assert "/approval" in (await paula.get(here)).text
    approved = await paula.post(f"{here}/approval")

    assert approved.status_code == 303
    assert "Train to Alpenglow" in (await carla.get(here)).text
    assert "Approve an expense report" not in (await paula.get("/home/needs")).text


async def test_what_does_not_fit_is_refused_beside_its_field_and_a_wrong_receipt_is_taken_out(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient
) -> None:
    here = await begun(carla, project, typed())
    before = await delivery.digest()
    path = f"{here}/expenses/{new_id()}"

    refusals = [
        await carla.post(path, data=data, headers=BY_SCRIPT | IN_GERMAN)
        for data in (typed(receipt_net="twelve"), typed(exchange_rate=""), typed(day="2026-03-10"), typed(receipt=""))
    ]

    assert [one.json()["errors"][0]["pointer"] for one in refusals] == [
        f"#/body/{name}" for name in ("receipt_net", "exchange_rate", "day", "receipt")
    ]
    assert await delivery.digest() == before
    [removal] = re.findall(r'hx-post="/delivery(/expenses/[^"]*/removal)"', (await carla.get(here)).text)
    await carla.post(removal)
    assert "No receipt yet" in (await carla.get(here)).text


async def test_a_report_that_was_given_back_waits_for_its_person_with_the_reason(
    project: dict[str, Any], carla: httpx2.AsyncClient, paula: httpx2.AsyncClient
) -> None:
    here = await begun(carla, project, typed())
    await carla.post(f"{here}/submission")

    await paula.post(f"{here}/rejection", data={"reason": "Which train?"})

    assert "Which train?" in (await carla.get("/home/needs")).text
    assert "Which train?" in (await carla.get(here)).text
    assert 'name="receipt_net"' in (await carla.get(here)).text


async def test_an_approved_expense_is_taken_back_with_a_reason_and_only_once(
    project: dict[str, Any], carla: httpx2.AsyncClient, paula: httpx2.AsyncClient
) -> None:
    here = await begun(carla, project, typed())
    await carla.post(f"{here}/submission")
    await paula.post(f"{here}/approval")
    [reversal] = re.findall(r'action="/delivery(/expenses/[^"]*/reversal)"', (await paula.get(here)).text)

    await paula.post(reversal, data={"reason": "Paid by the client"})

    shown = (await paula.get(here)).text
    assert "Paid by the client" in shown
    assert "/reversal" not in shown
    assert code_of(await paula.post(reversal, data={"reason": "Again"}, headers=BY_SCRIPT)) == "already_reversed"


async def test_the_books_are_locked_by_the_controller_only(
    delivery: Delivery, project: dict[str, Any], carla: httpx2.AsyncClient
) -> None:
    controller = delivery.api.browser(Role.CONTROLLER)
    here = await begun(carla, project)

    unasked = await carla.post("/expenses/lock", data={"locked_before": "2026-01-01"}, headers=BY_SCRIPT)
    await controller.post("/expenses/lock", data={"locked_before": "2026-03-04"})
    late = await carla.post(f"{here}/expenses/{new_id()}", data=typed(), headers=BY_SCRIPT | IN_GERMAN)

    assert [code_of(one) for one in (unasked, late)] == ["not_permitted", "period_locked"]
    assert late.json()["errors"][0]["pointer"] == "#/body/day"
    assert "are locked" in (await controller.get("/expenses")).text

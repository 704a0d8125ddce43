"""Handoffs as people see them."""

from __future__ import annotations

from services.delivery.handoffs.model import id_of_handoff
from services.delivery.projects.model.project import id_of_project
from shared.actor import Role
from shared.contracts.delivery import HandoffReturned
from tests.support.api import code_of
from tests.support.delivery import Delivery
from tests.support.news_for_delivery import a_won_deal


async def test_an_accepted_handoff_leads_to_its_project(delivery: Delivery) -> None:
    deal = a_won_deal()
    await delivery.hear(deal)
    paula = delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")
    handoff = f"/handoffs/{id_of_handoff(deal.opportunity_id)}"
    assert f"/delivery{handoff}" in (await paula.get("/home/needs")).text
    assert "Sold margin" in (await paula.get(handoff)).text

    accepted = await paula.post(f"{handoff}/acceptance")

    assert accepted.headers["location"] == f"/delivery/projects/{id_of_project(deal.opportunity_id)}"
    shown = await paula.get(accepted.headers["location"].removeprefix("/delivery"))
    assert (shown.status_code, "Data platform" in shown.text) == (200, True)


async def test_a_handoff_for_somebody_else_to_manage_stays_open_on_screen(delivery: Delivery) -> None:
    deal = a_won_deal()
    await delivery.hear(deal)
    paula = delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")
    handoff = f"/handoffs/{id_of_handoff(deal.opportunity_id)}"

    accepted = await paula.post(f"{handoff}/acceptance", data={"manager": "petra"})

    assert accepted.headers["location"] == f"/delivery{handoff}"


async def test_a_handoff_is_returned_with_a_reason_a_line(delivery: Delivery) -> None:
    deal = a_won_deal()
    await delivery.hear(deal)
    paula = delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")
    handoff = f"/handoffs/{id_of_handoff(deal.opportunity_id)}"
    refused = await paula.post(f"{handoff}/return", data={"reasons": "\n"}, headers={"hx-request": "true"})
    assert (code_of(refused), refused.json()["errors"][0]["pointer"]) == ("no_reasons", "#/body/reasons")

    await paula.post(f"{handoff}/return", data={"reasons": "No contact.\n\nNo order."})

    [told] = await delivery.told(HandoffReturned)
    assert list(told.reasons) == ["No contact.", "No order."]


async def test_handoffs_wait_in_their_order_and_are_looked_back_at_from_the_newest(delivery: Delivery) -> None:
    deals = [a_won_deal(), a_won_deal()]
    for deal in deals:
        await delivery.hear(deal)
    paula = delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")
    order = sorted(str(id_of_handoff(deal.opportunity_id)) for deal in deals)  # opened at once: by id

    waiting, all_of_them = [
        sorted(order, key=(await paula.get("/handoffs", params=asked)).text.index) for asked in ({}, {"state": "all"})
    ]

    assert (waiting, all_of_them) == (order, order[::-1])

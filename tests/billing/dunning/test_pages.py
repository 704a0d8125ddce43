"""Dunning on its page: what is ticked is sent, and ticking nothing is said beside the rows."""

from __future__ import annotations

from shared.actor import Role
from shared.contracts.claims import DunningLetterSent
from shared.ids import new_id
from tests.billing.dunning.test_api import planned, proposed
from tests.support.billing import Billing
from tests.support.claims import a_late_invoice


async def test_what_is_ticked_is_sent_and_nothing_ticked_is_refused(june: Billing) -> None:
    invoice = await a_late_invoice(june)
    await planned(june, invoice)
    [notice] = await proposed(june, invoice)
    browser = june.api.browser(Role.BILLING_CLERK, subject="bella")

    listed = await browser.get("/dunning")
    nothing = await browser.post("/dunning/sending", headers={"Idempotency-Key": str(new_id()), "hx-request": "true"})
    sent = await browser.post("/dunning/sending", data={"id": notice["id"]}, headers={"Idempotency-Key": str(new_id())})

    assert invoice["number"] in listed.text
    assert (nothing.status_code, sent.status_code) == (422, 303)
    assert len(await june.announced(DunningLetterSent)) == 1
    assert "Friendly reminder" in (await browser.get("/dunning/letters")).text


async def test_steps_are_said_on_the_page_as_people_type_them(june: Billing) -> None:
    invoice = await a_late_invoice(june)
    form = {
        "legal_entity_id": invoice["legal_entity_id"],
        "steps/0/days_overdue": "7",
        "steps/0/texts/en/title": "Reminder",
        "steps/0/texts/en/text": "Please pay.",
        "steps/0/texts/fr/title": "",
        "steps/0/texts/fr/text": "",
        "steps/0/fee": "2,50",
        "steps/1/days_overdue": "",
    }
    browser = june.api.browser(Role.CONTROLLER, subject="carla")

    said = await browser.post("/dunning/steps", data=form, headers={"Idempotency-Key": str(new_id())})

    assert said.status_code == 303
    asked = {"legal_entity_id": invoice["legal_entity_id"]}
    [plan] = (await june.as_(Role.AUDITOR).get("/dunning-plans", params=asked)).json()
    assert [(step["days_overdue"], step["fee"], list(step["texts"])) for step in plan["steps"]] == [(7, "2.50", ["en"])]

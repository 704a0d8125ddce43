"""Why an entry has its rate, and what overtime is beyond, in the language of whoever reads it."""

from __future__ import annotations

from services.billing.contracts.model import contract_id_of
from shared.actor import Role
from tests.billing.premiums.test_overtime import agreed, sold
from tests.support.billing import MONDAY, Billing, a_draft, a_timesheet, an_entry

GERMAN = {"accept-language": "de"}
OF_OVERTIME = "Überstunden über 8\N{NO-BREAK SPACE}h am Tag, 12,5 % Zuschlag"


async def test_a_german_reader_is_told_in_german_why_an_entry_has_its_rate_and_what_overtime_is(
    billing: Billing,
) -> None:
    await agreed(billing, percent="12.5")
    await agreed(billing, kind="saturday", percent="50", counted_by=None, beyond_minutes=None)
    sale, line_id = await sold(billing)
    saturday = MONDAY.replace(day=MONDAY.day + 5)
    await billing.hear(a_timesheet(sale, an_entry(line_id, 540), an_entry(line_id, 60, day=saturday)))
    draft = await a_draft(billing, contract_id_of(sale.opportunity_id))
    browser = billing.api.browser(Role.BILLING_CLERK)
    [extra] = [row for row in await billing.rows("billable_items") if row["on_top_of"]]

    items = (await browser.get("/work-in-progress/items", headers=GERMAN)).text
    of_entry = (await browser.get(f"/work-in-progress/items/{extra['on_top_of']}", headers=GERMAN)).text
    origins = [
        (await browser.get(f"/invoices/{draft['id']}/lines/{line['position']}/origin", headers=GERMAN)).text
        for line in draft["lines"]
    ]

    behind = "".join(origins)
    for shown in (items, behind):
        assert "für diese Rolle in dieser Vertragsposition vereinbart" in shown
        assert "vereinbart, und 50 % Zuschlag für Arbeit am Samstag" in shown
        assert f"1\N{NO-BREAK SPACE}h des Eintrags: {OF_OVERTIME}" in shown
    assert f'/billing/work-in-progress/items/{extra["id"]}">{OF_OVERTIME}' in of_entry


async def test_an_invoice_says_overtime_in_its_own_language(billing: Billing) -> None:
    await agreed(billing, percent="12.5")
    said = []
    for language in ("en", "de", "fr"):
        sale, line_id = await sold(billing)
        clerk = billing.as_(Role.BILLING_CLERK)
        place = f"/customers/{sale.account.account_id}/invoice-preferences"
        assert (await clerk.post(place, json={"language": language})).is_success
        await billing.hear(a_timesheet(sale, an_entry(line_id, 540)))
        draft = await a_draft(billing, contract_id_of(sale.opportunity_id))
        said.append(draft["lines"][1]["description"].partition(": ")[2])

    assert said == [
        "Overtime beyond 8:00 hours a day, 12.5 % on top",
        "Überstunden über 8:00 Stunden am Tag, 12,5 % Zuschlag",
        "Heures supplémentaires au-delà de 8:00 heures par jour, majorées de 12,5 %",
    ]

"""The services estimate and the weights of the stages at a browser."""

from __future__ import annotations

from uuid import UUID

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import BY_SCRIPT, HTML, Api, code_of, seen
from tests.support.crm import a_deal_ready_to_win, a_line, a_time_line, an_opportunity


def a_row(row_id: UUID, **said: str) -> dict[str, str]:
    """What the form sends of one planned role."""
    return {f"roles/{row_id}/{name}": value for name, value in said.items()}


async def test_the_work_of_a_deal_is_planned_by_role(crm: Api) -> None:
    rita = crm.as_(Role.SALES_MANAGER, subject="rita")
    deal = await a_deal_ready_to_win(crm, rita)
    browser, here = crm.browser(Role.SALES_MANAGER, subject="rita"), f"/opportunities/{deal['id']}"

    shown = await seen(browser, f"{here}/estimate")
    assert 'value="Consultant"' in shown and 'value="100"' in shown and 'value="Python"' in shown
    first, second, empty = new_id(), new_id(), new_id()
    form = {
        **a_row(first, staffing_role="Consultant", minutes="7:30", skills="Python, SQL , Python"),
        **a_row(second, staffing_role="Architect", minutes="10", hourly_price="200", hourly_cost="90.50"),
        **a_row(empty, line_id=deal["lines"][0]["id"]),
    }
    planned = await browser.post(f"{here}/estimate", data=form, headers=BY_SCRIPT)
    assert planned.headers["hx-redirect"] == f"/crm{here}", planned.text

    roles = (await rita.get(here)).json()["estimate"]["roles"]
    assert [(one["staffing_role"], one["minutes"], one["hourly_price"]) for one in roles] == [
        ("Consultant", 450, "120.00"),
        ("Architect", 600, "200.00"),
    ]
    assert roles[0]["skills"] == ["Python", "SQL"]


async def test_a_role_without_a_price_is_refused_beside_its_row(crm: Api) -> None:
    rita = crm.as_(Role.SALES_MANAGER, subject="rita")
    deal = await a_deal_ready_to_win(crm, rita)
    browser, here = crm.browser(Role.SALES_MANAGER, subject="rita"), f"/opportunities/{deal['id']}/estimate"
    good, bad = new_id(), new_id()
    known = a_row(good, staffing_role="Consultant", minutes="10")

    refused = await browser.post(
        here, data={**known, **a_row(bad, staffing_role="Wizard", minutes="1")}, headers=BY_SCRIPT
    )
    assert refused.json()["errors"][0]["pointer"] == f"#/body/roles/{bad}/hourly_price"
    half = await browser.post(here, data={**known, **a_row(bad, staffing_role="Consultant")}, headers=BY_SCRIPT)
    assert half.json()["errors"][0]["pointer"] == f"#/body/roles/{bad}/minutes"
    assert (await browser.post(here, data={}, headers=BY_SCRIPT)).status_code == 422

    stranger = crm.browser(Role.SALES_REP, subject="ralf")
    assert (await stranger.post(here, data=known, headers=BY_SCRIPT)).status_code == 404
    assert (await crm.browser(Role.AUDITOR).get(here, headers=HTML)).status_code == 403


async def test_a_deal_with_lines_offers_a_row_for_each_line_of_hours(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita)
    sold = await a_line(rita, deal["id"], a_time_line(minutes=6000))

    page = await seen(crm.browser(Role.SALES_REP, subject="rita"), f"/opportunities/{deal['id']}/estimate")

    assert f'value="{sold["lines"][0]["id"]}" selected' in page
    assert 'value="100"' in page and "hourly_cost" not in page


async def test_a_stage_is_weighed_anew_in_percent(crm: Api) -> None:
    ada = crm.browser(Role.ADMINISTRATOR)
    weight = {"probability": "12,5", "forecast_category": "best_case"}

    assert "25%" in await seen(ada, "/stages")
    weighed = await ada.post("/stages/engaging", data=weight, headers={**BY_SCRIPT, "accept-language": "de"})
    assert weighed.headers["hx-redirect"] == "/crm/stages", weighed.text
    page = await seen(ada, "/stages")
    assert "12.5%" in page and "25%" not in page
    misfit = await ada.post("/stages/engaging", data={**weight, "probability": "100"}, headers=BY_SCRIPT)
    assert (misfit.status_code, code_of(misfit)) == (422, "stage_misfit")
    assert misfit.json()["errors"][0]["pointer"] == "#/body/probability"
    rep = crm.browser(Role.SALES_REP)
    assert (await rep.get("/stages", headers=HTML)).status_code == 403
    assert (await rep.post("/stages/engaging", data=weight, headers=BY_SCRIPT)).status_code == 403

"""The board, the services estimate and the weights of the stages at a browser."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from services.crm.opportunities.actions import import_deals
from services.crm.opportunities.model.history import ImportedDeal
from services.crm.service import service
from shared.actor import Actor, Role
from shared.database import Database
from shared.ids import new_id
from shared.work import begin
from tests.support.api import BY_SCRIPT, HTML, MERIDIAN, Api, code_of, seen
from tests.support.crm import MONDAY, NOON, a_deal_ready_to_win, a_line, a_time_line, an_opportunity


def a_row(row_id: UUID, **said: str) -> dict[str, str]:
    """What the form sends of one planned role."""
    return {f"roles/{row_id}/{name}": value for name, value in said.items()}


async def column(crm: Api, stage: str) -> str:
    """The words of a column of the board as a sales manager sees them, in one line."""
    board = await seen(crm.browser(Role.SALES_MANAGER), "/opportunities")
    found = re.search(rf'data-column="{stage}".*?</section>', board, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


async def test_a_card_is_moved_and_the_sums_of_both_columns_follow_for_everybody(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    await an_opportunity(rita, amount="1000")
    moved = await an_opportunity(rita, name="Portal", amount="3000")
    browser = crm.browser(Role.SALES_REP, subject="rita")
    assert "2 10% €4,000 €400 weighted" in await column(crm, "prospecting")
    assert (await column(crm, "proposal")).endswith("Proposal 0 50% –")  # noqa: RUF001  # no sum

    to = {"card": moved["id"], "column": "proposal", "position": "0"}
    answer = await browser.post("/opportunities/moves", data=to, headers=BY_SCRIPT)

    assert (answer.status_code, answer.headers["hx-trigger"]) == (204, "changed-crm-opportunities"), answer.text
    assert "1 10% €1,000 €100 weighted" in await column(crm, "prospecting")
    proposal = await column(crm, "proposal")
    assert "1 50% €3,000 €1,500 weighted" in proposal and "Portal" in proposal
    assert (await rita.get(f"/opportunities/{moved['id']}")).json()["probability"] == "0.50"
    board = await seen(crm.browser(Role.SALES_MANAGER), "/opportunities")
    assert 'id="open-deals"' in board and "changed-crm-opportunities from:body" in board
    assert "€1,600.00" in board  # 1,000 at 10 % and 3,000 at 50 %


@pytest.mark.parametrize(
    ("who", "to", "status"),
    [
        ((Role.SALES_REP, "rita"), "won", 409),
        ((Role.SALES_REP, "rita"), "nowhere", 404),
        ((Role.SALES_REP, "ralf"), "proposal", 404),
        ((Role.AUDITOR, "ada"), "proposal", 403),
    ],
)
async def test_a_card_that_may_not_move_stays_where_it_is(
    crm: Api, who: tuple[Role, str], to: str, status: int
) -> None:
    deal = await an_opportunity(crm.as_(Role.SALES_REP, subject="rita"), amount="3000")
    role, subject = who

    refused = await crm.browser(role, subject=subject).post(
        "/opportunities/moves", data={"card": deal["id"], "column": to}, headers=BY_SCRIPT
    )

    assert refused.status_code == status
    assert "hx-trigger" not in refused.headers and "€3,000" in await column(crm, "prospecting")


async def test_sums_of_several_currencies_stand_side_by_side(crm: Api) -> None:
    for currency in ("EUR", "USD"):
        await an_opportunity(crm.as_(Role.SALES_REP), amount="1000", currency=currency)

    assert "2 10% €1,000 €100 weighted US$1,000 US$100 weighted" in await column(crm, "prospecting")


async def test_what_is_overdue_or_stands_still_is_marked_counted_and_listed(crm: Api, database: Database) -> None:
    rita, days = crm.as_(Role.SALES_REP, subject="rita"), {"Fresh": 30, "Old": 31}
    roles = frozenset({Role.SALES_MANAGER.value})
    importer = Actor("boss", MERIDIAN, roles, service.permissions_of(roles))
    async with begin(database, importer, NOON) as work:
        await import_deals(
            work,
            [
                ImportedDeal(
                    new_id(), name, "EUR", None, "rita", "engaging", MONDAY - timedelta(days=age), None, Decimal(2)
                )
                for name, age in days.items()
            ],
        )
    await an_opportunity(rita, name="Late", closes_on="2026-03-01")
    await an_opportunity(rita, name="Due", closes_on="2026-03-02")
    browser = crm.browser(Role.SALES_REP, subject="rita")

    board = await seen(browser, "/opportunities")
    assert re.findall(r'class="is-aged"[^>]*>(\d+) d', board) == ["31"]
    assert 'href="/crm/opportunities/list?needs=overdue"' in board
    overdue, aged = [await seen(browser, f"/opportunities/list?needs={one}") for one in ("overdue", "aged")]
    assert ">Late<" in overdue and not {">Due<", ">Old<", ">Fresh<"} & set(re.findall(r">\w+<", overdue))
    assert ">Old<" in aged and not {">Due<", ">Late<", ">Fresh<"} & set(re.findall(r">\w+<", aged))


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

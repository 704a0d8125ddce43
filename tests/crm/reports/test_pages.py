"""The pipeline report at a browser."""

from __future__ import annotations

from shared.actor import Role
from shared.database import Database
from tests.support.api import HTML, Api, seen
from tests.support.crm import an_opportunity
from tests.support.crm_imports import a_deal, imported, the_files

HERE = "/reports/pipeline"


async def test_open_deals_stand_by_stage_month_and_age_in_one_currency(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    await an_opportunity(rita, amount="1000.10", stage="engaging", closes_on="2026-02-10")
    await an_opportunity(rita, amount="500", stage="engaging", closes_on="2026-04-10")
    await an_opportunity(rita, amount="70", stage="engaging", currency="CHF")
    browser = crm.browser(Role.SALES_REP, subject="rita")

    page = await seen(browser, HERE)
    assert "€1,500.10" in page and "€375.03" in page
    for category, amount in (("Engaging", "1,500.1"), ("Overdue", "1,000.1"), ("Apr 2026", "500")):
        assert f'<th scope="row">{category}</th><td class="num">{amount}</td>' in page, category
    assert '<th scope="row">Up to 30 days (2)</th>' in page
    francs = await seen(browser, f"{HERE}?currency=CHF")
    assert '<th scope="row">No date</th><td class="num">70</td>' in francs
    assert "€" not in francs


async def test_the_win_rate_is_that_of_the_last_four_quarters_with_deals(crm: Api, database: Database) -> None:
    deals = [a_deal("D1"), a_deal("D2", deal_stage="Lost"), a_deal("D3", close_date="01-04-17")]
    await imported(crm.as_(Role.SALES_MANAGER), database, the_files(*deals))

    page = await seen(crm.browser(Role.SALES_MANAGER), HERE)

    assert "66.7%" in page and "of 3 deals closed in the last four quarters" in page
    assert '<th scope="row">2017-Q1</th><td class="num">0.5</td>' in page


async def test_nothing_is_reported_where_nothing_is_and_nothing_to_who_sees_no_deals(crm: Api) -> None:
    await an_opportunity(crm.as_(Role.SALES_REP, subject="rita"), amount="1000")

    assert "Nothing to report yet" in await seen(crm.browser(Role.SALES_REP, subject="ralf"), HERE)
    assert (await crm.browser(Role.CONSULTANT).get(HERE, headers=HTML)).status_code == 403

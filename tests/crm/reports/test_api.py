"""The pipeline report: whose deals it counts, and how it adds them up."""

from __future__ import annotations

from uuid import UUID

from shared.actor import Role
from shared.database import Database
from tests.support.api import Api
from tests.support.crm import an_opportunity
from tests.support.crm_imports import a_deal, imported, the_files

OTHER_TENANT = UUID("0198c0de-0000-7000-8000-00000000beef")


async def test_deals_are_added_up_by_stage_and_currency(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    await an_opportunity(rita, amount="1000.10", stage="engaging")
    await an_opportunity(rita, amount="500", stage="engaging")
    await an_opportunity(rita, amount="70", stage="engaging", currency="CHF")

    report = (await rita.get("/reports/pipeline")).json()

    assert report["stages"] == [
        {"stage": "engaging", "currency": "CHF", "count": 1, "amount": "70.00", "weighted": "17.50"},
        {"stage": "engaging", "currency": "EUR", "count": 2, "amount": "1500.10", "weighted": "375.03"},
    ]
    assert (report["quarters"], report["open_without_account"]) == ([], 3)


async def test_win_rates_are_won_of_all_that_was_closed_in_the_quarter(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    lost = a_deal("D2", deal_stage="Lost", close_value="1486")
    await imported(
        manager, database, the_files(a_deal("D1", close_value="4514"), lost, a_deal("D3", close_date="01-04-17"))
    )

    first, second = (await manager.get("/reports/pipeline")).json()["quarters"]

    assert (first["quarter"], first["won"], first["lost"]) == ("2017-Q1", 1, 1)
    assert (first["win_rate"], first["win_rate_by_value"]) == ("0.50", "0.7523")
    assert (second["quarter"], second["win_rate"], second["lost_value"]) == ("2017-Q2", "1.00", "0.00")


async def test_a_rep_counts_own_deals_only_and_others_none(crm: Api) -> None:
    await an_opportunity(crm.as_(Role.SALES_REP, subject="rita"), amount="1000")
    stranger = crm.as_(Role.SALES_MANAGER, tenant=OTHER_TENANT)

    for client in (crm.as_(Role.SALES_REP, subject="ralf"), stranger):
        assert (await client.get("/reports/pipeline")).json()["stages"] == []
    assert len((await crm.as_(Role.AUDITOR).get("/reports/pipeline")).json()["stages"]) == 1
    assert (await crm.as_(Role.CONSULTANT).get("/reports/pipeline")).status_code == 403

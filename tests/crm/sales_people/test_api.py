"""Who sells, as imported."""

from __future__ import annotations

from shared.actor import Role
from shared.database import Database
from tests.support.api import Api
from tests.support.crm_imports import TEAMS, imported


async def test_sales_people_are_listed_with_their_log_ins(crm: Api, database: Database) -> None:
    await imported(crm.as_(Role.SALES_MANAGER), database, {"sales_teams": TEAMS})

    listed = await crm.as_(Role.SALES_REP).get("/sales-people")
    refused = await crm.as_(Role.CONSULTANT).get("/sales-people")

    assert [(row["name"], row["subject"]) for row in listed.json()["items"]] == [("Anna Snelling", "anna.snelling")]
    assert refused.status_code == 403

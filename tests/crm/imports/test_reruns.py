"""Importing again, trying first, all or nothing: what is done is done once."""

from __future__ import annotations

from shared.actor import Role
from shared.database import Database
from tests.support.api import Api
from tests.support.crm import a_line, a_milestone_line, announced
from tests.support.crm_imports import a_deal, counts_of, imported, the_files


async def test_a_second_run_changes_nothing_and_a_corrected_one_only_what_was_corrected(
    crm: Api, database: Database
) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    await imported(manager, database, the_files(a_deal("D1"), a_deal("D2"), a_deal("D3", product="X")))
    before = await announced(database)

    again = await imported(manager, database, the_files(a_deal("D1"), a_deal("D2")))
    assert counts_of(again) == {"unchanged": 2}
    assert await announced(database) == before

    corrected = await imported(
        manager, database, the_files(a_deal("D1"), a_deal("D2", close_value="5000"), a_deal("D3"))
    )

    assert counts_of(corrected) == {"created": 1, "updated": 1, "unchanged": 1}
    deals = (await manager.get("/opportunities")).json()["items"]
    assert sorted(deal["amount"] for deal in deals) == ["4514.00", "4514.00", "5000.00"]


async def test_rejected_lines_are_given_back_to_be_corrected(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    standing = await imported(manager, database, the_files(a_deal("D1"), a_deal("D2", product="GTX Max")))

    given = await manager.get(f"/imports/{standing['id']}/rejected/sales_pipeline.csv")
    corrected = given.content.replace(b"GTX Max", b"GTX Pro")
    again = await imported(manager, database, {"sales_pipeline": corrected})

    assert given.headers["content-type"] == "text/csv; charset=utf-8"
    assert counts_of(again) == {"created": 1}


async def test_a_dry_run_reports_everything_and_changes_nothing(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)

    standing = await imported(manager, database, the_files(a_deal(), a_deal("D2", product="X")), dry_run="true")

    assert counts_of(standing) == {"created": 1, "rejected": 1}
    assert standing["result"] == {"applied": False, "lines_read": 7}
    assert await announced(database) == []
    for path in ("/opportunities", "/accounts", "/products", "/sales-people"):
        assert (await manager.get(path)).json()["items"] == []


async def test_all_or_nothing_imports_nothing_if_a_line_is_rejected(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)

    spoiled = await imported(manager, database, the_files(a_deal(), a_deal("D2", product="X")), mode="all")
    assert (spoiled["result"]["applied"], await announced(database)) == (False, [])

    whole = await imported(manager, database, the_files(a_deal()), mode="all")
    assert whole["result"]["applied"] is True
    assert len((await manager.get("/opportunities")).json()["items"]) == 1


async def test_a_deal_that_was_worked_on_here_is_not_overwritten(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    cells = {"deal_stage": "Engaging", "close_date": "", "close_value": ""}
    await imported(manager, database, the_files(a_deal(**cells)))
    (deal,) = (await manager.get("/opportunities")).json()["items"]
    worked_on = await a_line(manager, deal["id"], a_milestone_line())

    standing = await imported(manager, database, the_files(a_deal()))

    assert counts_of(standing) == {"rejected": 1}
    assert (await manager.get(f"/opportunities/{deal['id']}")).json() == worked_on

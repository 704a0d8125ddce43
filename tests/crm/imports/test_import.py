"""Files of another system: what is mapped, what is rejected and why, and that nothing is lost or done twice."""

from __future__ import annotations

import pytest

from shared.actor import Role
from shared.database import Database
from tests.crm.imports.test_model import a_workbook
from tests.support.api import Api, code_of
from tests.support.crm import announced
from tests.support.crm_imports import (
    ACCOUNTS,
    DEALS,
    PRODUCTS,
    TEAMS,
    a_deal,
    counts_of,
    finished,
    imported,
    report_of,
    sent,
    the_files,
)


async def test_closed_deals_are_history_of_which_nothing_follows(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)

    standing = await imported(manager, database, the_files(a_deal()))

    assert (standing["state"], counts_of(standing)) == ("done", {"created": 1})
    (row,) = (await manager.get("/opportunities")).json()["items"]
    deal = (await manager.get(f"/opportunities/{row['id']}")).json()
    assert (deal["name"], deal["owner"], deal["amount"]) == ("GTX Pro for Acme Corporation", "anna.snelling", "4514.00")
    assert (deal["imported"], deal["closed_on"], deal["number"]) == (True, "2017-03-01", "O-1001")
    assert [(entry["stage"], entry["entered_on"]) for entry in deal["history"]] == [
        ("engaging", "2016-10-20"),
        ("won", "2017-03-01"),
    ]
    told = await announced(database)
    assert {one.type for one in told} == {
        "throughline.crm.account.changed.v1",
        "throughline.crm.opportunity.changed.v1",
    }
    assert told[-1].payload["imported"] is True
    assert str(told[-1].correlation_id) == row["id"]


async def test_an_open_deal_may_lack_account_and_amount_and_can_be_won_here(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    cells = {"account": "", "deal_stage": "Engaging", "close_date": "", "close_value": ""}

    standing = await imported(manager, database, the_files(a_deal(**cells)))

    assert standing["mapped"]["list price, since an open deal has no amount yet"] == 1
    (deal,) = (await manager.get("/opportunities")).json()["items"]
    assert (deal["amount"], deal["account_id"], deal["imported"]) == ("4821.00", None, False)
    moved = await manager.post(f"/opportunities/{deal['id']}/stage", json={"stage": "proposal"})
    assert moved.status_code == 200


async def test_what_is_mapped_by_rule_is_reported_with_the_rule(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)

    standing = await imported(manager, database, the_files(a_deal(product="GTXPro")))

    notes = await report_of(manager, standing, kind="mapped")
    assert [(note["file"], note["line"], note["column"], note["value"], note["becomes"]) for note in notes] == [
        ("sales_teams", 2, "sales_agent", "Anna Snelling", "anna.snelling"),
        ("accounts", 2, "sector", "technolgy", "technology"),
        ("accounts", 3, "office_location", "Philipines", "Philippines"),
        ("sales_pipeline", 2, "product", "GTXPro", "GTX Pro"),
    ]
    assert all(note["rule"] for note in notes)
    accounts = (await manager.get("/accounts")).json()["items"]
    assert [(account["sector"], account["country"]) for account in accounts] == [
        ("technology", "US"),
        ("technology", "PH"),
    ]
    parent = (await manager.get(f"/accounts/{accounts[1]['id']}")).json()["parent_id"]
    assert parent == accounts[0]["id"]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (a_deal(account="Acme Corp Ltd"), "account", "There is no account of this name."),
        (a_deal(product="GTX Max"), "product", "There is no product of this name."),
        (a_deal(sales_agent="Nobody"), "sales_agent", "There is no sales person of this name."),
        (a_deal(engage_date="2016-10-20"), "engage_date", "This is no date in the mapping's format."),
        (a_deal(close_date="19-10-16"), "close_date", "The deal was closed before it was engaged."),
        (a_deal(close_date=""), "close_date", "A closed deal has the day on which it was closed."),
        (a_deal(deal_stage="Engaging"), "close_date", "An open deal is not closed yet."),
        (a_deal(close_value="-5"), "close_value", "The amount is negative."),
        (a_deal(close_value=""), "close_value", "A won deal has an amount."),
        (a_deal(deal_stage="Dreaming"), "deal_stage", "The mapping knows no such stage."),
        (a_deal(opportunity_id="=HYPERLINK(1)"), "opportunity_id", "A formula stands here, not a value."),
        (a_deal(opportunity_id=""), "opportunity_id", "The line has no id."),
        (a_deal(product=""), "product", "The cell is empty."),
        ("D1,Anna Snelling,GTX Pro\n", "", "The line has 3 cells, the header names 10 columns."),
        (a_deal().replace("Q4 2016", '"Q4 2016'), "", "The quotes of this line are not closed, or stand in a cell."),
    ],
)
async def test_what_cannot_be_mapped_is_rejected_with_reason_and_remedy(
    crm: Api, database: Database, line: str, column: str, reason: str
) -> None:
    manager = crm.as_(Role.SALES_MANAGER)

    standing = await imported(manager, database, the_files(line, a_deal("GOOD")))

    assert counts_of(standing) == {"created": 1, "rejected": 1}
    (note,) = [one for one in await report_of(manager, standing, kind="rejected") if one["column"] == column]
    assert (note["line"], note["reason"]) == (2, reason)
    assert note["remedy"]
    assert len((await manager.get("/opportunities")).json()["items"]) == 1


async def test_bytes_that_are_not_utf8_are_rejected_line_by_line(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    deals = (DEALS + a_deal("D1") + a_deal("D2")).encode().replace(b"D1,Anna", b"D\xe9,Anna")

    standing = await imported(manager, database, the_files(sales_pipeline=deals))

    assert counts_of(standing) == {"created": 1, "rejected": 1}
    (note,) = await report_of(manager, standing, kind="rejected")
    assert "not UTF-8" in note["reason"]


async def test_an_id_counts_once_in_a_file(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    many = [a_deal(f"N{number}") for number in range(600)]

    standing = await imported(manager, database, the_files(a_deal("N0", close_value="1"), *many))

    assert counts_of(standing) == {"created": 600, "rejected": 1}
    (note,) = await report_of(manager, standing, kind="rejected")
    assert (note["line"], note["reason"]) == (3, "Line 2 has the same id, and it is taken.")


async def test_an_account_without_its_parent_is_rejected_with_all_below_it(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    orphans = "Child,retail,2000,1,5,Germany,Nobody\nGrandchild,retail,2000,1,5,Germany,Child\n"

    standing = await imported(manager, database, the_files(accounts=ACCOUNTS + orphans))

    assert counts_of(standing, "accounts") == {"created": 2, "rejected": 2}
    notes = await report_of(manager, standing, kind="rejected")
    assert [(note["line"], note["value"]) for note in notes] == [(4, "Nobody"), (5, "Child")]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"sales_pipeline": b""}, "empty_file"),
        ({"sales_pipeline": DEALS.encode("utf-16")}, "other_encoding"),
        ({"sales_pipeline": DEALS.replace("product,", "")}, "missing_column"),
        ({"sales_pipeline": DEALS.replace("close_quarter", "colour")}, "unmapped_column"),
        ({"sales_pipeline": DEALS.replace("engage_quarter", "product")}, "column_twice"),
        ({"leads": "a,b\n"}, "unknown_file"),
        ({"accounts.csv": ACCOUNTS, "accounts.txt": ACCOUNTS}, "file_twice"),
        ({"accounts.xlsx": b"PK\x03\x04 broken"}, "no_workbook"),
    ],
)
async def test_a_file_that_cannot_be_imported_is_refused_at_once(
    crm: Api, files: dict[str, bytes | str], code: str
) -> None:
    refused = await sent(crm.as_(Role.SALES_MANAGER), files)

    assert (refused.status_code, code_of(refused)) == (422, code)
    assert refused.json()["mend"]


async def test_other_separators_line_ends_and_a_mark_are_read_all_the_same(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    files = {
        name: b"\xef\xbb\xbf" + text.replace(",", ";").replace("\n", "\r\n").encode()
        for name, text in the_files(a_deal()).items()
        if isinstance(text, str)
    }

    assert counts_of(await imported(manager, database, files)) == {"created": 1}


async def test_a_workbook_brings_all_files_as_sheets(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    texts = {"sales_teams": TEAMS, "accounts": ACCOUNTS, "products": PRODUCTS, "sales_pipeline": DEALS + a_deal()}
    sheets: dict[str, list[list[object]]] = {
        name: [list(line.split(",")) for line in text.splitlines()] for name, text in texts.items()
    }

    standing = await imported(manager, database, {"export.xlsx": a_workbook(**sheets)})

    assert counts_of(standing) == {"created": 1}


async def test_a_mapping_of_ones_own_is_taken(crm: Api, database: Database) -> None:
    mapping = """{"source": "other", "currency": "EUR", "date_format": "%Y-%m-%d", "prices_from": "2020-01-01",
      "files": [{"file": "firms", "record": "account", "key": "no", "columns": {"name": "firm"}}]}"""
    manager = crm.as_(Role.SALES_MANAGER)

    standing = await imported(manager, database, {"firms": "no,firm\n1,Alpenglow\n"}, mapping=mapping)
    refused = await sent(manager, {"firms": "no,firm\n"}, mapping="{}")

    assert counts_of(standing, "firms") == {"created": 1}
    assert code_of(refused) == "bad_mapping"
    (account,) = (await manager.get("/accounts")).json()["items"]
    assert (account["name"], account["currency"]) == ("Alpenglow", "EUR")


async def test_a_cancelled_import_stops_and_the_next_one_goes_on(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    started = (await sent(manager, the_files(a_deal()))).json()

    cancelled = await manager.post(f"/imports/{started['id']}/cancellation")
    again = await manager.post(f"/imports/{started['id']}/cancellation")
    await finished(database)

    assert cancelled.json()["state"] == "cancelled"
    assert code_of(again) == "job_ended"
    assert (await manager.get("/opportunities")).json()["items"] == []
    assert counts_of(await imported(manager, database, the_files(a_deal()))) == {"created": 1}


@pytest.mark.parametrize("role", [Role.SALES_REP, Role.AUDITOR, Role.CONSULTANT])
async def test_other_roles_import_nothing(crm: Api, database: Database, role: Role) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    started = (await sent(manager, the_files(a_deal()))).json()
    somebody = crm.as_(role)

    refused = await sent(somebody, the_files(a_deal()))
    stopped = await somebody.post(f"/imports/{started['id']}/cancellation")

    assert (refused.status_code, stopped.status_code) == (403, 403)
    assert (await manager.get(f"/imports/{started['id']}")).json()["state"] == "queued"


async def test_who_may_read_an_import(crm: Api, database: Database) -> None:
    started = (await sent(crm.as_(Role.ADMINISTRATOR), the_files(a_deal()))).json()
    paths = [f"/imports/{started['id']}{end}" for end in ("", "/report", "/report.csv", "/rejected/accounts.csv")]

    for role, status in ((Role.AUDITOR, 200), (Role.SALES_MANAGER, 200), (Role.SALES_REP, 403)):
        assert [(await crm.as_(role).get(path)).status_code for path in paths] == [status] * 4
    unknown = await crm.as_(Role.AUDITOR).get(f"/imports/{started['id']}/rejected/leads.csv")
    assert code_of(unknown) == "no_such_import"


async def test_the_report_can_be_opened_in_a_spreadsheet(crm: Api, database: Database) -> None:
    manager = crm.as_(Role.SALES_MANAGER)
    standing = await imported(manager, database, the_files(a_deal("=cmd|x")))

    report = await manager.get(f"/imports/{standing['id']}/report.csv", params={"kind": "rejected"})

    assert report.text.splitlines()[1].startswith("sales_pipeline,2,opportunity_id,rejected,'=cmd|x,")
    assert "attachment" in report.headers["content-disposition"]

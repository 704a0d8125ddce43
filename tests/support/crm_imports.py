"""Words for bringing files into crm."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from services.crm.service import service
from shared.database import Database
from shared.jobs import Runner

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
Files = Mapping[str, bytes | str]

TEAMS = "sales_agent,manager,regional_office\nAnna Snelling,Dustin Brinkmann,Central\n"
ACCOUNTS = (
    "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n"
    "Acme Corporation,technolgy,1996,1100.04,2822,United States,\n"
    "Bluth Company,technology,1993,1242.32,3027,Philipines,Acme Corporation\n"
)
PRODUCTS = "product,series,sales_price\nGTX Pro,GTX,4821\nMG Special,MG,55\n"
DEALS = (
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value,"
    "engage_quarter,close_quarter\n"
)


def a_deal(number: str = "D1", **different: str) -> str:
    """Write a line of a won deal, with other cells where named."""
    cells = {
        "opportunity_id": number,
        "sales_agent": "Anna Snelling",
        "product": "GTX Pro",
        "account": "Acme Corporation",
        "deal_stage": "Won",
        "engage_date": "20-10-16",
        "close_date": "01-03-17",
        "close_value": "4514",
        "engage_quarter": "Q4 2016",
        "close_quarter": "Q1 2017",
        **different,
    }
    return ",".join(cells.values()) + "\n"


def the_files(*deals: str, **different: bytes | str) -> Files:
    """Give the four files of an export with these deals."""
    return {
        "sales_teams": TEAMS,
        "accounts": ACCOUNTS,
        "products": PRODUCTS,
        "sales_pipeline": DEALS + "".join(deals),
        **different,
    }


async def sent(client: httpx2.AsyncClient, files: Files, **options: str) -> httpx2.Response:
    """Send files to be imported; names get the ending .csv unless they have one."""
    return await client.post("/imports", files=_parts(files), data=options)


async def prepared(browser: httpx2.AsyncClient, files: Files, to: str = "/imports/new") -> str:
    """Send files from a page; gives the address to which it moves on."""
    answer = await browser.post(to, files=_parts(files), headers={"hx-request": "true"})
    assert answer.status_code == 204, answer.text
    return answer.headers["hx-redirect"].removeprefix("/crm")


def _parts(files: Files) -> list[tuple[str, tuple[str, bytes]]]:
    return [
        ("files", (name if "." in name else f"{name}.csv", text.encode() if isinstance(text, str) else text))
        for name, text in files.items()
    ]


async def finished(database: Database) -> None:
    """Do every slice that is due."""
    runner = Runner(database, service.jobs, lambda: NOON)
    while await runner.step():
        await asyncio.sleep(0)


async def imported(client: httpx2.AsyncClient, database: Database, files: Files, **options: str) -> dict[str, Any]:
    """Import files to the end; gives how the import stands."""
    answer = await sent(client, files, **options)
    assert answer.status_code == 202, answer.text
    await finished(database)
    standing = await client.get(f"/imports/{answer.json()['id']}")
    return dict(standing.json())


async def report_of(client: httpx2.AsyncClient, made: Mapping[str, Any], **narrowed: str) -> list[dict[str, Any]]:
    """Read the report of an import, page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = {"limit": "200", **narrowed, **({"cursor": cursor} if cursor else {})}
        page = (await client.get(f"/imports/{made['id']}/report", params=asked)).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


FATES = ("created", "updated", "unchanged", "rejected")


def counts_of(standing: Mapping[str, Any], file: str = "sales_pipeline") -> dict[str, int]:
    """Give what became of the lines of a file, without noughts; fails unless they add up to the lines read."""
    found = next(count for count in standing["counts"] if count["file"] == file)
    assert found["read"] == sum(found[fate] for fate in FATES)
    return {fate: found[fate] for fate in FATES if found[fate]}

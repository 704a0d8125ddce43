"""Importing step by step at a browser: what is guessed, what is asked, what is checked, and that it is done once."""

from __future__ import annotations

import re

import httpx2

from shared.actor import Role
from shared.database import Database
from tests.support.api import Api, code_of
from tests.support.crm_imports import DEALS, a_deal, finished, prepared, the_files

ASKED = {"hx-request": "true"}
OTHER = "Client Id,Company,Industry,Country,Turnover\n17,Nordlicht AG,Energy,Germany,12\n18,Seeblick,Energy,Nowhere,3\n"


async def at_page(browser: httpx2.AsyncClient, address: str) -> str:
    answer = await browser.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


async def moved(browser: httpx2.AsyncClient, address: str, form: dict[str, str]) -> str:
    answer = await browser.post(address, data=form, headers=ASKED)
    assert answer.status_code == 204, answer.text
    return answer.headers["hx-redirect"].removeprefix("/crm")


def as_it_stands(page: str) -> dict[str, str]:
    """The values of the form that a page shows, as a browser would send them."""
    form = dict(re.findall(r'<input[^>]* name="(?!q"|_)([^"]+)"[^>]* value="([^"]*)"', page))
    form |= {name: value for value, name in re.findall(r'<input[^>]* value="([^"]*)" [^>]*name="([^"]+)"', page)}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[name] = chosen[1] if chosen else ""
    return form


async def test_a_known_export_is_guessed_checked_mended_and_imported_once(crm: Api, database: Database) -> None:
    rita = crm.browser(Role.SALES_MANAGER, subject="rita")
    files = the_files(a_deal("D1"), a_deal("D2", account="Acme Corp. International"))

    columns = await prepared(rita, files)
    check = await moved(rita, f"{columns}/check", as_it_stands(await at_page(rita, columns)))
    await finished(database)
    page = await at_page(rita, check)
    assert "Acme Corp. International" in page
    assert (await crm.as_(Role.SALES_MANAGER).get("/opportunities")).json()["items"] == []

    reading = {"file": "sales_pipeline", "column": "account", "value": "Acme Corp. International"}
    form = {f"values/0/{name}": value for name, value in reading.items()} | {"values/0/right": "Acme Corporation"}
    again = await moved(rita, f"{check}/readings", form)
    await finished(database)
    assert "Every line can be taken" in await at_page(rita, again)

    for times in range(2):
        done = await moved(rita, f"{again}/import", {"mode": "all"})
        await finished(database)
        deals = (await crm.as_(Role.SALES_MANAGER).get("/opportunities")).json()["items"]
        assert len(deals) == 2, times
    assert "What became of the lines" in await at_page(rita, done)


async def test_the_columns_of_another_system_are_guessed_and_said(crm: Api, database: Database) -> None:
    rita = crm.browser(Role.SALES_MANAGER, subject="rita")

    columns = await prepared(rita, {"companies": OTHER})
    form = as_it_stands(await at_page(rita, columns))
    assert (form["files/0/record"], form["files/0/key"], form["files/0/becomes/c3"]) == (
        "account",
        "Client Id",
        "country",
    )
    form |= {"files/0/becomes/c1": "name", "files/0/becomes/c2": "sector", "currency": "eur", "source": "old"}
    check = await moved(rita, f"{columns}/check", form)
    await finished(database)

    page = await at_page(rita, check)
    assert "Nowhere" in page
    await moved(rita, f"{check}/import", {"mode": "good_rows"})
    await finished(database)
    (account,) = (await crm.as_(Role.SALES_MANAGER).get("/accounts")).json()["items"]
    assert (account["name"], account["sector"], account["country"]) == ("Nordlicht AG", "Energy", "DE")


async def test_what_is_missing_is_refused_beside_the_columns_and_changes_nothing(crm: Api, database: Database) -> None:
    rita = crm.browser(Role.SALES_MANAGER, subject="rita")
    nothing = await rita.post("/imports/new", headers=ASKED)
    assert (nothing.status_code, code_of(nothing)) == (422, "nothing_sent")

    columns = await prepared(rita, {"companies": OTHER})
    form = as_it_stands(await at_page(rita, columns)) | {"files/0/becomes/c1": "", "source": "old"}
    for place in range(5):
        if form.get(f"files/0/becomes/c{place}") == "name":
            form[f"files/0/becomes/c{place}"] = ""
    refused = await rita.post(f"{columns}/check", data=form, headers=ASKED)

    assert (refused.status_code, code_of(refused)) == (422, "bad_mapping")
    assert "needs the field name" in refused.text


async def test_rejected_lines_are_downloaded_corrected_and_sent_again(crm: Api, database: Database) -> None:
    rita = crm.browser(Role.SALES_MANAGER, subject="rita")
    columns = await prepared(rita, the_files(a_deal("D1"), a_deal("D2", close_date="never")))
    check = await moved(rita, f"{columns}/check", as_it_stands(await at_page(rita, columns)))
    await finished(database)
    await moved(rita, f"{check}/import", {"mode": "good_rows"})
    await finished(database)

    sheet = (await rita.get(f"{check}/rejected/sales_pipeline.csv")).text
    assert sheet.removeprefix("\ufeff").replace("\r", "") == DEALS + a_deal("D2", close_date="never")
    corrected = {"sales_pipeline": sheet.replace("never", "02-03-17")}
    again = await prepared(rita, corrected, to=f"{check}/corrections")
    await finished(database)
    await moved(rita, f"{again}/import", {"mode": "all"})
    await finished(database)

    deals = (await crm.as_(Role.SALES_MANAGER).get("/opportunities")).json()["items"]
    assert len(deals) == 2


async def test_only_a_finished_check_is_imported_and_only_by_who_may(crm: Api, database: Database) -> None:
    rita = crm.browser(Role.SALES_MANAGER, subject="rita")
    columns = await prepared(rita, the_files(a_deal("D1")))
    check = await moved(rita, f"{columns}/check", as_it_stands(await at_page(rita, columns)))

    early = await rita.post(f"{check}/import", data={"mode": "all"}, headers=ASKED)
    assert (early.status_code, code_of(early)) == (409, "not_prepared")
    await finished(database)
    for role in (Role.SALES_REP, Role.AUDITOR):
        refused = await crm.browser(role).post(f"{check}/import", data={"mode": "all"}, headers=ASKED)
        assert refused.status_code == 403
    assert (await crm.as_(Role.SALES_MANAGER).get("/opportunities")).json()["items"] == []

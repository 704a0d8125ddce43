"""Accounts at a browser: what is written down of them, and their contacts."""

from __future__ import annotations

from shared.actor import Role
from shared.contracts.resourcing import PersonChanged
from shared.database import Database
from shared.ids import new_id
from tests.support.api import BY_SCRIPT, HTML, Api, code_of, seen, undone
from tests.support.crm import MONDAY, an_account, hear

BERGER = {"name": "Ms Berger", "role": "Head of purchasing", "email": "berger@alpenglow.example"}


def a_form(**different: str) -> dict[str, str]:
    """Type a firm that belongs to nobody in particular yet."""
    return {"version": "1", "name": "Alpenglow", "currency": "EUR", **different}


async def test_everything_that_is_known_of_an_account_is_written_down_at_its_form(crm: Api) -> None:
    rita, browser = crm.as_(Role.SALES_REP, subject="rita"), crm.browser(Role.SALES_REP, subject="rita")
    group = await an_account(rita, name="Alpenglow Group")
    account = await an_account(rita)
    here = f"/accounts/{account['id']}"
    shown = await seen(browser, f"{here}/edit")
    for field in ("tax_id", "legal_entity", "parent_id", "domain", "employees", "year_established"):
        assert f'id="field-{field}"' in shown
    assert f'<option value="{group["id"]}">Alpenglow Group</option>' in shown
    assert f'<option value="{account["id"]}"' not in shown and 'id="field-owner"' not in shown

    known = {"tax_id": "AT U13585627", "domain": "alpenglow.example", "employees": "0", "year_established": "1998"}
    form = a_form(**known, legal_entity="MER", parent_id=group["id"], owner="rita")
    saved = await browser.post(here, data=form, headers=BY_SCRIPT)

    assert saved.headers["hx-redirect"] == f"/crm{here}", saved.text
    page = await seen(browser, here)
    for said in ("ATU13585627", "alpenglow.example", "1998", "MER", "Alpenglow Group"):
        assert said in page
    after = (await rita.get(here)).json()
    assert (after["employees"], after["parent_id"], after["owner"]) == (0, group["id"], "rita")
    emptied = await browser.post(here, data=a_form(version="2", owner="rita"), headers=BY_SCRIPT)
    assert emptied.headers["hx-redirect"] == f"/crm{here}"
    after = (await rita.get(here)).json()
    assert (after["tax_id"], after["employees"], after["parent_id"], after["legal_entity"]) == ("", None, None, None)


async def test_what_is_typed_wrongly_is_said_beside_its_field_and_nothing_changes(crm: Api) -> None:
    rita, browser = crm.as_(Role.SALES_REP, subject="rita"), crm.browser(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    here = f"/accounts/{account['id']}"

    for field, typed in (
        ("tax_id", "ATU13585628"),
        ("domain", "no domain"),
        ("employees", "many"),
        ("parent_id", account["id"]),
        ("owner", "ralf"),
        ("billing_address/country", "Austria"),
    ):
        refused = await browser.post(here, data=a_form(**{field: typed}), headers=BY_SCRIPT)
        assert refused.json()["errors"][0]["pointer"] == f"#/body/{field}", refused.text

    assert (await rita.get(here)).json() == account


async def test_a_sales_manager_gives_an_account_to_somebody_who_works_here(crm: Api, database: Database) -> None:
    account = await an_account(crm.as_(Role.SALES_REP, subject="rita"))
    here, boss = f"/accounts/{account['id']}", crm.browser(Role.SALES_MANAGER)
    ralf = PersonChanged(person_id=new_id(), subject_id="ralf", name="Ralf Berg", employed_from=MONDAY)
    await hear(database, ralf, 1)

    shown = await seen(boss, f"{here}/edit")
    assert '<option value="ralf">Ralf Berg</option>' in shown and '<option value="rita" selected>' in shown
    await boss.post(here, data=a_form(owner="ralf"), headers=BY_SCRIPT)

    assert (await crm.as_(Role.SALES_REP, subject="ralf").get(here)).status_code == 200
    assert (await crm.as_(Role.SALES_REP, subject="rita").get(here)).status_code == 404


async def test_a_contact_is_written_down_and_written_down_anew(crm: Api) -> None:
    here = f"/accounts/{(await an_account(crm.as_(Role.SALES_REP, subject='rita')))['id']}"
    rita, contact = crm.browser(Role.SALES_REP, subject="rita"), f"{here}/contacts/{new_id()}"

    assert "Nobody is written down yet" in await seen(rita, here)
    written = await rita.post(contact, data=BERGER, headers=BY_SCRIPT)
    assert written.headers["hx-redirect"] == f"/crm{here}"
    assert 'value="Head of purchasing"' in await seen(rita, contact)
    await rita.post(contact, data={**BERGER, "role": "", "name": "Ms Berger-Huber"}, headers=BY_SCRIPT)

    page = await seen(rita, here)
    assert "Ms Berger-Huber" in page and "mailto:berger@alpenglow.example" in page
    assert "Head of purchasing" not in page
    nameless = await rita.post(contact, data={"email": "x"}, headers=BY_SCRIPT)
    assert nameless.json()["errors"][0]["pointer"] == "#/body/name"


async def test_only_whoever_may_change_the_account_is_offered_its_contacts(crm: Api) -> None:
    here = f"/accounts/{(await an_account(crm.as_(Role.SALES_REP, subject='rita')))['id']}"
    auditor, boss = crm.browser(Role.AUDITOR), crm.browser(Role.SALES_MANAGER)
    contact = f"{here}/contacts/{new_id()}"

    assert "Add a contact" in await seen(boss, here)
    page = await seen(auditor, here)
    assert "Add a contact" not in page and f'href="/crm{here}/edit"' not in page
    for browser, status in ((auditor, 403), (crm.browser(Role.SALES_REP, subject="ralf"), 404)):
        assert (await browser.post(contact, data=BERGER, headers=BY_SCRIPT)).status_code == status
        assert (await browser.get(contact, headers=HTML)).status_code == status
        assert (await browser.post(f"{contact}/removal", headers=BY_SCRIPT)).status_code == status
    assert "Nobody is written down yet" in await seen(boss, here)


async def test_what_is_done_to_a_contact_is_undone_from_the_message_that_says_so(crm: Api) -> None:
    here = f"/accounts/{(await an_account(crm.as_(Role.SALES_REP, subject='rita')))['id']}"
    rita, contact = crm.browser(Role.SALES_REP, subject="rita"), f"{here}/contacts/{new_id()}"

    written = await rita.post(contact, data=BERGER, headers=BY_SCRIPT)
    changed = await rita.post(contact, data={"name": "Ms Huber"}, headers=BY_SCRIPT)
    await undone(rita, changed)
    assert "Head of purchasing" in await seen(rita, here) and "Ms Huber" not in await seen(rita, here)

    removed = await rita.post(f"{contact}/removal", headers=BY_SCRIPT)
    assert "Nobody is written down yet" in await seen(rita, here)
    await undone(rita, removed)
    assert "mailto:berger@alpenglow.example" in await seen(rita, here)

    await undone(rita, written)
    assert "Nobody is written down yet" in await seen(rita, here)
    twice = await undone(rita, written)
    assert (twice.status_code, code_of(twice)) == (404, "no_such_contact")

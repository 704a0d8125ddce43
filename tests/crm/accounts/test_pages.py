"""Contacts of an account at a browser."""

from __future__ import annotations

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import BY_SCRIPT, HTML, Api, seen
from tests.support.crm import an_account

BERGER = {"name": "Ms Berger", "role": "Head of purchasing", "email": "berger@alpenglow.example"}


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
    assert "Nobody is written down yet" in await seen(boss, here)

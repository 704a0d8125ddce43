"""A batch is taken in any form, over HTTP and from its page, and is none the different for it."""

from __future__ import annotations

from services.billing.batches.model.renderings.renderers import Renderer
from shared.actor import Role
from tests.support.api import code_of
from tests.support.billing import Billing
from tests.support.ledger import ERP, a_new_entry, appoint_erp, map_accounts, posted, sealed, set_up_feeds, texts_of

DIGITS = {"1300": "1500", "4000": "8200"}


async def a_batch_that_fits_everywhere(billing: Billing) -> str:
    """Seal a batch whose accounts every system takes."""
    await map_accounts(billing, **DIGITS)
    await appoint_erp(billing)
    await set_up_feeds(billing)
    await posted(billing, a_new_entry())
    return str((await sealed(billing))["id"])


async def test_every_form_is_the_same_at_every_call_and_changes_nothing(billing: Billing) -> None:
    batch = await a_batch_that_fits_everywhere(billing)
    erp, sealed_texts = billing.as_(Role.ERP, subject=ERP), await texts_of(billing, batch)
    before = await billing.digest()

    for renderer in Renderer:
        first, again = [await erp.get(f"/ledger-batches/{batch}/{renderer}") for _ in range(2)]
        assert first.status_code == 200, first.text
        assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])
        assert "000001." in first.headers["content-disposition"]

    assert await billing.digest() == before
    assert await texts_of(billing, batch) == sealed_texts


async def test_the_page_of_a_batch_offers_every_form_that_is_set_up(billing: Billing) -> None:
    batch = await a_batch_that_fits_everywhere(billing)
    browser = billing.api.browser(Role.CONTROLLER)

    shown = (await browser.get(f"/batches/{batch}")).text
    taken = await browser.get(f"/batches/{batch}/files/datev")

    assert all(f"/files/{renderer}" in shown for renderer in Renderer)
    assert taken.headers["content-type"] == "text/csv; charset=windows-1252"
    assert "EXTF_Buchungsstapel_MER_2026-03_000001.csv" in taken.headers["content-disposition"]


async def test_a_file_that_is_not_there_is_refused(billing: Billing) -> None:
    batch = await a_batch_that_fits_everywhere(billing)
    erp = billing.as_(Role.ERP, subject=ERP)

    too_far = await erp.get(f"/ledger-batches/{batch}/datev", params={"part": 2})
    foreign = await billing.as_(Role.ERP, subject="erp-elsewhere").get(f"/ledger-batches/{batch}/datev")
    unknown = await erp.get(f"/ledger-batches/{batch}/sap")

    assert (code_of(too_far), code_of(foreign)) == ("no_such_part", "no_such_batch")
    assert (unknown.status_code, too_far.json()["errors"][0]["pointer"]) == (422, "#/query/part")


async def test_what_was_sealed_is_taken_from_the_page_byte_for_byte(billing: Billing) -> None:
    batch = await a_batch_that_fits_everywhere(billing)
    browser, erp = billing.api.browser(Role.AUDITOR), billing.as_(Role.ERP, subject=ERP)

    for part, of_api in (("content", "canonical"), ("manifest", "manifest")):
        assert f"/batches/{batch}/sealed/{part}" in (await browser.get(f"/batches/{batch}")).text
        taken = await browser.get(f"/batches/{batch}/sealed/{part}")
        assert taken.content == (await erp.get(f"/ledger-batches/{batch}/{of_api}")).content
        assert taken.headers["content-disposition"].startswith('attachment; filename="batch-1-')
    refused = await billing.api.browser(Role.BILLING_CLERK).get(f"/batches/{batch}/sealed/content")
    assert refused.status_code == 403

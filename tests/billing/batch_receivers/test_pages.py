"""Receivers of batches on their page: appointed, and dismissed."""

from __future__ import annotations

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing
from tests.support.ledger import ENTITY, appoint_erp

HERE = "/batch-receivers"


async def test_a_log_in_is_appointed_and_dismissed_on_the_page(billing: Billing) -> None:
    await appoint_erp(billing, subject="erp-of-old")
    administrator = billing.api.browser(Role.ADMINISTRATOR)
    form = {"legal_entity": ENTITY, "subject": "erp-anew", "target": ""}

    appointed = await administrator.post(HERE, data=form, headers={"Idempotency-Key": str(new_id())})
    first, second = sorted(await billing.rows("batch_receivers"), key=lambda row: row["subject"])
    dismissed = await administrator.post(f"{HERE}/{second['id']}/dismissal")

    assert (appointed.status_code, dismissed.status_code) == (303, 303)
    assert (first["subject"], first["target"]) == ("erp-anew", None)
    page = (await administrator.get(HERE)).text
    assert "erp-anew" in page and "erp-of-old" not in page


async def test_nobody_else_sees_or_appoints_them(billing: Billing) -> None:
    receiver_id = await appoint_erp(billing)
    before = await billing.rows("batch_receivers")

    for role in set(Role) - {Role.ADMINISTRATOR}:
        browser = billing.api.browser(role)
        seen, gone = await browser.get(HERE), await browser.post(f"{HERE}/{receiver_id}/dismissal")
        form = {"legal_entity": ENTITY, "subject": "mallory"}
        made = await browser.post(HERE, data=form, headers={"Idempotency-Key": str(new_id())})
        assert (seen.status_code, gone.status_code, made.status_code) == (403, 403, 403), role

    assert await billing.rows("batch_receivers") == before

"""Contracts at a browser, and what became of the work on them."""

from __future__ import annotations

from shared.actor import Role
from tests.billing.adjustments.test_api import asked, two_days
from tests.support.billing import Billing, a_sale, a_time_line


async def test_the_newest_contract_is_the_first(billing: Billing) -> None:
    for _ in range(2):
        await billing.sold(a_sale(a_time_line()))

    shown = (await billing.api.browser(Role.BILLING_CLERK).get("/contracts")).text

    assert shown.index("C-00002") < shown.index("C-00001")


async def test_the_newest_change_of_an_entry_is_the_first(billing: Billing) -> None:
    _, items = await two_days(billing)
    for reason in ("Less, first", "Less, again"):
        answer = await asked(billing, "adjustments", items, Role.BILLING_CLERK, percent="-10", reason=reason)
        assert answer.is_success, answer.text

    shown = (await billing.api.browser(Role.BILLING_CLERK).get(f"/work-in-progress/items/{items[0]}")).text

    assert shown.index("Less, again") < shown.index("Less, first")

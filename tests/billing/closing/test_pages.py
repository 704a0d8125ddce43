"""The steps of closing a month on its page, in their order."""

from __future__ import annotations

from services.billing.closing.model import Concern, Finding, steps_done
from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing, a_sale, a_time_line, a_timesheet, an_entry
from tests.support.ledger import ENTITY, MARCH, a_new_entry, posted

HERE = f"/closing/{ENTITY}/{MARCH}"


def by_key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


def test_every_step_counts_once() -> None:
    clear = [Finding(concern, 0) for concern in Concern]
    one_left = [Finding(concern, int(concern is Concern.OPEN_DRAFTS)) for concern in Concern]

    every = len(Concern) + 3
    assert steps_done(clear, is_begun=True, is_accrued=True, is_closed=False) == (every - 1, every)
    assert steps_done(clear, is_begun=True, is_accrued=False, is_closed=True) == (every, every)
    assert steps_done(one_left, is_begun=False, is_accrued=False, is_closed=False) == (len(Concern) - 1, every)


async def test_closing_is_begun_and_only_who_closes_posts(billing: Billing) -> None:
    await posted(billing, a_new_entry())
    line = a_time_line()
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id)))
    browser = billing.api.browser(Role.CONTROLLER)

    before = (await browser.get(HERE)).text
    begun = await browser.post(f"{HERE}/closing", headers=by_key())
    again = await browser.post(f"{HERE}/closing", headers=by_key())
    after = (await browser.get(HERE)).text

    assert (begun.status_code, again.status_code) == (303, 409)
    assert [one["status"] for one in await billing.rows("fiscal_periods")] == ["closing"]
    assert "Begin closing</span>" in before and "Begin closing</span>" not in after
    assert "Blocks" in before and "Close the month</span>" not in after
    assert before.index("Recognise revenue") < before.index("Seal every entry") < before.index("Hear from the ERP")


async def test_who_closes_nothing_is_offered_nothing(billing: Billing) -> None:
    await posted(billing, a_new_entry())
    auditor = billing.api.browser(Role.AUDITOR)

    refused = await auditor.post(f"{HERE}/closing", headers=by_key())

    assert refused.status_code == 403
    assert "Begin closing</span>" not in (await auditor.get(HERE)).text
    assert [one["status"] for one in await billing.rows("fiscal_periods")] == ["open"]

"""Re-rating unbilled work over HTTP: previewed, done once in the background, billed work left alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.billing.service import service
from shared.actor import Role
from shared.clock import wall_clock
from shared.contracts.billing import CapThresholdReached, WorkValued
from shared.contracts.crm import BillingMethod
from shared.ids import new_id
from shared.jobs import Runner
from tests.support.api import code_of
from tests.support.billing import (
    CANARY,
    ROLE,
    Billing,
    Made,
    a_correction,
    a_draft,
    a_reversal,
    a_sale,
    a_sold_line,
    a_time_line,
    a_timesheet,
    an_entry,
    an_issued_credit,
    an_issued_invoice,
)

WHY = {"reason": "The new price list counts from March."}
SATURDAY = date(2026, 3, 7)


async def worked(billing: Billing, *minutes: int, **sold: Any) -> UUID:
    """Have days of Anna's work at 120.00 wait on a contract."""
    line = a_time_line("120.00")
    sale = a_sale(line, **sold)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, *(an_entry(line.line_id, each) for each in minutes)))
    return contract_id


async def agreed(billing: Billing, contract_id: UUID, hourly_rate: str = "130.00") -> None:
    """Agree what Anna's hour costs on a contract, since the beginning."""
    rate = {
        "scope": "contract_person",
        "contract_id": str(contract_id),
        "person_id": str(UUID(int=11)),
        "hourly_rate": hourly_rate,
        "currency": "EUR",
        "starts_on": "2026-01-01",
    }
    answer = await billing.as_(Role.BILLING_CLERK).put(f"/rates/{new_id()}", json=rate)
    assert answer.is_success, answer.text


async def begun(
    billing: Billing, re_rating_id: UUID | None = None, role: Role = Role.BILLING_CLERK, **chosen: Any
) -> httpx2.Response:
    """Begin to re-rate."""
    return await billing.as_(role).put(f"/re-ratings/{re_rating_id or new_id()}", json={**WHY, **chosen})


async def done(billing: Billing, **chosen: Any) -> dict[str, Any]:
    """Re-rate to the end, and give what came of it."""
    answer = await begun(billing, **chosen)
    assert answer.is_success, answer.text
    runner = Runner(billing.database, service.jobs, wall_clock)
    while await runner.step():
        pass
    return dict((await billing.as_(Role.AUDITOR).get(f"/re-ratings/{answer.json()['id']}")).json())


async def previewed(billing: Billing, **chosen: Any) -> list[dict[str, Any]]:
    """See what would change, contract by contract."""
    return list((await billing.as_(Role.AUDITOR).get("/re-ratings/preview", params=chosen)).json()["items"])


async def values(billing: Billing) -> list[Decimal]:
    return sorted(item["value"] for item in await billing.rows("billable_items"))


async def test_unbilled_work_gets_the_rate_that_counts_by_now_and_keeps_its_history(billing: Billing) -> None:
    contract_id = await worked(billing, 480, 90)
    await worked(billing, 60)
    await agreed(billing, contract_id)

    [shown] = await previewed(billing)
    ended = await done(billing)

    assert (shown["items"], shown["from_value"], shown["to_value"]) == (2, "1140.00", "1235.00")
    assert (ended["state"], ended["extents"]) == ("done", [{"currency": "EUR", "items": 2, "amount": "95.00"}])
    assert await values(billing) == [Decimal(120), Decimal(195), Decimal(1040)]
    of_run = (await billing.as_(Role.AUDITOR).get(f"/re-ratings/{ended['id']}/items")).json()["items"]
    assert {(one["from_rate"], one["to_rate"], one["to_rule"]) for one in of_run} == {
        ("120.00", "130.00", "contract_person")
    }
    kept = await billing.rows("work_adjustments")
    assert {(one["kind"], one["reason"], str(one["adjustment_id"])) for one in kept} == {
        ("re_rated", WHY["reason"], ended["id"])
    }
    told = (await billing.announced(WorkValued))[-1]
    assert sum(entry.value or 0 for entry in told.entries) == Decimal(1235)


async def test_asked_again_it_changes_nothing_more(billing: Billing) -> None:
    contract_id, re_rating_id = await worked(billing, 480), new_id()
    await agreed(billing, contract_id)
    await done(billing, re_rating_id=re_rating_id)

    again = await done(billing, re_rating_id=re_rating_id)
    another = await begun(billing)
    different = await begun(billing, re_rating_id, from_on="2026-03-01")

    assert again["extents"][0]["amount"] == "80.00"
    assert (another.status_code, code_of(another)) == (409, "nothing_to_re_rate")
    assert code_of(different) == "already_exists"
    assert await values(billing) == [Decimal(1040)]
    assert len(await billing.rows("work_adjustments")) == 1


async def test_what_is_billed_or_drafted_stays_as_it_is(billing: Billing) -> None:
    billed, drafted = await worked(billing, 480), await worked(billing, 480)
    await an_issued_invoice(billing, billed)
    await a_draft(billing, drafted)
    for contract_id in (billed, drafted):
        await agreed(billing, contract_id)

    assert await previewed(billing) == []
    assert code_of(await begun(billing)) == "nothing_to_re_rate"


async def test_what_was_credited_in_full_is_rated_anew_and_its_invoice_says_what_it_said(billing: Billing) -> None:
    contract_id = await worked(billing, 480)
    invoice = await an_issued_invoice(billing, contract_id)
    await an_issued_credit(billing, invoice)
    await agreed(billing, contract_id)

    await done(billing)

    [behind] = (await billing.as_(Role.AUDITOR).get(f"/invoices/{invoice['id']}/lines/1/origin")).json()["items"]
    assert (behind["rate"], behind["value"]) == ("120.00", "960.00")
    assert (await a_draft(billing, contract_id))["net"] == "1040.00"


async def test_what_was_marked_by_hand_stays_as_it_was_said(billing: Billing) -> None:
    contract_id = await worked(billing, 480, 60)
    item = max(await billing.rows("billable_items"), key=lambda item: item["minutes"])
    marked = {"item_ids": [str(item["id"])], "percent": "-50", "reason": "Rework"}
    key = {"Idempotency-Key": str(new_id())}
    await billing.as_(Role.BILLING_CLERK).post("/work-in-progress/adjustments", json=marked, headers=key)
    await agreed(billing, contract_id)

    await done(billing)

    assert await values(billing) == [Decimal(130), Decimal(480)]


async def test_what_was_marked_by_hand_stays_so_on_another_line(billing: Billing) -> None:
    there, here = a_time_line("120.00"), a_time_line("120.00")
    sale = a_sale(here, there)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(here.line_id, 480), an_entry(here.line_id, 60)))
    items = sorted(await billing.rows("billable_items"), key=lambda item: item["minutes"])
    clerk = billing.as_(Role.BILLING_CLERK)
    marked = {"item_ids": [str(items[1]["id"])], "percent": "-50", "reason": "Rework"}
    moved = {
        "item_ids": [str(item["id"]) for item in items],
        "contract_line_id": str(there.line_id),
        "reason": "Another line",
    }
    for what, body in (("adjustments", marked), ("transfers", moved)):
        key = {"Idempotency-Key": str(new_id())}
        assert (await clerk.post(f"/work-in-progress/{what}", json=body, headers=key)).is_success
    await agreed(billing, contract_id)

    await done(billing)

    assert await values(billing) == [Decimal(0), Decimal(0), Decimal(130), Decimal(480)]


async def test_an_entry_and_its_correction_change_together_or_not_at_all(billing: Billing) -> None:
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    kept, billed = an_entry(line.line_id, 60), an_entry(line.line_id, 90)
    await billing.hear(a_timesheet(sale, billed))
    await an_issued_invoice(billing, contract_id)
    await billing.hear(a_timesheet(sale, kept))
    await billing.hear(a_correction(sale, a_reversal(kept)))
    await billing.hear(a_correction(sale, a_reversal(billed)))
    await agreed(billing, contract_id)

    await done(billing)

    assert await values(billing) == [Decimal(-180), Decimal(-130), Decimal(130), Decimal(180)]


async def test_only_the_days_and_the_contract_that_were_chosen_change(billing: Billing) -> None:
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    days = [an_entry(line.line_id, 60, day=date(2026, 3, day)) for day in (2, 3, 4)]
    await billing.hear(a_timesheet(sale, *days))
    other = await worked(billing, 60)
    for each in (contract_id, other):
        await agreed(billing, each)

    await done(billing, contract_id=str(contract_id), from_on="2026-03-03", up_to="2026-03-03")

    assert await values(billing) == [Decimal(120), Decimal(120), Decimal(120), Decimal(130)]
    assert len(await previewed(billing, customer_id=str(sale.account.account_id))) == 1


async def test_a_premium_agreed_later_counts_as_well(billing: Billing) -> None:
    line = a_time_line("120.00")
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 60, day=SATURDAY)))
    premium = {"kind": "saturday", "percent": "50", "starts_on": "2026-01-01"}
    await billing.as_(Role.BILLING_CLERK).put(f"/premiums/{new_id()}", json=premium)

    await done(billing)

    [item] = await billing.rows("billable_items")
    assert (item["rate"], item["value"], item["premium"]) == (Decimal(180), Decimal(180), "saturday")


async def test_a_cap_counts_what_another_rate_makes_of_the_work(billing: Billing) -> None:
    method = BillingMethod.TIME_AND_MATERIALS_CAPPED
    line = a_sold_line(method, "1000", cap=Decimal(1000), staffing_role=ROLE, hourly_rate=Decimal(100))
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))
    await agreed(billing, contract_id)

    await done(billing)

    assert [told.percent for told in await billing.announced(CapThresholdReached)] == [75, 90, 100]
    assert (await a_draft(billing, contract_id))["net"] == "1000.00"


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.PROJECT_MANAGER, Role.BILLING_APPROVER, Role.AUDITOR])
async def test_who_does_not_re_rate_is_refused_and_nothing_changes(billing: Billing, role: Role) -> None:
    await agreed(billing, await worked(billing, 480))

    assert code_of(await begun(billing, role=role)) == "not_permitted"
    assert await billing.rows("re_ratings") == []


async def test_days_that_end_before_they_begin_and_unknown_contracts_are_refused(billing: Billing) -> None:
    days: Made = {"from_on": "2026-03-03", "up_to": "2026-03-02"}

    assert code_of(await begun(billing, **days)) == "no_days"
    assert code_of(await begun(billing, contract_id=str(new_id()))) == "nothing_to_re_rate"
    assert code_of(await billing.as_(Role.AUDITOR).get("/re-ratings/preview", params=days)) == "no_days"
    assert code_of(await billing.as_(Role.AUDITOR).get(f"/re-ratings/{new_id()}")) == "no_such_re_rating"
    assert code_of(await billing.as_(Role.CONSULTANT).get("/re-ratings/preview")) == "not_permitted"


async def test_another_tenant_sees_no_re_ratings_of_ours(billing: Billing) -> None:
    await agreed(billing, await worked(billing, 480))
    ended = await done(billing)
    stranger = billing.as_(Role.BILLING_CLERK, tenant=CANARY)

    assert (await stranger.get("/re-ratings")).json()["items"] == []
    assert code_of(await stranger.get(f"/re-ratings/{ended['id']}")) == "no_such_re_rating"
    assert (await stranger.get("/re-ratings/preview")).json()["items"] == []


async def test_a_page_shows_item_by_item_what_would_change(billing: Billing) -> None:
    contract_id = await worked(billing, 60, 120)
    await agreed(billing, contract_id)
    clerk = billing.api.browser(Role.BILLING_CLERK)

    preview = (await clerk.get("/re-ratings/preview?from_on=2026-03-01")).text
    place = f"/re-ratings/preview/items?contract_id={contract_id}"
    shown = (await clerk.get(f"{place}&from_on=2026-03-01")).text

    assert f"/billing{place}&amp;from_on=2026-03-01" in preview
    assert shown.count("€130.00") == 2 and "€20.00" in shown and "€10.00" in shown
    assert (await clerk.get(f"{place}&as=csv")).text.count("130.00") == 2
    assert "Nothing would change" in (await clerk.get(f"{place}&up_to=2026-02-28")).text
    assert (await billing.api.browser(Role.ADMINISTRATOR).get(place)).status_code == 403

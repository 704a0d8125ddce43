"""Closing the books: nothing unsealed is left behind, nothing comes in afterwards."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from services.billing.ledger.actions import post_entry
from services.billing.periods.model import PeriodClosed
from shared.actor import Role
from shared.contracts.billing import PeriodClosed as PeriodClosedEvent
from tests.support.api import code_of
from tests.support.billing import Billing, a_draft, a_sale, a_time_line, a_timesheet, an_entry
from tests.support.ledger import ENTITY, a_new_entry, by_itself, closed, map_accounts, posted, sealed, sent

APRIL = date(2026, 4, 1)
STEPS = ("closing", "closure", "reopening")


async def test_only_who_closes_the_books_closes_them(billing: Billing) -> None:
    for role in set(Role) - {Role.CONTROLLER, Role.BILLING_APPROVER}:
        for step in STEPS:
            body = {"reason": "Late invoice"} if step == "reopening" else None
            answer = await sent(billing.as_(role), f"/periods/{ENTITY}/2026-03/{step}", body)
            assert code_of(answer) == "not_permitted"


async def test_closing_needs_an_idempotency_key(billing: Billing) -> None:
    controller, month = billing.as_(Role.CONTROLLER), f"/periods/{ENTITY}/2026-03"

    answers = [await controller.post(f"{month}/{step}", json={"reason": "Late"}) for step in STEPS]

    assert {code_of(answer) for answer in answers} == {"idempotency_key_missing"}


async def test_a_month_is_closed_once_everything_in_it_is_sealed(billing: Billing) -> None:
    await posted(billing, a_new_entry())
    await map_accounts(billing)

    too_early = await closed(billing, "2026-03")
    await sealed(billing)
    in_time = await closed(billing, "2026-03")
    again = await closed(billing, "2026-03")

    assert (code_of(too_early), code_of(again)) == ("unsealed_entries", "period_not_open")
    assert in_time.json()["status"] == "closed"


async def test_an_empty_month_is_closed_and_shown(billing: Billing) -> None:
    await closed(billing, "2026-03")

    listed = await billing.as_(Role.AUDITOR).get("/periods", params={"legal_entity": ENTITY})

    assert [(one["starts_on"], one["status"]) for one in listed.json()["items"]] == [("2026-03-01", "closed")]


async def test_months_are_closed_in_their_order(billing: Billing) -> None:
    await posted(billing, a_new_entry(on=date(2026, 2, 27)))

    answer = await closed(billing, "2026-03")

    assert code_of(answer) == "earlier_period_open"


async def test_people_do_not_post_into_a_closed_month_nor_before_it(billing: Billing) -> None:
    await closed(billing, "2026-03")

    for day in (date(2026, 3, 31), date(2025, 12, 31)):
        with pytest.raises(PeriodClosed):
            await posted(billing, a_new_entry(on=day))
    assert await billing.rows("journal_entries") == []


async def test_the_service_posts_late_work_in_the_first_open_month(billing: Billing) -> None:
    await closed(billing, "2026-03")
    await closed(billing, "2026-04")

    async with by_itself(billing) as work:
        entry = await post_entry(work, a_new_entry(on=date(2026, 2, 10)))

    assert (entry.posted_on, entry.service_from) == (date(2026, 5, 1), date(2026, 2, 10))


async def test_while_a_month_is_closing_only_those_who_close_it_post(billing: Billing) -> None:
    controller = billing.as_(Role.CONTROLLER)
    answer = await sent(controller, f"/periods/{ENTITY}/2026-03/closing")
    assert answer.json()["status"] == "closing"

    with pytest.raises(PeriodClosed):
        await posted(billing, a_new_entry(), role=Role.BILLING_CLERK)
    async with by_itself(billing) as work:
        late = await post_entry(work, a_new_entry())
    [mine] = await posted(billing, a_new_entry(), role=Role.CONTROLLER)

    assert (late.posted_on, mine.posted_on) == (APRIL, date(2026, 3, 31))


async def test_a_closed_month_is_reopened_with_a_reason_that_stays(billing: Billing) -> None:
    await closed(billing, "2026-03")

    answer = await sent(
        billing.as_(Role.CONTROLLER), f"/periods/{ENTITY}/2026-03/reopening", {"reason": "Late invoice"}
    )

    assert answer.json()["status"] == "open"
    await posted(billing, a_new_entry())
    trail = [row for row in await billing.rows("audit") if row["record"] == "fiscal_periods"]
    assert [row["reason"] for row in trail if row["reason"]] == ["Late invoice"]


async def test_months_are_reopened_from_the_latest_back(billing: Billing) -> None:
    await closed(billing, "2026-03")
    await closed(billing, "2026-04")
    controller = billing.as_(Role.CONTROLLER)

    blocked = await sent(controller, f"/periods/{ENTITY}/2026-03/reopening", {"reason": "Late"})
    never = await sent(controller, f"/periods/{ENTITY}/2026-07/reopening", {"reason": "Late"})
    no_reason = await sent(controller, f"/periods/{ENTITY}/2026-04/reopening", {"reason": ""})

    assert (code_of(blocked), code_of(never)) == ("later_period_closed", "no_such_period")
    assert no_reason.status_code == 422


async def test_an_unknown_legal_entity_has_nothing_to_close(billing: Billing) -> None:
    answer = await sent(billing.as_(Role.CONTROLLER), "/periods/ZZZ/2026-03/closure")

    assert code_of(answer) == "no_books"


async def test_nothing_slips_into_a_month_while_it_is_being_closed(billing: Billing) -> None:
    closing = asyncio.create_task(closed(billing, "2026-03"))
    outcomes = await asyncio.gather(*(posted(billing, a_new_entry()) for _ in range(6)), return_exceptions=True)
    answer = await closing

    refused = [one for one in outcomes if isinstance(one, PeriodClosed)]
    entries = await billing.rows("journal_entries")
    assert len(refused) + len(entries) == 6
    assert (answer.is_success, bool(entries)) in {(True, False), (False, True)}


async def test_a_month_waits_for_a_posting_that_is_under_way(billing: Billing) -> None:
    async with billing.work(Role.CONTROLLER) as work:
        await post_entry(work, a_new_entry())
        closing = asyncio.create_task(closed(billing, "2026-03"))
        done, _ = await asyncio.wait({closing}, timeout=0.3)
        assert not done

    assert code_of(await closing) == "unsealed_entries"


async def test_the_checklist_tells_what_blocks_and_what_one_should_know(billing: Billing) -> None:
    rated, unrated = a_time_line(), a_time_line(None, role="Architect")
    sale = a_sale(rated, unrated)
    contract_id = await billing.sold(sale)
    worked = [an_entry(rated.line_id), an_entry(unrated.line_id, staffing_role="Architect")]
    await billing.hear(a_timesheet(sale, *worked))
    await a_draft(billing, contract_id)
    await posted(billing, a_new_entry())

    before = await checklist(billing)
    await map_accounts(billing)
    await sealed(billing)
    after = await checklist(billing)

    assert before == {
        "unsealed_entries": (1, True),
        "unexplained_contracts": (0, False),
        "unrated_work": (1, False),
        "open_drafts": (1, False),
        "unrecognised_lines": (1, False),
        "unrevalued_balances": (0, False),
        "unanswered_batches": (0, False),
    }
    assert (after["unsealed_entries"], after["unanswered_batches"]) == ((0, False), (1, False))


async def test_only_who_sees_the_books_sees_the_checklist(billing: Billing) -> None:
    for role in set(Role) - {Role.CONTROLLER, Role.BILLING_APPROVER, Role.AUDITOR}:
        assert code_of(await billing.as_(role).get(f"/periods/{ENTITY}/2026-03/checklist")) == "not_permitted"


async def test_closing_a_month_is_announced(billing: Billing) -> None:
    await closed(billing, "2026-03")

    [event] = await billing.announced(PeriodClosedEvent)
    assert (event.legal_entity, event.starts_on, event.closed_by) == (ENTITY, date(2026, 3, 1), "carla")


async def checklist(billing: Billing) -> dict[str, tuple[int, bool]]:
    """What is left of March: how many, and whether it blocks."""
    answer = await billing.as_(Role.AUDITOR).get(f"/periods/{ENTITY}/2026-03/checklist")
    assert answer.is_success, answer.text
    return {one["concern"]: (one["count"], one["blocks"]) for one in answer.json()["findings"]}

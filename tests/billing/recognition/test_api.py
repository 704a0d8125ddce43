"""A month's revenue: recognised by the controller, from approved work and accepted milestones, each once."""

from __future__ import annotations

import asyncio
import itertools
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.actor import Role
from shared.contracts.base import Event
from shared.contracts.billing import RevenueRecognised
from shared.contracts.crm import OpportunityClosedWon
from shared.contracts.delivery import ApprovedEntry
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    a_correction,
    a_milestone_line,
    a_reversal,
    a_sale,
    a_time_line,
    a_timesheet,
    an_acceptance,
    an_accepted_milestone,
    an_entry,
    an_issued_invoice,
)
from tests.support.ledger import ENTITY, MARCH, closed, sent, trial_balance

PROJECT = UUID(int=77)


async def recognise(
    billing: Billing, *, period: str = MARCH, role: Role = Role.CONTROLLER, **more: Any
) -> httpx2.Response:
    """Run recognition for a month."""
    return await sent(billing.as_(role), "/recognition-runs", {"legal_entity": ENTITY, "period": period, **more})


async def lines_of(answer: httpx2.Response) -> list[tuple[str, str, int]]:
    """What a run recognised: amount, cumulative and number of items by contract line, in order."""
    assert answer.is_success, answer.text
    return [(one["amount"], one["cumulative"], one["item_count"]) for one in answer.json()["lines"]]


async def position(billing: Billing, contract_id: UUID) -> dict[str, str]:
    """Where a contract stands."""
    answer = await billing.as_(Role.AUDITOR).get(f"/contracts/{contract_id}/position")
    assert answer.is_success, answer.text
    return {name: value for name, value in answer.json().items() if name not in ("contract_id", "currency")}


async def worked(billing: Billing) -> tuple[OpportunityClosedWon, UUID, ApprovedEntry]:
    """Let two days be worked at 120.00 and a milestone of 8,000.00 be accepted, and give the first day's entry."""
    time, milestone = a_time_line("120.00"), a_milestone_line("8000.00")
    sale = a_sale(time, milestone)
    contract_id = await billing.sold(sale)
    first = an_entry(time.line_id, 480)
    await billing.hear(a_timesheet(sale, first, an_entry(time.line_id, 330)))
    await billing.hear(an_accepted_milestone(sale, milestone.line_id))
    return sale, contract_id, first


async def test_a_month_recognises_work_as_delivered_and_milestones_as_accepted(billing: Billing) -> None:
    sale, _, _ = await worked(billing)

    run = await recognise(billing)

    assert sorted(await lines_of(run)) == [("1620.00", "1620.00", 2), ("8000.00", "8000.00", 1)]
    assert await trial_balance(billing) == {"1300": Decimal("9620.00"), "4000": Decimal("-9620.00")}
    announced = await billing.announced(RevenueRecognised)
    assert {(one.thread_id, one.billing_line_id) for one in announced} == {
        (sale.opportunity_id, line.line_id) for line in sale.lines
    }
    assert sorted(one.amount for one in announced) == [Decimal("1620.00"), Decimal("8000.00")]


async def test_a_second_run_finds_nothing(billing: Billing) -> None:
    await worked(billing)
    await recognise(billing)
    before = await trial_balance(billing)

    again = await recognise(billing)

    assert await lines_of(again) == []
    assert await trial_balance(billing) == before


async def test_two_runs_at_once_recognise_everything_once(billing: Billing) -> None:
    await worked(billing)

    runs = await asyncio.gather(*(recognise(billing) for _ in range(4)))

    found = [line for run in runs for line in await lines_of(run)]
    assert sorted(found) == [("1620.00", "1620.00", 2), ("8000.00", "8000.00", 1)]


async def test_a_dry_run_shows_the_same_and_changes_nothing(billing: Billing) -> None:
    await worked(billing)
    before = await billing.digest(without=frozenset({"idempotency"}))

    preview = await recognise(billing, dry_run=True)

    assert await billing.digest(without=frozenset({"idempotency"})) == before
    assert preview.json()["id"] is None
    assert await lines_of(preview) == await lines_of(await recognise(billing))


async def test_a_correction_is_the_difference_in_the_next_run(billing: Billing) -> None:
    sale, contract_id, first = await worked(billing)
    await recognise(billing)
    await billing.hear(
        a_correction(sale, a_reversal(first), first.model_copy(update={"entry_id": new_id(), "minutes": 420}))
    )

    run = await recognise(billing)

    assert await lines_of(run) == [("-120.00", "1500.00", 2)]
    assert (await position(billing, contract_id))["recognised"] == "9500.00"


async def test_work_that_came_late_counts_in_the_open_month_and_keeps_its_days(billing: Billing) -> None:
    time = a_time_line()
    sale = a_sale(time)
    await billing.sold(sale)
    await closed(billing, MARCH)
    await billing.hear(a_timesheet(sale, an_entry(time.line_id, 480)))

    refused = await recognise(billing)
    run = await recognise(billing, period="2026-04")

    assert code_of(refused) == "period_closed"
    [line] = run.json()["lines"]
    entry = (await billing.as_(Role.AUDITOR).get(f"/journal-entries/{line['entry_id']}")).json()
    assert (entry["posted_on"], entry["service_from"]) == ("2026-04-30", "2026-03-02")


async def test_work_of_the_next_month_waits_for_it(billing: Billing) -> None:
    time = a_time_line()
    sale = a_sale(time)
    await billing.sold(sale)
    later = an_entry(time.line_id, 60).model_copy(update={"day": an_entry(None).day.replace(month=4, day=1)})
    await billing.hear(a_timesheet(sale, later))

    assert await lines_of(await recognise(billing)) == []
    assert await lines_of(await recognise(billing, period="2026-04")) == [("120.00", "120.00", 1)]


async def test_work_without_a_rate_is_recognised_once_it_has_one(billing: Billing) -> None:
    unrated = a_time_line(None)
    sale = a_sale(unrated)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(unrated.line_id, 60)))

    assert await lines_of(await recognise(billing)) == []


async def test_nothing_is_recognised_on_a_contract_that_is_not_active(billing: Billing) -> None:
    milestone = a_milestone_line()
    sale = a_sale(milestone)
    await billing.hear(sale)
    await billing.hear(an_accepted_milestone(sale, milestone.line_id))

    assert await lines_of(await recognise(billing)) == []
    await billing.hear(an_acceptance(sale.opportunity_id, PROJECT))
    assert await lines_of(await recognise(billing)) == [("8000.00", "8000.00", 1)]


async def test_a_contract_is_an_asset_before_its_invoice_and_even_after_it(billing: Billing) -> None:
    _, contract_id, _ = await worked(billing)

    await recognise(billing)
    earned = await position(billing, contract_id)
    await an_issued_invoice(billing, contract_id)
    invoiced = await position(billing, contract_id)

    assert earned == {
        "recognised": "9620.00",
        "billed": "0.00",
        "contract_asset": "9620.00",
        "contract_liability": "0.00",
    }
    assert invoiced == {
        "recognised": "9620.00",
        "billed": "9620.00",
        "contract_asset": "0.00",
        "contract_liability": "0.00",
    }


async def test_a_contract_is_a_liability_when_the_invoice_comes_first(billing: Billing) -> None:
    _, contract_id, _ = await worked(billing)

    await an_issued_invoice(billing, contract_id)

    assert await position(billing, contract_id) == {
        "recognised": "0.00",
        "billed": "9620.00",
        "contract_asset": "0.00",
        "contract_liability": "9620.00",
    }


async def test_every_recognised_amount_opens_into_its_items(billing: Billing) -> None:
    await worked(billing)
    run = (await recognise(billing)).json()
    auditor = billing.as_(Role.AUDITOR)

    for line in run["lines"]:
        behind = (await auditor.get(f"/recognised-lines/{line['id']}/origin")).json()["items"]
        assert sum(Decimal(item["amount"]) for item in behind) == Decimal(line["amount"])
        entry = (await auditor.get(f"/journal-entries/{line['entry_id']}")).json()
        assert entry["source"] == {"kind": "recognition", "id": line["id"], "leg": "1"}
    shown = (await auditor.get(f"/recognition-runs/{run['id']}")).json()
    assert sorted(shown["lines"], key=str) == sorted(run["lines"], key=str)
    listed = (await auditor.get("/recognition-runs", params={"legal_entity": ENTITY})).json()["items"]
    assert [one["id"] for one in listed] == [run["id"]]


async def test_whatever_the_order_of_arrival_the_books_are_the_same(billing: Billing) -> None:
    books = []
    for order in itertools.islice(itertools.permutations(range(4)), 0, 24, 5):
        time, milestone = a_time_line("120.00"), a_milestone_line("8000.00")
        sale = a_sale(time, milestone)
        entry = an_entry(time.line_id, 480)
        history: list[tuple[Event, int]] = [
            (a_timesheet(sale, entry), 1),
            (a_correction(sale, a_reversal(entry)), 1),
            (an_accepted_milestone(sale, milestone.line_id), 1),
            (an_acceptance(sale.opportunity_id, PROJECT), 1),
        ]
        await billing.hear_all([*(history[number] for number in order), (sale, 1)])
        books.append(sorted(await lines_of(await recognise(billing))))

    assert books == [[("0.00", "0.00", 2), ("8000.00", "8000.00", 1)]] * len(books)


async def test_only_who_recognises_revenue_recognises_it(billing: Billing) -> None:
    for role in set(Role) - {Role.CONTROLLER, Role.BILLING_APPROVER}:
        for dry_run in (True, False):
            assert code_of(await recognise(billing, role=role, dry_run=dry_run)) == "not_permitted"


async def test_only_who_sees_the_books_sees_recognised_revenue(billing: Billing) -> None:
    paths = ("/recognition-runs", f"/recognition-runs/{new_id()}", f"/recognised-lines/{new_id()}/origin")
    for role in set(Role) - {Role.CONTROLLER, Role.BILLING_APPROVER, Role.AUDITOR}:
        for path in (*paths, f"/contracts/{new_id()}/position"):
            assert code_of(await billing.as_(role).get(path, params={"legal_entity": ENTITY})) == "not_permitted"


async def test_what_is_not_there_is_not_found(billing: Billing) -> None:
    auditor = billing.as_(Role.AUDITOR)
    codes = {
        f"/recognition-runs/{new_id()}": "no_such_run",
        f"/recognised-lines/{new_id()}/origin": "no_such_recognition",
        f"/contracts/{new_id()}/position": "no_such_contract",
    }

    assert {path: code_of(await auditor.get(path)) for path in codes} == codes


async def test_a_run_needs_a_key_a_month_and_a_legal_entity(billing: Billing) -> None:
    body = {"legal_entity": ENTITY, "period": MARCH}

    no_key = await billing.as_(Role.CONTROLLER).post("/recognition-runs", json=body)

    assert code_of(no_key) == "idempotency_key_missing"
    assert code_of(await recognise(billing, period="2026-13")) == "bad_month"
    assert (
        code_of(await sent(billing.as_(Role.CONTROLLER), "/recognition-runs", {**body, "legal_entity": "X"}))
        == "no_books"
    )


@pytest.mark.parametrize("table", ["recognition_runs", "recognised_lines", "recognition_items"])
async def test_what_was_recognised_stays(billing: Billing, table: str) -> None:
    for statement in (f"update {table} set tenant_id = tenant_id", f"delete from {table}"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with billing.work(Role.CONTROLLER) as work:
                await work.session.execute(text(statement))

"""Overtime: what is beyond the agreed minutes comes on top of the entries, whatever was heard of first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.billing.contracts.model import contract_id_of
from services.billing.premiums.actions import agree_premium
from services.billing.premiums.model import CountedBy, Premium, PremiumKind, Time, overtime
from services.billing.rates.model import on_top, value_of
from services.billing.service import service
from shared.actor import Role
from shared.clock import wall_clock
from shared.contracts import crm, delivery
from shared.contracts.billing import WorkValued
from shared.ids import new_id
from shared.jobs import Runner
from shared.money import money
from shared.period import Period
from tests.support.api import code_of
from tests.support.billing import (
    MONDAY,
    Billing,
    Made,
    a_correction,
    a_legal_entity,
    a_reversal,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
    an_issued_invoice,
)

BEYOND_EIGHT: Made = {
    "kind": "overtime", "percent": "25", "counted_by": "day", "beyond_minutes": 480, "starts_on": "2026-01-01"
}  # fmt: skip
SATURDAY = date(2026, 3, 7)


async def agreed(billing: Billing, **different: Any) -> UUID:
    premium_id = new_id()
    answer = await billing.as_(Role.BILLING_CLERK).put(f"/premiums/{premium_id}", json={**BEYOND_EIGHT, **different})
    assert answer.is_success, answer.text
    return premium_id


async def on_top_of_it(billing: Billing, *, tenant: UUID | None = None) -> list[tuple[int, Decimal]]:
    rows = await (billing.rows("billable_items") if tenant is None else billing.rows("billable_items", tenant=tenant))
    return sorted((row["overtime_minutes"], row["value"]) for row in rows if row["on_top_of"] is not None)


async def sold(billing: Billing, rate: str = "100.00", **terms: Any) -> tuple[crm.OpportunityClosedWon, UUID]:
    line = a_time_line(rate)
    sale = a_sale(line).model_copy(update=terms)
    await billing.sold(sale)
    return sale, line.line_id


async def test_what_is_beyond_eight_hours_is_an_item_on_top_of_the_entry_and_says_why(billing: Billing) -> None:
    await agreed(billing)
    sale, line_id = await sold(billing)
    long, short = an_entry(line_id, 450), an_entry(line_id, 90)

    await billing.hear(a_timesheet(sale, long, short, an_entry(line_id, 480, day=SATURDAY)))

    shown = (await billing.as_(Role.BILLING_CLERK).get("/work-in-progress")).json()["items"]
    [extra] = [item for item in shown if item["on_top_of"]]
    [told] = await billing.announced(WorkValued)
    assert (extra["value"], extra["rate"], extra["overtime_minutes"], extra["minutes"]) == ("25.00", "25.00", 60, None)
    assert extra["why"] == "1 h of the entry: Overtime beyond 8 h a day, 25 % on top"
    assert {entry.entry_id: entry.value for entry in told.entries}[short.entry_id] == Decimal(175)
    assert sum(item["minutes"] or 0 for item in shown) == 450 + 90 + 480


async def test_steps_and_the_premium_of_the_day_are_not_added_up(billing: Billing) -> None:
    await agreed(billing)
    await agreed(billing, beyond_minutes=600, percent="50")
    await agreed(billing, kind="saturday", percent="30", counted_by=None, beyond_minutes=None)
    sale, line_id = await sold(billing)

    await billing.hear(a_timesheet(sale, an_entry(line_id, 660), an_entry(line_id, 660, day=SATURDAY)))

    assert await on_top_of_it(billing) == [(60, Decimal(20)), (60, Decimal(50)), (120, Decimal(50))]


async def test_minutes_are_counted_as_recorded_and_billed_in_increments(billing: Billing) -> None:
    await agreed(billing)
    sale, line_id = await sold(billing, billing_increment_minutes=15)

    await billing.hear(a_timesheet(sale, *(an_entry(line_id, 161) for _ in range(3))))

    assert await on_top_of_it(billing) == [(15, Decimal("6.25"))]


async def test_what_a_correction_takes_back_is_no_overtime_and_moves_what_is(billing: Billing) -> None:
    await agreed(billing, counted_by="week", beyond_minutes=600)
    sale, line_id = await sold(billing)
    wrong, later = an_entry(line_id, 480), an_entry(line_id, 240, day=MONDAY + timedelta(days=2))
    await billing.hear(a_timesheet(sale, wrong, later))
    before = await on_top_of_it(billing)

    await billing.hear(a_correction(sale, a_reversal(wrong)))

    assert (before, await on_top_of_it(billing)) == ([(120, Decimal(50))], [])


async def test_what_was_billed_stays_and_the_rest_makes_up_for_what_comes_late(billing: Billing) -> None:
    await agreed(billing)
    sale, line_id = await sold(billing)
    first = an_entry(line_id, 540)
    await billing.hear(a_timesheet(sale, first))
    invoice = await an_issued_invoice(billing, contract_id_of(sale.opportunity_id))

    await billing.hear(a_correction(sale, a_reversal(first)))

    assert [line["net"] for line in invoice["lines"]] == ["900.00", "25.00"]
    assert invoice["lines"][1]["description"].endswith(": Overtime beyond 8:00 hours a day, 25 % on top")
    assert await on_top_of_it(billing) == [(-60, Decimal(-25)), (60, Decimal(25))]


async def test_a_premium_that_is_agreed_later_counts_once_unbilled_work_is_re_rated(billing: Billing) -> None:
    sale, line_id = await sold(billing)
    await billing.hear(a_timesheet(sale, an_entry(line_id, 600)))
    await agreed(billing)
    clerk = billing.as_(Role.BILLING_CLERK)
    untouched = await on_top_of_it(billing)

    previewed = (await clerk.get("/re-ratings/preview")).json()["items"]
    re_rating_id = new_id()
    await clerk.put(f"/re-ratings/{re_rating_id}", json={"reason": "Agreed with the client in March."})
    runner = Runner(billing.database, service.jobs, wall_clock)
    while await runner.step():
        pass

    items = (await clerk.get(f"/re-ratings/{re_rating_id}/items")).json()["items"]
    assert (untouched, await on_top_of_it(billing)) == ([], [(120, Decimal(50))])
    assert [(row["from_value"], row["to_value"]) for row in previewed] == [("0.00", "50.00")]
    assert [(row["to_rule"], row["from_rate"], row["to_rate"], row["amount"]) for row in items] == [
        ("overtime", "0.00", "25.00", "50.00")
    ]
    assert (await clerk.get("/re-ratings/preview")).json()["items"] == []


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"counted_by": None}, "overtime_beyond_what"),
        ({"beyond_minutes": None}, "overtime_beyond_what"),
        ({"beyond_minutes": 1440}, "overtime_beyond_what"),
        ({"kind": "sunday"}, "overtime_beyond_what"),
        ({"beyond_minutes": -1}, "invalid_request"),
        ({"percent": "1001"}, "invalid_request"),
        ({"counted_by": "month"}, "invalid_request"),
    ],
)
async def test_overtime_that_is_not_clear_is_refused(billing: Billing, different: Made, code: str) -> None:
    answer = await billing.as_(Role.BILLING_CLERK).put(f"/premiums/{new_id()}", json={**BEYOND_EIGHT, **different})

    assert (answer.status_code, code_of(answer)) == (422, code)


async def test_the_same_minutes_are_agreed_once_and_other_steps_beside_them(billing: Billing) -> None:
    await agreed(billing)
    clerk = billing.as_(Role.BILLING_CLERK)

    again = await clerk.put(f"/premiums/{new_id()}", json={**BEYOND_EIGHT, "percent": "30"})

    assert code_of(again) == "premium_overlaps"
    await agreed(billing, beyond_minutes=600)
    await agreed(billing, counted_by="week", beyond_minutes=480)


DAYS = st.integers(0, 9).map(lambda days: MONDAY + timedelta(days=days))
WORK = st.lists(st.tuples(DAYS, st.integers(1, 900), st.booleans()), min_size=1, max_size=6)
STEPS = st.lists(
    st.tuples(st.sampled_from(CountedBy), st.integers(0, 1200), st.decimals("0", "150", places=1), st.booleans()),
    min_size=1,
    max_size=4,
    unique_by=lambda step: (step[0], step[1], step[3]),
)


def premiums_of(steps: Sequence[tuple[CountedBy, int, Decimal, bool]], contract_id: UUID) -> list[Premium]:
    return [
        Premium(
            new_id(),
            PremiumKind.OVERTIME,
            percent,
            Period(date(2026, 1, 1)),
            contract_id=contract_id if is_for_contract else None,
            counted_by=by,
            beyond_minutes=minutes,
        )
        for by, minutes, percent, is_for_contract in steps
    ]


@given(work=WORK, steps=STEPS, increment=st.sampled_from([1, 6, 15]))
def test_overtime_is_never_more_than_the_entry_and_does_not_know_an_order(
    work: list[tuple[date, int, bool]], steps: list[tuple[CountedBy, int, Decimal, bool]], increment: int
) -> None:
    contract_id, customer_id = new_id(), new_id()
    times = [Time(new_id(), day, minutes, -(-minutes // increment) * increment) for day, minutes, _ in work]
    premiums = premiums_of(steps, contract_id)
    place: Made = {"contract_id": contract_id, "customer_id": customer_id, "increment": increment}

    found = overtime(times, premiums, **place)

    assert found == overtime(times[::-1], premiums[::-1], **place)
    for time in times:
        assert 0 <= sum(minutes for (entry_id, _), minutes in found.items() if entry_id == time.entry_id) <= time.billed


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(work=WORK, steps=STEPS, increment=st.sampled_from([None, 15]), data=st.data())
async def test_sql_bills_overtime_as_the_model_does_in_any_order(
    bare_billing: Billing,
    work: list[tuple[date, int, bool]],
    steps: list[tuple[CountedBy, int, Decimal, bool]],
    increment: int | None,
    data: st.DataObject,
) -> None:
    tenant, line = new_id(), a_time_line("99.95")
    await a_legal_entity(bare_billing, tenant=tenant)
    sale = a_sale(line).model_copy(update={"billing_increment_minutes": increment})
    contract_id = await bare_billing.sold(sale, tenant=tenant)
    premiums = premiums_of(steps, contract_id)
    async with bare_billing.work(tenant=tenant) as set_up:
        for premium in premiums:
            await agree_premium(set_up, premium)
    entries = [an_entry(line.line_id, minutes, day=day) for day, minutes, _ in work]
    taken_back = [entry for entry, (*_, is_wrong) in zip(entries, work, strict=True) if is_wrong]
    events = [a_timesheet(sale, entry) for entry in entries] + [
        a_correction(sale, a_reversal(one)) for one in taken_back
    ]

    for event in data.draw(st.permutations(events)):
        await bare_billing.hear(event, tenant=tenant)

    place: Made = {"contract_id": contract_id, "customer_id": sale.account.account_id, "increment": increment or 1}
    expected = in_all(entries, taken_back, premiums, place)
    rows = await bare_billing.rows("billable_items", tenant=tenant)
    items = {row["id"]: row for row in rows}
    extras = [row for row in rows if row["on_top_of"] is not None]
    assert {
        (items[row["on_top_of"]]["entry_id"], row["premium_id"]): (row["overtime_minutes"], row["value"])
        for row in extras
    } == expected
    assert len(extras) == len(expected)
    assert sum(row["minutes"] or 0 for row in rows) == sum(
        entry.minutes for entry in entries if entry not in taken_back
    )


def in_all(
    entries: list[delivery.ApprovedEntry],
    taken_back: list[delivery.ApprovedEntry],
    premiums: list[Premium],
    place: Made,
) -> dict[tuple[UUID, UUID], tuple[int, Decimal]]:
    """Say by the model what overtime comes to."""
    increment = place["increment"]
    times = [
        Time(one.entry_id, one.day, 0, 0)
        if one in taken_back
        else Time(one.entry_id, one.day, one.minutes, -(-one.minutes // increment) * increment)
        for one in entries
    ]
    percents = {premium.id: premium.percent for premium in premiums}
    rate = money("99.95 EUR")
    found = {}
    for (entry_id, premium_id), minutes in overtime(times, premiums, **place).items():
        worth = value_of(on_top(rate, None, percents[premium_id]), minutes).amount
        if worth:
            found[entry_id, premium_id] = (minutes, worth)
    return found

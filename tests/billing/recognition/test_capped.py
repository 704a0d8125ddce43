"""Revenue of capped work is no more than its cap, whatever was recorded and whenever it is billed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.recognition.model.capped import LineUnderCap, WorkUnderCap
from services.billing.recognition.model.earned import DeliveredItem
from shared.contracts import crm
from shared.contracts.base import Event
from shared.period import month_of
from tests.billing.caps.test_capping import a_capped_line, worked
from tests.billing.recognition.test_api import lines_of, recognise
from tests.support.billing import (
    MONDAY,
    Billing,
    a_change,
    a_change_order,
    a_correction,
    a_reversal,
    a_sale,
    a_timesheet,
    an_entry,
    an_issued_invoice,
)
from tests.support.ledger import trial_balance

APRIL = "2026-04"


async def amounts(billing: Billing, period: str = "2026-03") -> list[Decimal]:
    """What a run recognises."""
    return [Decimal(amount) for amount, _, _ in await lines_of(await recognise(billing, period=period))]


def a_change_of_cap(sale: crm.OpportunityClosedWon, by: int, *, on: str = "2026-04-01") -> Event:
    return a_change_order(
        sale,
        a_change(
            sale.lines[0].line_id,
            str(by),
            cap_delta=Decimal(by),
            method=crm.BillingMethod.TIME_AND_MATERIALS_CAPPED,
        ),
        effective_on=on,
        number=f"CO{by}",
    )


async def test_revenue_is_no_more_than_the_cap_and_billing_writes_nothing_down_twice(billing: Billing) -> None:
    sale = a_sale(a_capped_line("10000"))
    contract_id = await billing.sold(sale)
    await worked(billing, sale, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12)

    recognised = await amounts(billing)
    invoice = await an_issued_invoice(billing, contract_id)
    again = await amounts(billing)

    assert (recognised, again) == ([Decimal(10_000)], [])
    assert invoice["net"] == "10000.00"
    assert (await trial_balance(billing)).get("1300", Decimal()) == 0


async def test_revenue_is_the_same_where_it_is_billed_first(billing: Billing) -> None:
    sale = a_sale(a_capped_line("1000"))
    contract_id = await billing.sold(sale)
    await worked(billing, sale, 8, 6)
    await an_issued_invoice(billing, contract_id)

    assert await amounts(billing) == [Decimal(1000)]
    assert (await trial_balance(billing)).get("1300", Decimal()) == 0


async def test_a_cap_that_is_raised_or_lowered_catches_up_in_its_month(billing: Billing) -> None:
    sale = a_sale(a_capped_line("1000"))
    await billing.sold(sale)
    await worked(billing, sale, 8, 6)

    march = await amounts(billing)
    await billing.hear(a_change_of_cap(sale, 250))
    again = await amounts(billing)
    april = await amounts(billing, APRIL)
    await billing.hear(a_change_of_cap(sale, -500, on="2026-05-01"))
    earlier = await amounts(billing)

    assert (march, again, april, earlier) == ([Decimal(1000)], [], [Decimal(250)], [])
    assert await amounts(billing, "2026-05") == [Decimal(-500)]


async def test_what_a_correction_takes_back_makes_room_for_what_was_beyond(billing: Billing) -> None:
    sale = a_sale(a_capped_line("1000"))
    await billing.sold(sale)
    line_id = sale.lines[0].line_id
    wrong = an_entry(line_id, 6 * 60, day=MONDAY)
    await billing.hear(a_timesheet(sale, wrong, an_entry(line_id, 8 * 60, day=MONDAY)))
    first = await amounts(billing)

    await billing.hear(a_correction(sale, a_reversal(wrong), an_entry(line_id, 60, day=MONDAY)))

    assert (first, await amounts(billing)) == ([Decimal(1000)], [Decimal(-100)])


ITEMS = st.lists(st.tuples(st.integers(-2000, 2000), st.integers(0, 27)), max_size=8)


@given(ITEMS, st.integers(0, 3000), st.integers(0, 3000), ITEMS)
def test_all_that_is_recognised_comes_to_the_lesser_of_work_and_cap(
    before: list[tuple[int, int]], cap: int, later_cap: int, more: list[tuple[int, int]]
) -> None:
    march = month_of(MONDAY)
    known: dict[UUID, WorkUnderCap] = {}
    for told, limit in ((before, cap), (more, later_cap)):
        for worth, day in told:
            item = DeliveredItem(UUID(int=len(known)), UUID(int=1), UUID(int=2), date(2026, 3, 1 + day), Decimal(worth))
            known[item.id] = WorkUnderCap(item, Decimal())
        for change in LineUnderCap(Decimal(limit), None, list(known.values())).to_recognise(march):
            one = known[change.id]
            known[change.id] = WorkUnderCap(one.item, one.recognised + change.value)
        recorded = sum(one.item.value for one in known.values())
        assert sum(one.recognised for one in known.values()) == min(recorded, limit)

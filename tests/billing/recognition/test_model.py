"""Revenue is what was delivered, once, whatever the order in which its pieces arrived."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import check
from services.billing.recognition.model.earned import (
    DeliveredItem,
    Earned,
    SoldLine,
    earned_by_line,
    entry_for,
    recognised,
)
from shared.period import month_of
from tests.support.billing import MONDAY

RUN = UUID(int=5)


def a_sold_line(number: int = 1, *, before: str = "0.00") -> SoldLine:
    """Give a contract line on which `before` was recognised."""
    return SoldLine(
        id=UUID(int=number),
        description="Data platform",
        contract_id=UUID(int=2),
        customer_id=UUID(int=3),
        opportunity_id=UUID(int=4),
        contract_number="C-00001",
        thread_id=UUID(int=4),
        currency="EUR",
        recognised_before=Decimal(before),
    )


def an_item(value: str, *, of: int = 1, day: date = MONDAY, number: int = 1) -> DeliveredItem:
    """Give delivered work of a contract line."""
    return DeliveredItem(UUID(int=number), UUID(int=of), UUID(int=77), day, Decimal(value))


def test_a_line_earns_the_sum_of_its_items_on_top_of_what_was_recognised() -> None:
    [earned] = earned_by_line([an_item("960.00"), an_item("240.00", number=2)], [a_sold_line(before="500.00")])

    assert (earned.amount, earned.cumulative) == (Decimal("1200.00"), Decimal("1700.00"))


def test_a_correction_takes_back_what_was_recognised() -> None:
    [earned] = earned_by_line([an_item("-960.00")], [a_sold_line(before="960.00")])

    assert (earned.amount, earned.cumulative) == (Decimal("-960.00"), Decimal("0.00"))


def test_work_and_its_correction_in_one_month_need_no_entry() -> None:
    [earned] = earned_by_line([an_item("960.00"), an_item("-960.00", number=2)], [a_sold_line()])

    line = recognised(earned, run_id=RUN)

    assert (line.amount, line.item_count, line.entry_id) == (Decimal(0), 2, None)


def test_the_entry_debits_the_contract_asset_on_the_last_day_of_the_month() -> None:
    earned = Earned(a_sold_line(), [an_item("960.00"), an_item("240.00", number=2, day=date(2026, 3, 20))])

    entry = entry_for(earned, legal_entity="MER", run_id=RUN, period=month_of(MONDAY))

    check(entry)
    assert [(line.account, line.amount) for line in entry.lines] == [
        (PostingRole.CONTRACT_ASSET, Decimal("1200.00")),
        (PostingRole.REVENUE, Decimal("-1200.00")),
    ]
    assert (entry.on, entry.service) == (date(2026, 3, 31), earned.service)
    assert (earned.service.starts_on, earned.service.ends_before) == (MONDAY, date(2026, 3, 21))
    assert entry.thread_id == earned.line.thread_id


def test_a_preview_has_no_ids() -> None:
    line = recognised(Earned(a_sold_line(), [an_item("960.00")]), run_id=None)

    assert (line.id, line.entry_id) == (None, None)


values = st.integers(-(10**8), 10**8).map(lambda cents: Decimal(cents).scaleb(-2))
deliveries = st.lists(st.tuples(values, st.integers(1, 3), st.integers(0, 60)), max_size=30)


@given(deliveries, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(delivered: list[tuple[Decimal, int, int]], chance: random.Random) -> None:
    items = [
        DeliveredItem(UUID(int=number), UUID(int=line), UUID(int=77), MONDAY + timedelta(days=day), value)
        for number, (value, line, day) in enumerate(delivered)
    ]
    lines = [a_sold_line(number) for number in (1, 2, 3)]

    shuffled = chance.sample(items, len(items))

    assert earned_by_line(shuffled, lines) == earned_by_line(items, lines)
    assert sum((one.amount for one in earned_by_line(items, lines)), Decimal()) == sum(
        (item.value for item in items), Decimal()
    )

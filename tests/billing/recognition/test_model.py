"""Revenue is what was delivered, once, whatever the order in which its pieces arrived."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import Source, SourceKind, check, entry_id
from services.billing.progress.model import Measurement
from services.billing.recognition.model.earned import (
    DeliveredItem,
    Earned,
    MeasuredLine,
    SoldLine,
    earned_by_line,
    entry_for,
    measured,
    recognised,
    recognised_line_id,
)
from services.billing.recognition.model.losses import provided_entry, provisions_for
from services.billing.recognition.model.methods import CostEstimate, Obligation, RecognitionMethod
from shared.period import month_of
from tests.support.billing import MONDAY

RUN = UUID(int=5)
MARCH = month_of(MONDAY)


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


def test_what_was_paid_as_an_agent_is_no_revenue() -> None:
    item = replace(an_item("105.00"), paid_on=Decimal(100))
    line = replace(a_sold_line(before="210.00"), recognised_otherwise=Decimal(5), paid_on_before=Decimal(200))
    earned = Earned(line, [item])

    entry = entry_for(earned, legal_entity="MER", run_id=RUN, period=month_of(MONDAY))

    assert [(side.account, side.amount) for side in entry.lines] == [
        (PostingRole.CONTRACT_ASSET, Decimal(105)),
        (PostingRole.RECOVERABLE, Decimal(-100)),
        (PostingRole.REVENUE, Decimal(-5)),
    ]
    assert [earned.revenue, line.revenue_before, recognised(earned, run_id=RUN).paid_on] == [5, 15, 100]
    at_cost = Earned(replace(a_sold_line(), is_at_cost=True), [an_item("5.00")])
    entry = entry_for(at_cost, legal_entity="MER", run_id=RUN, period=month_of(MONDAY))
    assert entry.lines[-1].account is PostingRole.REIMBURSABLE_REVENUE


def a_measured_line(
    spent: str = "300", *, before: str = "100.00", recognised_for: date | None = None, **different: Any
) -> MeasuredLine:
    """Give a line over 1000 by cost, of whose 1200 so much was spent."""
    measurement = Measurement(
        UUID(int=8), UUID(int=77), None, "cost", MONDAY, Decimal(spent), Decimal(1200), Decimal(spent), Decimal(1200),
        "EUR", "petra",
    )  # fmt: skip
    told = {"price": Decimal(1000), "method": RecognitionMethod.COST_TO_COST, "measurement": measurement, **different}
    obligation = Obligation(currency="EUR", days=month_of(MONDAY), **told)
    estimate = CostEstimate(UUID(int=8), None, Decimal(spent), Decimal(1200)) if told["measurement"] else None
    return MeasuredLine(a_sold_line(before=before), obligation, recognised_for, True, Decimal(40), estimate)


def test_a_measured_line_earns_the_difference_to_what_was_recognised_and_says_why() -> None:
    earned = measured(a_measured_line(), MARCH)

    assert earned is not None
    line = recognised(earned, run_id=RUN)
    assert (line.amount, line.cumulative, line.item_count) == (Decimal("150.00"), Decimal("250.00"), 0)
    assert (line.method, line.measurement_id) == (RecognitionMethod.COST_TO_COST, UUID(int=8))
    assert line.basis == f"300.00 of 1200.00 on {MONDAY}, 25.0000 % of 1000.00 EUR"
    assert (line.id, line.entry_id is not None) == (recognised_line_id(RUN, UUID(int=1)), True)
    assert earned.service == MARCH
    assert not earned.is_beyond


def test_a_later_month_that_was_recognised_makes_an_earlier_one_old_and_the_same_month_goes_on() -> None:
    assert measured(a_measured_line(recognised_for=date(2026, 4, 1)), MARCH) is None
    assert measured(a_measured_line(recognised_for=MARCH.starts_on), MARCH) is not None
    assert measured(a_measured_line(measurement=None), MARCH) is None


def test_what_passes_with_time_is_of_the_whole_month_and_of_no_measurement() -> None:
    earned = measured(a_measured_line(method=RecognitionMethod.RATABLE), MARCH)

    assert earned is not None and earned.measured is not None
    assert (earned.measured.earned, earned.measured.measurement_id) == (Decimal(1000), None)
    assert earned.measured.basis.startswith("100.0000 % of 1000.00 EUR by time")


def test_what_comes_beyond_the_price_of_a_measured_line_is_an_entry_of_its_own() -> None:
    overage = Earned(replace(a_sold_line(), is_measured=True), [an_item("20.00")])
    usual = Earned(a_sold_line(), [an_item("20.00")])

    assert (overage.is_beyond, usual.is_beyond) == (True, False)
    line, other = (recognised(one, run_id=RUN) for one in (overage, usual))
    assert (line.basis, other.basis) == ("beyond the price, as delivered", None)
    assert line.id != other.id
    assert line.entry_id == entry_id(Source(SourceKind.RECOGNITION, line.id))  # type: ignore[arg-type]


def test_work_on_several_projects_is_of_none_of_them() -> None:
    elsewhere = replace(an_item("1.00", number=2), project_id=UUID(int=78))

    assert Earned(a_sold_line(), [an_item("1.00")]).project_id == UUID(int=77)
    assert Earned(a_sold_line(), [an_item("1.00"), elsewhere]).project_id is None


def test_a_loss_is_provided_for_by_contract_as_the_difference_to_what_stands() -> None:
    half = a_measured_line("600", price=Decimal(500))
    lines = [half, replace(half, line=a_sold_line(2))]

    [provided] = provisions_for(lines, MARCH, run_id=RUN)

    assert (provided.amount, provided.cumulative) == (Decimal("60.00"), Decimal("100.00"))
    assert provided.entry_id == entry_id(Source(SourceKind.RECOGNITION, provided.id, "loss"))  # type: ignore[arg-type]
    [seen] = provisions_for(lines, MARCH, run_id=None)
    assert (seen.id, seen.entry_id) == (None, None)
    entry = provided_entry(provided, legal_entity="MER", period=MARCH)
    assert [(side.account, side.amount) for side in entry.lines] == [
        (PostingRole.CONTRACT_LOSS, Decimal(60)),
        (PostingRole.LOSS_PROVISION, Decimal(-60)),
    ]


def test_a_loss_is_not_provided_for_without_a_policy_by_time_twice_or_for_an_earlier_month() -> None:
    line = a_measured_line("600")

    assert provisions_for([replace(line, provides_for_losses=False)], MARCH, run_id=RUN) == []
    assert provisions_for([a_measured_line(method=RecognitionMethod.RATABLE)], MARCH, run_id=RUN) == []
    assert provisions_for([a_measured_line("600", recognised_for=date(2026, 4, 1))], MARCH, run_id=RUN) == []
    assert provisions_for([replace(line, provided=Decimal("100.00"))], MARCH, run_id=RUN) == []
    [released] = provisions_for([a_measured_line(measurement=None)], MARCH, run_id=RUN)
    assert [released.amount, released.cumulative] == [-40, 0]


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

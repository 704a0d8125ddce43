"""Which premium counts for a day of work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.billing.premiums.model import (
    CountedBy,
    HolidaysOfWhere,
    OvertimeBeyondWhat,
    Premium,
    PremiumEndsTooEarly,
    PremiumForBoth,
    PremiumKind,
    PremiumOverlaps,
    Time,
    check_overlap,
    choose,
    overtime,
)
from services.billing.rates.model import on_top, with_premium
from shared.ids import new_id
from shared.money import money
from shared.period import Period

CONTRACT, CUSTOMER = UUID(int=1), UUID(int=2)
SATURDAY, SUNDAY = date(2026, 3, 7), date(2026, 3, 8)
FIRST_OF_MAY = date(2027, 5, 1)  # a Saturday
YEARS = Period(date(2026, 1, 1))


def a_premium(kind: PremiumKind, percent: str, **different: Any) -> Premium:
    """Agree a premium for everybody, for years."""
    return Premium(new_id(), kind, Decimal(percent), **{"period": YEARS, **different})


def counting(day: date, *premiums: Premium, holidays: set[date] | None = None) -> Premium | None:
    known = {one.id: holidays or set() for one in premiums}
    return choose(premiums, day, contract_id=CONTRACT, customer_id=CUSTOMER, holidays=known)


def test_what_is_agreed_for_the_contract_counts_first_then_with_the_customer_then_everywhere() -> None:
    everywhere = a_premium(PremiumKind.SATURDAY, "50")
    customers = a_premium(PremiumKind.SATURDAY, "40", customer_id=CUSTOMER)
    contracts = a_premium(PremiumKind.SATURDAY, "30", contract_id=CONTRACT)
    others = a_premium(PremiumKind.SATURDAY, "99", contract_id=new_id())

    assert counting(SATURDAY, everywhere, customers, contracts, others) is contracts
    assert counting(SATURDAY, everywhere, customers, others) is customers
    assert counting(SATURDAY, everywhere, others) is everywhere
    assert counting(SATURDAY, others) is None
    assert counting(SATURDAY, contracts, everywhere, customers) is contracts
    assert counting(SATURDAY, customers, everywhere) is customers
    assert counting(SATURDAY, a_premium(PremiumKind.SATURDAY, "99", customer_id=new_id())) is None


def test_nought_agreed_for_a_contract_takes_it_out() -> None:
    nothing = a_premium(PremiumKind.SUNDAY, "0", contract_id=CONTRACT)

    assert counting(SUNDAY, a_premium(PremiumKind.SUNDAY, "100"), nothing) is nothing


def test_each_kind_fits_its_days_within_its_period() -> None:
    saturday = a_premium(PremiumKind.SATURDAY, "25", period=Period(SATURDAY, SUNDAY))

    assert counting(SATURDAY, saturday) is saturday
    assert counting(SUNDAY, saturday) is None
    assert counting(date(2026, 3, 14), saturday) is None
    assert counting(date(2026, 3, 6), saturday) is None


def test_of_several_kinds_that_fit_a_day_the_highest_counts_by_itself() -> None:
    saturday = a_premium(PremiumKind.SATURDAY, "25")
    holiday = a_premium(PremiumKind.HOLIDAY, "125", country="DE")

    assert counting(FIRST_OF_MAY, saturday, holiday, holidays={FIRST_OF_MAY}) is holiday
    assert counting(FIRST_OF_MAY, saturday, holiday) is saturday


def test_the_rate_with_its_premium_is_rounded_to_the_cent() -> None:
    assert with_premium(money("95.55 EUR"), Decimal(25)) == money("119.44 EUR")
    assert with_premium(money("95.555 EUR"), None) == money("95.555 EUR")
    assert with_premium(money("95.555 EUR"), Decimal(0)) == money("95.555 EUR")


def test_two_for_the_same_never_share_a_day() -> None:
    standing = a_premium(PremiumKind.SATURDAY, "25", period=Period(date(2026, 1, 1), date(2026, 7, 1)))

    check_overlap(a_premium(PremiumKind.SATURDAY, "30", period=Period(date(2026, 7, 1))), [standing])
    check_overlap(a_premium(PremiumKind.SATURDAY, "30", contract_id=CONTRACT), [standing])
    with pytest.raises(PremiumOverlaps):
        check_overlap(a_premium(PremiumKind.SATURDAY, "30"), [standing])
    check_overlap(standing, [standing])


@pytest.mark.parametrize(
    ("kind", "said", "refusal"),
    [
        (PremiumKind.SATURDAY, {"contract_id": CONTRACT, "customer_id": CUSTOMER}, PremiumForBoth),
        (PremiumKind.SATURDAY, {"country": "DE"}, HolidaysOfWhere),
        (PremiumKind.HOLIDAY, {}, HolidaysOfWhere),
        (PremiumKind.HOLIDAY, {"region": "BY"}, HolidaysOfWhere),
        (PremiumKind.SATURDAY, {"region": "BY"}, HolidaysOfWhere),
        (PremiumKind.OVERTIME, {}, OvertimeBeyondWhat),
        (PremiumKind.OVERTIME, {"counted_by": CountedBy.DAY}, OvertimeBeyondWhat),
        (PremiumKind.OVERTIME, {"beyond_minutes": 480}, OvertimeBeyondWhat),
        (PremiumKind.SATURDAY, {"counted_by": CountedBy.DAY, "beyond_minutes": 480}, OvertimeBeyondWhat),
        (PremiumKind.SATURDAY, {"beyond_minutes": 480}, OvertimeBeyondWhat),
        (PremiumKind.SATURDAY, {"counted_by": CountedBy.DAY}, OvertimeBeyondWhat),
        (PremiumKind.OVERTIME, {"counted_by": CountedBy.DAY, "beyond_minutes": 24 * 60}, OvertimeBeyondWhat),
        (PremiumKind.OVERTIME, {"counted_by": CountedBy.WEEK, "beyond_minutes": 7 * 24 * 60}, OvertimeBeyondWhat),
    ],
)
def test_what_is_not_clear_is_refused(kind: PremiumKind, said: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        a_premium(kind, "25", **said).check()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (PremiumKind.SATURDAY, {"contract_id": CONTRACT}),
        (PremiumKind.SUNDAY, {"customer_id": CUSTOMER}),
        (PremiumKind.HOLIDAY, {"country": "DE"}),
        (PremiumKind.HOLIDAY, {"country": "DE", "region": "BY"}),
        (PremiumKind.OVERTIME, {"counted_by": CountedBy.DAY, "beyond_minutes": 24 * 60 - 1}),
        (PremiumKind.OVERTIME, {"counted_by": CountedBy.WEEK, "beyond_minutes": 7 * 24 * 60 - 1}),
    ],
)
def test_what_is_clear_is_agreed(kind: PremiumKind, said: dict[str, Any]) -> None:
    a_premium(kind, "25", **said).check()


def beyond(minutes: int, *, by: CountedBy = CountedBy.DAY, percent: str = "25", **different: Any) -> Premium:
    """Agree overtime beyond so many minutes."""
    return a_premium(PremiumKind.OVERTIME, percent, counted_by=by, beyond_minutes=minutes, **different)


def late(*worked: tuple[date, int], steps: list[Premium], increment: int = 1) -> dict[tuple[int, int], int]:
    """The minutes on top of each entry by each step, by their places; the last entry was heard of first."""
    times = [
        Time(UUID(int=place), day, minutes, -(-minutes // increment) * increment)
        for place, (day, minutes) in enumerate(worked)
    ]
    found = overtime(reversed(times), steps, contract_id=CONTRACT, customer_id=CUSTOMER, increment=increment)
    places = {step.id: place for place, step in enumerate(steps)}
    return {(entry_id.int, places[step_id]): minutes for (entry_id, step_id), minutes in found.items()}


def test_overtime_is_what_is_beyond_the_minutes_of_a_day_in_the_order_of_days_and_entries() -> None:
    monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)

    assert late((tuesday, 480), (monday, 450), (monday, 90), steps=[beyond(480)]) == {(2, 0): 60}
    assert late((monday, 480), steps=[beyond(480)]) == {}
    assert late((monday, 10), steps=[beyond(0)]) == {(0, 0): 10}


def test_overtime_by_the_week_counts_from_monday_to_sunday() -> None:
    week = [beyond(600, by=CountedBy.WEEK)]
    monday, wednesday, next_monday = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 9)

    assert late((monday, 480), (wednesday, 240), (SUNDAY, 30), (next_monday, 480), steps=week) == {
        (1, 0): 120,
        (2, 0): 30,
    }


def test_each_minute_has_the_highest_step_that_it_is_beyond() -> None:
    steps = [beyond(480), beyond(600, percent="50"), beyond(600, by=CountedBy.WEEK, percent="30")]

    assert late((SATURDAY, 660), steps=steps[:2]) == {(0, 0): 120, (0, 1): 60}
    assert late((SATURDAY, 660), steps=steps) == {(0, 0): 120, (0, 1): 60}
    assert late((SATURDAY, 300), (SUNDAY, 360), steps=steps) == {(1, 2): 60}


def test_overtime_agreed_for_the_contract_replaces_all_steps_of_the_customer_and_these_everybodys() -> None:
    everybody, customers = beyond(300), beyond(360, customer_id=CUSTOMER)
    contracts = [beyond(480, contract_id=CONTRACT), beyond(540, percent="50", contract_id=CONTRACT)]
    others = [beyond(0, contract_id=new_id()), beyond(0, customer_id=new_id())]
    over = beyond(0, period=Period(date(2026, 1, 1), SATURDAY), contract_id=CONTRACT)

    assert late((SATURDAY, 600), steps=[everybody, customers, *contracts, *others, over]) == {(0, 2): 60, (0, 3): 60}
    assert late((SATURDAY, 600), steps=[everybody, customers, *others]) == {(0, 1): 240}
    assert late((SATURDAY, 600), steps=[everybody, *others]) == {(0, 0): 300}
    assert late((SATURDAY, 600), steps=[*others, a_premium(PremiumKind.SATURDAY, "50")]) == {}


def test_what_is_taken_back_is_no_overtime_and_makes_room() -> None:
    day = (SATURDAY, 480)

    assert late(day, (SATURDAY, -120), (SATURDAY, 180), steps=[beyond(480)]) == {(2, 0): 60}
    assert late(day, (SATURDAY, 60), (SATURDAY, 0), steps=[beyond(480)]) == {(1, 0): 60}


def test_overtime_is_billed_in_whole_increments_of_what_is_billed() -> None:
    assert late((SATURDAY, 481), steps=[beyond(480)], increment=60) == {(0, 0): 60}
    assert late((SATURDAY, 541), steps=[beyond(480), beyond(500, percent="50")], increment=15) == {
        (0, 0): 30,
        (0, 1): 45,
    }
    short = Time(UUID(int=1), SATURDAY, 500, billed=5)
    assert list(
        overtime([short], [beyond(480)], contract_id=CONTRACT, customer_id=CUSTOMER, increment=15).values()
    ) == [5]


def test_overtime_is_no_premium_of_a_day() -> None:
    assert counting(SATURDAY, beyond(0)) is None
    assert counting(SUNDAY, beyond(0)) is None


@pytest.mark.parametrize(("of_day", "dearer"), [(None, "25.00"), ("10", "15.00"), ("25", "0.00"), ("50", "0.00")])
def test_overtime_costs_what_it_exceeds_the_premium_of_its_day_by(of_day: str | None, dearer: str) -> None:
    percent = None if of_day is None else Decimal(of_day)

    assert on_top(money("100.00 EUR"), percent, Decimal(25)) == money(f"{dearer} EUR")


def test_an_end_is_behind_the_start_and_never_moved_later() -> None:
    ended = a_premium(PremiumKind.SUNDAY, "50").ended(date(2026, 7, 1))

    assert ended.period == Period(date(2026, 1, 1), date(2026, 7, 1))
    assert ended.ended(date(2026, 7, 1)) == ended
    assert ended.ended(date(2026, 1, 2)).period == Period(date(2026, 1, 1), date(2026, 1, 2))
    for day in (date(2026, 1, 1), date(2026, 7, 2)):
        with pytest.raises(PremiumEndsTooEarly):
            ended.ended(day)

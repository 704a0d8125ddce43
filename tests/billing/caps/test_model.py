"""A cap is never exceeded by what is billed, and warns once at each threshold."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.caps.model import OpenWork, reached, within

amounts = st.decimals("-500", "1000", places=2)


def work_worth(*values: Decimal | int) -> list[OpenWork]:
    return [OpenWork(UUID(int=n), Decimal(value), Decimal(value)) for n, value in enumerate(values)]


def test_the_last_work_is_written_down_to_what_is_left() -> None:
    assert within(work_worth(300, 400, 500), Decimal(600)) == [
        (UUID(int=1), Decimal(-100)),
        (UUID(int=2), Decimal(-500)),
    ]


def test_what_a_correction_takes_back_makes_room() -> None:
    assert within(work_worth(300, -100, 400), Decimal(500)) == [(UUID(int=2), Decimal(-100))]


def test_a_raised_cap_gives_back_what_was_written_down_and_is_on_no_invoice() -> None:
    written_down = [OpenWork(UUID(int=1), uncapped=Decimal(500), value=Decimal(200))]

    assert within(written_down, Decimal(350)) == [(UUID(int=1), Decimal(150))]
    assert within(written_down, Decimal(200)) == []


@settings(deadline=None)
@given(values=st.lists(amounts, max_size=12), rooms=st.lists(st.decimals("-100", "3000", places=2), min_size=1))
def test_open_work_never_comes_to_more_than_there_is_room(values: list[Decimal], rooms: list[Decimal]) -> None:
    work = work_worth(*values)
    for room in rooms:
        changes = dict(within(work, room))
        work = [OpenWork(one.item_id, one.uncapped, one.value + changes.get(one.item_id, 0)) for one in work]
        worth = sum((one.value for one in work), Decimal())
        assert worth == min(sum(values), max(room, Decimal())) or sum(values) < 0 or worth <= max(room, Decimal())
        assert worth <= max(room, Decimal())
        assert all(0 <= one.value <= one.uncapped or one.value == one.uncapped for one in work)
        assert within(work, room) == []


@settings(deadline=None)
@given(billed=st.lists(st.lists(st.decimals("0", "400", places=2), max_size=4), max_size=6), cap=st.integers(0, 1000))
def test_a_cap_is_never_exceeded_by_all_that_is_billed(billed: list[list[Decimal]], cap: int) -> None:
    so_far = Decimal()
    for values in billed:
        work = work_worth(*values)
        changes = dict(within(work, Decimal(cap) - so_far))
        so_far += sum((one.value + changes.get(one.item_id, Decimal()) for one in work), Decimal())
        assert so_far <= cap
    assert so_far == min(Decimal(cap), sum((sum(values, Decimal()) for values in billed), Decimal()))


@pytest.mark.parametrize(
    ("recorded", "expected"), [("0", []), ("749.99", []), ("750", [75]), ("950", [75, 90]), ("2000", [75, 90, 100])]
)
def test_thresholds_are_reached_by_what_was_recorded(recorded: str, expected: list[int]) -> None:
    assert reached(Decimal(recorded), Decimal(1000)) == expected

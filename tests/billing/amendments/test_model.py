"""What is agreed on a line on a day: as sold, and whatever was amended until then."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.contracts.model import (
    Amendment,
    Contract,
    LineChange,
    Method,
    NegativeTerm,
    NewLineIncomplete,
    check_terms,
    ends_before_on,
    terms_on,
)
from tests.support.billing import a_contract, a_contract_line

APRIL = date(2026, 4, 1)
FEE, NEW = UUID(int=1), UUID(int=2)


def a_contract_of_a_fee(amount: str = "1000") -> Contract:
    return a_contract(a_contract_line(Method.FIXED_FEE_PERCENT, amount, line_id=FEE))


def an_amendment(*changes: LineChange, number: str = "1", on: date = APRIL, **different: date) -> Amendment:
    return Amendment(
        id=UUID(int=int(number)),
        contract_id=UUID(int=9),
        number=number,
        approved_on=on,
        effective_on=on,
        client_approver="Clara Vogt",
        reason="More scope",
        changes=changes,
        **different,
    )


def test_an_amendment_counts_from_its_day_on() -> None:
    [line] = a_contract_of_a_fee("1000").lines
    more = an_amendment(LineChange(FEE, Decimal(350), cap_delta=Decimal(40), minutes_delta=60))

    before, after = (terms_on(line, [more], day) for day in (APRIL - timedelta(days=1), APRIL))

    assert (before.amount, before.cap) == (Decimal(1000), None)
    assert (after.amount, after.cap, after.minutes) == (Decimal(1350), Decimal(40), 60)


def test_the_end_moves_with_the_amendment_that_comes_into_force_last() -> None:
    contract = a_contract_of_a_fee()
    first = an_amendment(number="1", new_ends_before=date(2026, 9, 1))
    second = an_amendment(number="2", on=date(2026, 5, 1), new_ends_before=date(2026, 8, 1))

    assert ends_before_on(contract, [second, first]) == date(2026, 8, 1)
    assert ends_before_on(contract, [second, first], APRIL) == date(2026, 9, 1)


def test_a_line_that_was_not_sold_stands_behind_the_sold_ones() -> None:
    contract = a_contract_of_a_fee()
    new = LineChange(NEW, Decimal(500), description="Training", method=Method.FIXED_FEE_MILESTONE)

    contract.add_lines([an_amendment(new)])

    added = contract.line(NEW)
    assert (added.position, added.amount, added.added_by) == (2, Decimal(0), UUID(int=1))
    assert terms_on(added, [an_amendment(new)]).amount == Decimal(500)


def test_a_new_line_says_what_it_is() -> None:
    with pytest.raises(NewLineIncomplete):
        a_contract_of_a_fee().add_lines([an_amendment(LineChange(NEW, Decimal(500)))])


@pytest.mark.parametrize("change", [LineChange(FEE, Decimal(-1001)), LineChange(FEE, cap_delta=Decimal(-1))])
def test_nothing_is_amended_to_less_than_nothing(change: LineChange) -> None:
    with pytest.raises(NegativeTerm):
        check_terms(a_contract_of_a_fee("1000"), [an_amendment(change)])


deltas = st.lists(st.integers(-500, 500), max_size=6)


@settings(deadline=None)
@given(deltas=deltas, data=st.data())
def test_however_amendments_are_heard_of_the_terms_are_the_same(deltas: list[int], data: st.DataObject) -> None:
    heard = [
        an_amendment(
            LineChange(FEE, Decimal(delta)),
            LineChange(NEW, Decimal(delta), description=f"As {number} says", method=Method.EXPENSE),
            number=str(number),
            on=APRIL + timedelta(days=number % 3),
        )
        for number, delta in enumerate(deltas, 1)
    ]
    told, other = a_contract_of_a_fee(), a_contract_of_a_fee()
    told.add_lines(heard)

    shuffled = data.draw(st.permutations(heard))
    for many in range(len(shuffled) + 1):
        other.add_lines(shuffled[:many])

    assert [asdict(line) for line in told.lines] == [asdict(line) for line in other.lines]
    assert terms_on(told.line(FEE), heard) == terms_on(other.line(FEE), shuffled)
    assert terms_on(told.line(FEE), heard).amount == 1000 + sum(deltas)

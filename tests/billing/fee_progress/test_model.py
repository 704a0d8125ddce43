"""How far a fee is billed follows the unrounded fraction, from nothing up to all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.progress.model import Measurement, latest

LINE, OTHER = UUID(int=1), UUID(int=2)
amounts = st.decimals("0", "1000000", places=2)
parts = st.decimals("-10", "1000", places=3)


def measured(
    numerator: Decimal | int, denominator: Decimal | int, *, day: int = 1, line: UUID | None = LINE, number: int = 1
) -> Measurement:
    return Measurement(
        id=UUID(int=number),
        project_id=UUID(int=77),
        contract_line_id=line,
        method="cost",
        measured_on=date(2026, 3, day),
        numerator=Decimal(numerator),
        denominator=Decimal(denominator),
        cost_to_date=None,
        cost_at_completion=None,
        currency="EUR",
        measured_by="petra",
    )


def test_the_fraction_is_not_rounded_before_the_fee_is() -> None:
    assert measured(420, 820).of(Decimal(1350000), "EUR") == Decimal("691463.41")


def test_nothing_measured_against_nothing_is_nothing() -> None:
    assert measured(5, 0).of(Decimal(1000), "EUR") == 0
    assert measured(5, 0).percent == 0


@settings(deadline=None)
@given(fee=amounts, numerator=parts, more=parts, denominator=parts)
def test_more_progress_never_bills_less_and_all_of_it_bills_the_fee(
    fee: Decimal, numerator: Decimal, more: Decimal, denominator: Decimal
) -> None:
    some = measured(numerator, denominator).of(fee, "EUR")

    assert 0 <= some <= fee
    assert measured(numerator + abs(more), denominator).of(fee, "EUR") >= some
    assert measured(denominator, denominator).of(fee, "EUR") == (fee if denominator > 0 else 0)


def test_the_latest_day_counts_of_the_line_or_of_the_whole_contract() -> None:
    early, whole = measured(1, 4, day=1), measured(1, 2, day=9, line=None, number=2)
    elsewhere, later_that_day = measured(3, 4, day=20, line=OTHER, number=3), measured(2, 3, day=9, number=4)

    assert latest([whole, early, elsewhere], LINE) == whole
    assert latest([later_that_day, whole, early], LINE) == later_that_day
    assert latest([replace(whole, id=UUID(int=9)), later_that_day], LINE) == later_that_day
    assert latest([elsewhere], LINE) is None

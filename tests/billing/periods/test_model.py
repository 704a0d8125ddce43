"""A month goes from open over closing to closed, and back only with a reason."""

from __future__ import annotations

from datetime import date

import pytest

from services.billing.periods.model import (
    BadMonth,
    FiscalPeriod,
    PeriodNotClosed,
    PeriodNotOpen,
    PeriodStatus,
    month,
    period_id,
)
from shared.period import Period

MARCH = date(2026, 3, 1)


def a_month(status: PeriodStatus = PeriodStatus.OPEN) -> FiscalPeriod:
    """Give March of our legal entity."""
    return FiscalPeriod(period_id("MER", MARCH), "MER", MARCH, date(2026, 4, 1), status)


def test_a_month_is_closed_from_open_or_from_closing() -> None:
    at_once, in_steps = a_month(), a_month()

    at_once.close()
    in_steps.begin_closing()
    in_steps.close()

    assert (at_once.status, in_steps.status) == (PeriodStatus.CLOSED, PeriodStatus.CLOSED)


@pytest.mark.parametrize("status", [PeriodStatus.CLOSING, PeriodStatus.CLOSED])
def test_closing_begins_once(status: PeriodStatus) -> None:
    with pytest.raises(PeriodNotOpen):
        a_month(status).begin_closing()


def test_a_closed_month_is_not_closed_again() -> None:
    with pytest.raises(PeriodNotOpen):
        a_month(PeriodStatus.CLOSED).close()


@pytest.mark.parametrize("status", [PeriodStatus.CLOSING, PeriodStatus.CLOSED])
def test_a_shut_month_is_opened_again(status: PeriodStatus) -> None:
    shut = a_month(status)

    shut.reopen()

    assert shut.status is PeriodStatus.OPEN


def test_an_open_month_is_not_opened_again() -> None:
    with pytest.raises(PeriodNotClosed):
        a_month().reopen()


def test_a_month_is_read_from_year_and_number() -> None:
    assert month("2026-12") == Period(date(2026, 12, 1), date(2027, 1, 1))


@pytest.mark.parametrize("text", ["2026", "2026-13", "March", "2026-03-01", ""])
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(BadMonth):
        month(text)

"""Periods begin on their first day and end before their last."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.period import Period, month_of, week_of

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
lengths = st.integers(1, 400)
ended = st.builds(lambda start, length: Period(start, start + timedelta(days=length)), days, lengths)
periods = ended | st.builds(Period, days)


@given(days)
def test_a_day_lies_in_its_week_and_its_month(day: date) -> None:
    assert day in week_of(day)
    assert day in month_of(day)
    assert len(list(week_of(day).days())) == 7


@given(days)
def test_months_follow_each_other_without_gap_or_overlap(day: date) -> None:
    this = month_of(day)
    assert this.ends_before is not None
    following = month_of(this.ends_before)
    assert following.starts_on == this.ends_before
    assert not this.overlaps(following)


@given(periods, periods)
def test_overlapping_is_sharing_a_day(one: Period, other: Period) -> None:
    shared_day = max(one.starts_on, other.starts_on)
    assert one.overlaps(other) == other.overlaps(one) == (shared_day in one and shared_day in other)


def test_a_period_must_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(date(2026, 3, 2), date(2026, 3, 2))


def test_a_period_without_end_has_no_last_day() -> None:
    with pytest.raises(ValueError, match="no last day"):
        list(Period(date(2026, 3, 2)).days())

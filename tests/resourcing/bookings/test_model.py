"""Nobody's capacity is exceeded silently."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resourcing.bookings.model import (
    BadMinutesPerDay,
    Booking,
    BookingCancelled,
    BookingKind,
    DayOver,
    NoWorkingDay,
    Overbooked,
    by_week,
    even_minutes,
    minutes_taken,
)
from services.resourcing.calendars.model import WorkDay
from tests.support.resourcing import FRIDAY, MONDAY, NEXT_MONDAY, a_booking, a_day, a_week

TUESDAY = MONDAY + timedelta(days=1)
DAYS = st.builds(
    lambda minutes, holidays, leave: [
        a_day(MONDAY + timedelta(days=number), one, holiday="Holiday" if closed else None, on_leave=away)
        for number, (one, closed, away) in enumerate(zip(minutes, holidays, leave, strict=True))
    ],
    st.lists(st.sampled_from([0, 240, 480]), min_size=7, max_size=7),
    st.lists(st.booleans(), min_size=7, max_size=7),
    st.lists(st.booleans(), min_size=7, max_size=7),
)
MEASURES = st.lists(st.integers(1, 960), max_size=6)


def test_a_booking_takes_its_measure_of_every_working_day() -> None:
    booking = a_booking(240)

    booking.fit(a_week(), {}, None)

    assert booking.planned_minutes == 5 * 240


def test_a_booking_takes_nothing_of_holidays_and_days_off() -> None:
    days = [a_day(MONDAY, holiday="Holiday"), *a_week()[1:]]

    assert [a_booking().minutes_on(day) for day in days] == [0, 480, 480, 480, 480, 0, 0]


def test_overbooking_is_refused_naming_the_days_and_how_much_over() -> None:
    taken = minutes_taken([a_booking(240, ends_before=MONDAY + timedelta(days=2))], a_week())

    with pytest.raises(Overbooked, match=r"2026-03-02 by 240 minutes, 2026-03-03 by 240 minutes\."):
        a_booking(480).fit(a_week(), taken, None)


def test_many_days_are_named_in_part_and_counted() -> None:
    days = [day for week in range(3) for day in a_week(240, starts_on=MONDAY + timedelta(weeks=week))]

    with pytest.raises(Overbooked, match=r"and 5 more days\."):
        a_booking(480, ends_before=MONDAY + timedelta(weeks=3)).fit(days, {}, None)


def test_working_on_leave_is_overbooking() -> None:
    with pytest.raises(Overbooked, match="2026-03-06 by 480 minutes"):
        a_booking().fit(a_week(leave=[FRIDAY]), {}, None)


def test_overbooking_is_confirmed_with_a_reason_that_stays() -> None:
    booking = a_booking(600)

    over = booking.fit(a_week(), {}, "go-live")

    assert over[0] == DayOver(MONDAY, 120)
    assert (len(over), booking.overbooking_reason) == (5, "go-live")


def test_a_reason_without_overbooking_is_not_kept() -> None:
    booking = a_booking()

    assert booking.fit(a_week(), {}, "just in case") == []
    assert booking.overbooking_reason is None


def test_blanks_are_no_reason() -> None:
    with pytest.raises(Overbooked):
        a_booking(600).fit(a_week(), {}, "  ")


def test_a_booking_needs_a_working_day() -> None:
    with pytest.raises(NoWorkingDay):
        a_booking().fit([a_day(MONDAY, 0)], {}, None)


@pytest.mark.parametrize("minutes", [0, 1441])
def test_a_booking_takes_at_most_a_day_of_a_day(minutes: int) -> None:
    with pytest.raises(BadMinutesPerDay):
        a_booking(minutes).fit(a_week(), {}, None)


@given(DAYS, MEASURES)
def test_without_a_reason_no_day_is_ever_booked_above_its_capacity(days: list[WorkDay], measures: list[int]) -> None:
    accepted: list[Booking] = []
    for minutes in measures:
        booking = a_booking(minutes)
        try:
            booking.fit(days, minutes_taken(accepted, days), None)
        except (Overbooked, NoWorkingDay):
            continue
        accepted.append(booking)

    taken = minutes_taken(accepted, days)
    assert all(taken[day.day] <= day.capacity_minutes for day in days)


@given(DAYS, MEASURES, st.integers(1, 960))
def test_the_days_named_are_those_above_capacity_and_the_minutes_are_right(
    days: list[WorkDay], measures: list[int], minutes: int
) -> None:
    others, booking = [a_booking(one) for one in measures], a_booking(minutes)
    try:
        over = booking.fit(days, minutes_taken(others, days), "confirmed")
    except NoWorkingDay:
        return

    both = minutes_taken([*others, booking], days)
    expected = [
        DayOver(day.day, both[day.day] - day.capacity_minutes)
        for day in days
        if booking.minutes_on(day) and both[day.day] > day.capacity_minutes
    ]
    assert over == expected


@given(DAYS, MEASURES)
def test_a_week_adds_up(days: list[WorkDay], measures: list[int]) -> None:
    bookings = [
        a_booking(one, kind=BookingKind.SOFT if number % 2 else BookingKind.HARD) for number, one in enumerate(measures)
    ]

    [week] = by_week(days, bookings)

    assert week.capacity_minutes == week.calendar_minutes - week.holiday_minutes - week.leave_minutes
    booked = week.hard_minutes + week.soft_minutes
    assert week.free_minutes - week.over_minutes == week.capacity_minutes - booked
    assert booked == sum(minutes_taken(bookings, days).values())


@given(st.integers(1, 10**5), DAYS)
def test_even_minutes_cover_what_is_wanted_and_no_minute_a_day_more(minutes: int, days: list[WorkDay]) -> None:
    working = sum(1 for day in days if day.expected_minutes)
    even = even_minutes(minutes, days)

    if not working:
        assert even == 0
    else:
        assert (even - 1) * working < minutes <= even * working


def test_a_cancelled_booking_takes_nothing_and_cannot_be_cancelled_again() -> None:
    booking = a_booking()
    booking.cancel("client postponed")

    assert sum(booking.minutes_on(day) for day in a_week()) == booking.planned_minutes == 0
    with pytest.raises(BookingCancelled):
        booking.cancel("again")


@pytest.mark.parametrize(
    ("closed_on", "ends_before", "is_cancelled"),
    [
        (TUESDAY, date(2026, 3, 4), False),
        (MONDAY - timedelta(days=1), NEXT_MONDAY, True),
        (NEXT_MONDAY, NEXT_MONDAY, False),
    ],
    ids=["in the middle", "before it starts", "after it ended"],
)
def test_a_booking_ends_with_its_project(closed_on: date, ends_before: date, is_cancelled: bool) -> None:
    booking = a_booking()

    booking.end_with_project(closed_on)

    assert (booking.ends_before, booking.is_cancelled) == (ends_before, is_cancelled)

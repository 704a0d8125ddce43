"""Which step a late claim is due for: in order, after its days, and never two of them at once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.dunning.model import (
    FeeOutOfRange,
    Late,
    Step,
    StepsOutOfOrder,
    StepText,
    UnknownInLetter,
    UnsaidInOwnLanguage,
    check_steps,
    due_step,
)
from services.billing.legal_entities.model import Language

DUE = date(2026, 3, 1)
DAYS = (7, 21, 35)
ENGLISH, GERMAN, FRENCH = Language.ENGLISH, Language.GERMAN, Language.FRENCH
TEXT = StepText("Reminder", "Please pay {total} {currency}.")
STEPS = [Step(number, days, {ENGLISH: TEXT}, Decimal()) for number, days in enumerate(DAYS, start=1)]


def a_late_claim(last_step: int = 0, decided_on: date | None = None) -> Late:
    return Late(UUID(int=1), UUID(int=2), DUE, last_step, decided_on)


@pytest.mark.parametrize(("days", "expected"), [(6, None), (7, 1), (20, 1), (100, 1)])
def test_the_first_step_comes_first_however_late_a_claim_is(days: int, expected: int | None) -> None:
    found = due_step(a_late_claim(), STEPS, today=DUE + timedelta(days=days))

    assert (found and found.number) == expected


@pytest.mark.parametrize(("since", "expected"), [(13, None), (14, 2)])
def test_the_next_step_leaves_the_customer_the_days_between_the_two(since: int, expected: int | None) -> None:
    sent = DUE + timedelta(days=90)

    found = due_step(a_late_claim(1, sent), STEPS, today=sent + timedelta(days=since))

    assert (found and found.number) == expected


def test_nothing_comes_after_the_last_step() -> None:
    assert due_step(a_late_claim(3, DUE), STEPS, today=DUE + timedelta(days=900)) is None


def test_steps_follow_each_other_and_a_fee_is_a_small_amount() -> None:
    with pytest.raises(StepsOutOfOrder):
        check_steps([STEPS[1], STEPS[0]], own=ENGLISH)
    with pytest.raises(FeeOutOfRange):
        check_steps([Step(1, 7, {ENGLISH: TEXT}, Decimal("0.005"))], own=ENGLISH)


def test_a_step_is_said_in_the_language_of_the_firm_at_least_and_with_what_can_be_filled_in() -> None:
    with pytest.raises(UnsaidInOwnLanguage):
        check_steps(STEPS, own=GERMAN)
    with pytest.raises(UnknownInLetter):
        check_steps([Step(1, 7, {ENGLISH: TEXT, FRENCH: StepText("Rappel", "{salaire}")}, Decimal())], own=ENGLISH)
    check_steps(STEPS, own=ENGLISH)


@pytest.mark.parametrize(
    ("said_in", "wanted", "expected"),
    [
        ([ENGLISH, FRENCH], FRENCH, FRENCH),
        ([ENGLISH, FRENCH], GERMAN, ENGLISH),
        ([FRENCH], GERMAN, FRENCH),
    ],
)
def test_a_letter_is_in_the_customers_language_or_that_of_the_firm_or_as_it_can(
    said_in: list[Language], wanted: Language, expected: Language
) -> None:
    step = Step(1, 7, dict.fromkeys(said_in, TEXT), Decimal())

    assert step.language(wanted=wanted, own=ENGLISH) is expected


@given(st.lists(st.integers(0, 5), min_size=1, max_size=200))
def test_day_by_day_each_step_comes_once_in_order_and_not_before_its_days(waits: list[int]) -> None:
    """Whoever sends after however many days: the steps come as 1, 2, 3, each at least its days late."""
    today, last, decided_on, sent = DUE, 0, None, []
    for wait in waits:
        today += timedelta(days=wait)
        step = due_step(a_late_claim(last, decided_on), STEPS, today=today)
        if step is not None:
            last, decided_on = step.number, today
            sent.append((step.number, today))

    assert [number for number, _ in sent] == list(range(1, len(sent) + 1))
    assert all((day - DUE).days >= DAYS[number - 1] for number, day in sent)
    for (_, one), (number, other) in pairwise(sent):
        assert (other - one).days >= DAYS[number - 1] - DAYS[number - 2]

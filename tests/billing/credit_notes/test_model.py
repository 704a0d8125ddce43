"""The rules of crediting: never more than billed, to the cent and to the minute, by two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.credit_notes.model.credit_note import (
    CreditDiscarded,
    CreditedBeforeInvoiced,
    CreditedInFuture,
    CreditIssuedForGood,
    CreditNotADraft,
    CreditNotApproved,
    CreditNote,
    OwnCreditNote,
)
from services.billing.credit_notes.model.crediting import (
    Billed,
    Choice,
    HoursOrAmount,
    MoreThanBilled,
    NothingToCredit,
    NotOnThisInvoice,
    chosen,
    credited_lines,
    credited_taxes,
)
from services.billing.invoices.model import Line, Tax
from services.billing.legal_entities.model import TaxCategory
from shared.ids import new_id
from tests.support.billing import MONDAY, MONTH_END, NOON

TAXED = (TaxCategory.STANDARD, Decimal(19))
STANDARD = Tax(TaxCategory.STANDARD, Decimal(19), Decimal("99.99"), Decimal("19.00"), "")


def worked(number: int, minutes: int, amount: str, **different: object) -> Billed:
    """Describe an entry on the first line of an invoice."""
    day = MONDAY.replace(day=2 + number)
    told = {"position": 1, "day": day, "amount": Decimal(amount), "minutes": minutes, **different}
    return Billed(UUID(int=number), **told)  # type: ignore[arg-type]


def a_credit_note() -> CreditNote:
    """Describe a draft that Bella prepared."""
    return CreditNote(new_id(), new_id(), "Wrong month", False, prepared_by="bella", prepared_at=NOON)


def test_without_a_choice_all_that_is_left_is_credited() -> None:
    half_credited = worked(1, 120, "240.00", credited_minutes=60, credited_amount=Decimal(120))

    parts = chosen([half_credited, worked(2, 60, "120.00")], [], "EUR")

    assert [(part.minutes, part.amount) for part in parts] == [(60, Decimal(120)), (60, Decimal(120))]


def test_hours_of_a_line_are_taken_from_the_latest_work() -> None:
    billed = [worked(1, 480, "960.00"), worked(2, 480, "960.00")]

    parts = chosen(billed, [Choice(minutes=600, position=1)], "EUR")

    assert [(part.billed.day.day, part.minutes, part.amount) for part in parts] == [
        (4, 480, Decimal(960)),
        (3, 120, Decimal(240)),
    ]


def test_a_credited_line_names_what_is_credited_of_it() -> None:
    invoiced = Line(
        3, UUID(int=3), UUID(int=9), "Consultant", "Work", 960, Decimal(120), Decimal(1920), MONDAY, MONTH_END, *TAXED
    )
    billed = [worked(1, 480, "960.00", position=3), worked(2, 480, "960.00", position=3)]

    [line] = credited_lines(chosen(billed, [Choice(minutes=600, position=3)], "EUR"), [invoiced])

    assert (line.position, line.minutes, line.unit_price, line.net) == (1, 600, Decimal(120), Decimal(1200))
    assert (line.service_from, line.service_before) == (date(2026, 3, 3), date(2026, 3, 5))


@pytest.mark.parametrize(
    ("choice", "refusal"),
    [
        (Choice(minutes=961, position=1), MoreThanBilled),
        (Choice(minutes=481, item_id=UUID(int=1)), MoreThanBilled),
        (Choice(amount=Decimal(10), position=1), HoursOrAmount),
        (Choice(minutes=10, amount=Decimal(10), position=1), HoursOrAmount),
        (Choice(position=2), NotOnThisInvoice),
        (Choice(item_id=UUID(int=5)), NotOnThisInvoice),
    ],
)
def test_what_was_not_billed_is_not_credited(choice: Choice, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        chosen([worked(1, 480, "960.00"), worked(2, 480, "960.00")], [choice], "EUR")


def test_the_same_work_is_not_credited_twice_at_once() -> None:
    with pytest.raises(MoreThanBilled):
        chosen([worked(1, 480, "960.00")], [Choice(position=1), Choice(item_id=UUID(int=1))], "EUR")


def test_an_entry_that_was_taken_back_does_not_let_its_line_be_credited_beyond_what_it_came_to() -> None:
    wrong, back, right = worked(1, 480, "960.00"), worked(2, -480, "-960.00"), worked(3, 60, "120.00")

    with pytest.raises(MoreThanBilled):
        chosen([wrong, back, right], [Choice(item_id=wrong.item_id)], "EUR")


def test_a_fee_is_credited_by_its_amount() -> None:
    fee = Billed(UUID(int=1), 1, MONDAY, Decimal(8000), None, Decimal(3000))

    assert [part.amount for part in chosen([fee], [Choice(amount=Decimal(5000), position=1)], "EUR")] == [Decimal(5000)]
    with pytest.raises(MoreThanBilled):
        chosen([fee], [Choice(amount=Decimal("5000.01"), position=1)], "EUR")
    with pytest.raises(HoursOrAmount):
        chosen([fee], [Choice(minutes=60, position=1)], "EUR")


def test_a_part_of_an_hour_is_worth_its_part_rounded_and_the_whole_comes_out() -> None:
    third = worked(1, 60, "100.00")

    [first] = chosen([third], [Choice(minutes=20, position=1)], "EUR")
    again = replace(third, credited_amount=first.amount, credited_minutes=20)
    [second] = chosen([again], [Choice(minutes=20, position=1)], "EUR")
    last = replace(again, credited_amount=first.amount + second.amount, credited_minutes=40)
    [rest] = chosen([last], [Choice(minutes=20, position=1)], "EUR")

    assert [first.amount, second.amount, rest.amount] == [Decimal(one) for one in ("33.33", "33.34", "33.33")]


def test_what_is_worth_nothing_but_took_time_is_credited_with_the_rest() -> None:
    written_down, fee = worked(1, 60, "0.00"), Billed(UUID(int=2), 2, MONDAY, Decimal(100))
    gone = Billed(UUID(int=3), 2, MONDAY, Decimal(5), None, Decimal(5))

    parts = chosen([written_down, fee, gone], [], "EUR")

    assert [(part.minutes, part.amount) for part in parts] == [(60, Decimal(0)), (None, Decimal(100))]


def test_the_same_amount_is_not_chosen_twice_by_line_and_by_item() -> None:
    fee = Billed(UUID(int=1), 1, MONDAY, Decimal(100))
    twice = [Choice(amount=Decimal(10), position=1), Choice(amount=Decimal(10), item_id=fee.item_id)]

    with pytest.raises(MoreThanBilled):
        chosen([fee], twice, "EUR")


def test_what_takes_work_back_is_left_out_of_hours_that_are_credited() -> None:
    parts = chosen([worked(1, 60, "120.00"), worked(2, -30, "-60.00")], [Choice(minutes=30, position=1)], "EUR")

    assert [(part.billed.day.day, part.minutes, part.amount) for part in parts] == [(3, 30, Decimal(60))]


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "100.01"])
def test_a_fee_is_credited_by_more_than_nothing_and_no_more_than_is_left(amount: str) -> None:
    with pytest.raises((MoreThanBilled, NothingToCredit)):
        chosen([Billed(UUID(int=1), 1, MONDAY, Decimal(100))], [Choice(amount=Decimal(amount), position=1)], "EUR")


def test_time_is_credited_by_minutes_alone() -> None:
    with pytest.raises(HoursOrAmount):
        chosen([worked(1, 60, "120.00")], [Choice(amount=Decimal(60), position=1)], "EUR")


def test_the_lines_of_a_credit_note_stand_in_the_order_of_the_invoice_and_fees_have_their_amount_as_price() -> None:
    work = Line(1, UUID(int=3), UUID(int=9), "C", "Work", 60, Decimal(120), Decimal(120), MONDAY, MONTH_END, *TAXED)
    fee = replace(work, position=2, minutes=None, unit_price=Decimal(100), net=Decimal(100), staffing_role=None)
    billed = [Billed(UUID(int=2), 2, MONDAY, Decimal(100)), worked(1, 60, "120.00")]

    parts = chosen(billed, [Choice(amount=Decimal(40), position=2), Choice(position=1)], "EUR")
    first, second = credited_lines(parts, [work, fee])

    assert (first.position, first.minutes, first.net, first.unit_price) == (1, 60, Decimal(120), Decimal(120))
    assert (second.position, second.minutes, second.net, second.unit_price) == (2, None, Decimal(40), Decimal(40))


def test_tax_is_given_back_by_category_of_what_is_credited_alone() -> None:
    reduced = replace(STANDARD, rate=Decimal(7), net=Decimal("50.00"), tax=Decimal("3.50"))
    line = Line(1, UUID(int=3), UUID(int=9), None, "Work", 60, Decimal(1), Decimal("33.33"), MONDAY, MONTH_END, *TAXED)
    before = [replace(STANDARD, net=Decimal("33.33"), tax=Decimal("6.33")), replace(reduced, tax=Decimal("3.50"))]

    [tax] = credited_taxes([line], [STANDARD, reduced], before, "EUR")

    assert (tax.rate, tax.net, tax.tax) == (Decimal(19), Decimal("33.33"), Decimal("6.34"))


def test_nothing_left_is_nothing_to_credit() -> None:
    with pytest.raises(NothingToCredit):
        chosen([worked(1, 60, "120.00", credited_minutes=60, credited_amount=Decimal(120))], [], "EUR")


@given(
    minutes=st.lists(st.integers(1, 1440), min_size=1, max_size=6),
    rate=st.decimals("0.01", "999", places=2),
    bites=st.lists(st.integers(1, 900), max_size=20),
)
def test_bite_by_bite_exactly_what_was_billed_is_credited(minutes: list[int], rate: Decimal, bites: list[int]) -> None:
    billed = [worked(n, each, str((rate * each / 60).quantize(Decimal("0.01")))) for n, each in enumerate(minutes)]
    left = {one.item_id: one for one in billed}

    for bite in [*bites, None]:
        try:
            parts = chosen(list(left.values()), [Choice(minutes=bite, position=1)], "EUR")
        except (MoreThanBilled, NothingToCredit):
            continue
        for part in parts:
            one = part.billed
            so_far = one.credited_amount + part.amount, one.credited_minutes + (part.minutes or 0)
            assert 0 <= so_far[0] <= one.amount
            left[one.item_id] = replace(one, credited_amount=so_far[0], credited_minutes=so_far[1])

    assert sum(one.credited_amount for one in left.values()) == sum(one.amount for one in billed)


@given(st.lists(st.integers(1, 3333), min_size=1, max_size=8))
def test_tax_credited_bit_by_bit_comes_to_the_tax_of_the_invoice(cents: list[int]) -> None:
    before: list[Tax] = []
    nets = [Decimal(each) / 100 for each in cents]
    for net in [*nets, STANDARD.net - sum(nets)]:
        if net > 0 and sum((tax.net for tax in before), net) <= STANDARD.net:
            line = Line(1, UUID(int=3), UUID(int=9), None, "Work", 60, net, net, MONDAY, MONTH_END, *TAXED)
            before += credited_taxes([line], [STANDARD], before, "EUR")
            assert abs(before[-1].tax - net * 19 / 100) <= Decimal("0.01")

    if sum(tax.net for tax in before) == STANDARD.net:
        assert sum(tax.tax for tax in before) == STANDARD.tax


def test_two_people_stand_behind_a_credit_note() -> None:
    note = a_credit_note()
    with pytest.raises(OwnCreditNote):
        note.approve(by="bella", at=NOON, is_preparer=True)
    with pytest.raises(CreditNotApproved):
        note.issue(on=MONTH_END, today=MONTH_END, invoiced_on=MONDAY, is_preparer=False)

    note.approve(by="bruno", at=NOON, is_preparer=False)

    with pytest.raises(OwnCreditNote):
        note.issue(on=MONTH_END, today=MONTH_END, invoiced_on=MONDAY, is_preparer=True)
    note.issue(on=MONTH_END, today=MONTH_END, invoiced_on=MONDAY, is_preparer=False)
    for _ in range(2):
        with pytest.raises(CreditIssuedForGood):
            note.discard()
    with pytest.raises(CreditIssuedForGood):
        note.approve(by="bruno", at=NOON, is_preparer=False)
    with pytest.raises(CreditIssuedForGood):
        note.issue(on=MONTH_END, today=MONTH_END, invoiced_on=MONDAY, is_preparer=False)


def test_what_was_discarded_or_approved_is_not_approved_again() -> None:
    discarded, approved = a_credit_note(), a_credit_note()
    approved.approve(by="bruno", at=NOON, is_preparer=False)
    discarded.discard()

    with pytest.raises(CreditNotADraft):
        approved.approve(by="bruno", at=NOON, is_preparer=False)
    with pytest.raises(CreditDiscarded):
        discarded.approve(by="bruno", at=NOON, is_preparer=False)
    with pytest.raises(CreditDiscarded):
        discarded.discard()


def test_a_credit_note_is_dated_between_its_invoice_and_today() -> None:
    note = a_credit_note()
    note.approve(by="bruno", at=NOON, is_preparer=False)

    with pytest.raises(CreditedInFuture):
        note.issue(on=date(2026, 4, 1), today=MONTH_END, invoiced_on=MONDAY, is_preparer=False)
    with pytest.raises(CreditedBeforeInvoiced):
        note.issue(on=date(2026, 3, 1), today=MONTH_END, invoiced_on=MONDAY, is_preparer=False)

    note.issue(on=MONDAY, today=MONTH_END, invoiced_on=MONDAY, is_preparer=False)

"""What is open of a claim, what settles it, and what of it may be credited once a part was given up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from services.billing.receivables.model import (
    Agreement,
    CreditsWhatWasGivenUp,
    MoreThanOpen,
    NoSuchReceivable,
    NothingSettled,
    Position,
    ReceivableState,
    Settlement,
    SettlementKind,
    change_in_books,
    check,
    check_credit,
    overdue_by,
    state_of,
    taken_back,
)

DAY = date(2026, 3, 31)
CLAIM, OTHER = UUID(int=1), UUID(int=2)
PAID, ROUNDED = SettlementKind.PAYMENT, SettlementKind.ROUNDING
GIVEN_UP, CAME_BACK = SettlementKind.WRITE_OFF, SettlementKind.RECOVERY


def a_claim(open_amount: str, gross: str = "100.00") -> Position:
    return Position(
        CLAIM, "INV-1", UUID(int=3), UUID(int=4), UUID(int=5), "EUR", DAY, DAY, Decimal(gross), Decimal(open_amount)
    )


def a_settlement(amount: str, *, of: UUID | None = CLAIM, kind: SettlementKind = PAID) -> Settlement:
    return Settlement(UUID(int=8), kind, UUID(int=9), of, UUID(int=9), Decimal(amount), DAY)


@pytest.mark.parametrize(
    ("amount", "open_amount", "settled"),
    [
        ("100.00", "100.00", {}),
        ("100.00", "0.00", {PAID: "100.00"}),
        ("100.00", "0.00", {}),  # credited before: what was billed is watched elsewhere
        ("60.00", "0.00", {PAID: "60.00", GIVEN_UP: "40.00"}),
        ("60.00", "0.00", {PAID: "59.50", ROUNDED: "0.50", GIVEN_UP: "40.00"}),
        ("60.00", "60.00", {GIVEN_UP: "40.00"}),
        ("100.00", "0.00", {PAID: "100.00", GIVEN_UP: "40.00", CAME_BACK: "-40.00"}),
    ],
)
def test_what_is_open_or_was_paid_is_credited(
    amount: str, open_amount: str, settled: dict[SettlementKind, str]
) -> None:
    check_credit(Decimal(amount), a_claim(open_amount), {kind: Decimal(one) for kind, one in settled.items()})


@pytest.mark.parametrize(
    ("amount", "open_amount", "settled"),
    [
        ("60.01", "0.00", {PAID: "60.00", GIVEN_UP: "40.00"}),
        ("60.01", "0.00", {PAID: "59.50", ROUNDED: "0.50", GIVEN_UP: "40.00"}),
        ("60.01", "60.00", {GIVEN_UP: "40.00"}),
        ("80.01", "0.00", {PAID: "80.00", GIVEN_UP: "40.00", CAME_BACK: "-20.00"}),
    ],
)
def test_what_was_given_up_is_credited_once_it_came_back(
    amount: str, open_amount: str, settled: dict[SettlementKind, str]
) -> None:
    known = {kind: Decimal(one) for kind, one in settled.items()}

    with pytest.raises(CreditsWhatWasGivenUp, match=r"0\.01 EUR of INV-1 were written off"):
        check_credit(Decimal(amount), a_claim(open_amount), known)


@pytest.mark.parametrize(
    ("open_amount", "lost", "state"),
    [
        ("100.00", "0", ReceivableState.OPEN),
        ("99.99", "0", ReceivableState.PART_PAID),
        ("0.01", "50", ReceivableState.PART_PAID),
        ("0.00", "0", ReceivableState.PAID),
        ("0.00", "0.01", ReceivableState.WRITTEN_OFF),
        ("-5.00", "0", ReceivableState.PAID),
    ],
)
def test_a_claim_is_open_paid_in_part_paid_or_given_up(open_amount: str, lost: str, state: ReceivableState) -> None:
    assert state_of(Decimal(100), Decimal(open_amount), lost=Decimal(lost)) is state


def test_no_more_is_settled_than_is_open_however_it_is_split() -> None:
    positions = {CLAIM: a_claim("60.00")}

    check([a_settlement("59.99"), a_settlement("0.01"), a_settlement("5000.00", of=None)], positions)
    check([a_settlement("60.00"), a_settlement("-60.00"), a_settlement("60.00")], positions)
    with pytest.raises(MoreThanOpen, match=r"60\.00 EUR are open on INV-1"):
        check([a_settlement("60.00"), a_settlement("0.01")], positions)
    check([a_settlement("-5.00")], {CLAIM: a_claim("-10.00")})
    with pytest.raises(NoSuchReceivable):
        check([a_settlement("1.00", of=OTHER)], positions)


@pytest.mark.parametrize("amount", ["0.00", "0.005", "10.001"])
def test_nothing_is_settled_by_nothing_or_by_a_fraction(amount: str) -> None:
    with pytest.raises(NothingSettled):
        check([a_settlement(amount)], {CLAIM: a_claim("60.00")})


def test_what_is_taken_back_undoes_what_settled() -> None:
    one = a_settlement("60.00", kind=GIVEN_UP)

    back = taken_back(one, id=UUID(int=7), on=DAY)

    assert (back.amount, back.reverses_id, back.kind) == (Decimal(-60), one.id, GIVEN_UP)
    assert (back.cause_id, back.invoice_id, back.payment_id) == (one.cause_id, one.invoice_id, one.payment_id)


def test_a_claim_leaves_the_books_as_it_stands_there() -> None:
    before, translated = {CLAIM: a_claim("100.00")}, {CLAIM: Decimal("80.01")}
    half, all_of_it = [a_settlement("50.00")], [a_settlement("50.00"), a_settlement("50.00")]

    assert change_in_books(half, before, translated, "USD") == Decimal("-40.00")
    assert change_in_books(all_of_it, before, translated, "USD") == Decimal("-80.01")
    assert change_in_books([a_settlement("50.00", of=None)], before, translated, "USD") == 0


@pytest.mark.parametrize(("as_of", "late"), [("2026-03-30", 0), ("2026-03-31", 0), ("2026-04-01", 1)])
def test_nothing_is_late_on_the_day_it_is_due(as_of: str, late: int) -> None:
    assert overdue_by(DAY, date.fromisoformat(as_of)) == late


def test_what_no_item_and_no_entry_by_hand_explains_is_told() -> None:
    assert Agreement("EUR", items=Decimal(90), account=Decimal(95), by_hand=Decimal(5)).unexplained == 0
    assert Agreement("EUR", items=Decimal(90), account=Decimal(95), by_hand=Decimal(4)).unexplained == 1

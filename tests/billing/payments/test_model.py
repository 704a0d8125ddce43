"""Laws of allocation: never more than was paid, never more than is open, in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.positions import Standing
from services.billing.payments.model import (
    SMALL_DIFFERENCE,
    AllocatesMoreThanPaid,
    DifferenceTooLarge,
    InvoiceTwice,
    NotTheirInvoice,
    PaidBeforeIssued,
    Payment,
    PaymentInThirdCurrency,
    ReceivedInFuture,
    Share,
    allocated,
    changes_in_books,
    check_amount,
    check_days,
    left_after,
    posting,
)
from services.billing.receivables.model import (
    MoreThanOpen,
    NothingSettled,
    Position,
    Settlement,
    SettlementKind,
    check,
    taken_back,
)
from shared.errors import Refused

DAY = date(2026, 3, 31)
cents = st.integers(1, 50_000).map(lambda amount: Decimal(amount) / 100)
steps = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), cents, st.booleans(), st.booleans()), max_size=20)


def a_paid(number: int, amount: Decimal) -> Payment:
    at = datetime(2026, 3, 31, tzinfo=UTC)
    return Payment(UUID(int=number), UUID(int=1), UUID(int=2), "EUR", amount, DAY, str(number), "", "bella", at)


def a_claim(number: int, gross: Decimal, open_amount: Decimal) -> Position:
    claim = UUID(int=100 + number)
    return Position(claim, str(number), UUID(int=1), UUID(int=2), UUID(int=3), "EUR", DAY, DAY, gross, open_amount)


@given(st.tuples(cents, cents, cents), st.tuples(cents, cents, cents), steps)
def test_allocations_stay_within_payment_and_claim_and_the_books_follow(
    paid: tuple[Decimal, ...], gross: tuple[Decimal, ...], wanted: list[tuple[int, int, Decimal, bool, bool]]
) -> None:
    kept: list[Settlement] = []
    for payer, claim, amount, rounds, undoes in wanted:
        payment = a_paid(payer, paid[payer])
        left = payment.amount - sum((one.amount for one in kept if one.payment_id == payment.id), Decimal())
        claims = {UUID(int=100 + n): a_claim(n, full, full - settled(kept, n)) for n, full in enumerate(gross)}
        try:
            share = Share(UUID(int=100 + claim), amount)
            new = allocated(payment, [share], claims, left=left, on=DAY, settle_difference=rounds)
            check(new, claims)
        except Refused:
            continue
        kept += new
        if undoes:
            kept += [taken_back(one, id=UUID(int=len(kept) + n), on=DAY) for n, one in enumerate(new)]

    for number, full in enumerate(gross):
        assert 0 <= settled(kept, number) <= full
    for number, amount in enumerate(paid):
        used = sum((one.amount for one in kept if one.payment_id == UUID(int=number)), Decimal())
        assert 0 <= used <= amount
    assert all(abs(one.amount) <= SMALL_DIFFERENCE for one in kept if one.kind is SettlementKind.ROUNDING)
    lines = {line.account: line.amount for line in posting(kept, received=sum(paid, Decimal()))}
    assert sum(lines.values()) == 0
    assert -lines.get(PostingRole.RECEIVABLE, Decimal()) == sum(settled(kept, number) for number in range(3))


def settled(kept: list[Settlement], number: int) -> Decimal:
    return sum((one.amount for one in kept if one.invoice_id == UUID(int=100 + number)), Decimal())


FIRST, SECOND = UUID(int=100), UUID(int=101)


def said(*shares: tuple[UUID, str], left: str = "100.00", rounds: bool = False) -> list[tuple[str, UUID | None, str]]:
    """Allocate what is left of a payment of 100.00 to claims over 60.00 and 50.00."""
    claims = {FIRST: a_claim(0, Decimal(60), Decimal(60)), SECOND: a_claim(1, Decimal(50), Decimal(50))}
    wanted = [Share(claim, Decimal(amount)) for claim, amount in shares]
    payment = a_paid(1, Decimal(100))
    found = allocated(payment, wanted, claims, left=Decimal(left), on=DAY, settle_difference=rounds)
    assert all(one.payment_id == payment.id for one in found if one.kind is SettlementKind.PAYMENT)
    return [(one.kind.value, one.invoice_id, str(one.amount)) for one in found]


def test_a_payment_settles_what_was_said_and_small_differences_only_where_asked() -> None:
    assert said((FIRST, "60.00"), (SECOND, "39.50")) == [("payment", FIRST, "60.00"), ("payment", SECOND, "39.50")]
    assert said((FIRST, "60.00"), left="61.00") == [("payment", FIRST, "60.00")]
    assert said((FIRST, "59.00"), left="60.00", rounds=True) == [
        ("payment", FIRST, "59.00"),
        ("rounding", FIRST, "1.00"),
        ("rounding", None, "1.00"),
    ]
    assert said((FIRST, "60.00"), left="60.00", rounds=True) == [("payment", FIRST, "60.00")]


def test_what_rounding_settles_uses_nothing_of_the_payment_and_what_is_over_does() -> None:
    claims = {FIRST: a_claim(0, Decimal(60), Decimal(60))}
    payment = a_paid(1, Decimal(60))
    share = Share(FIRST, Decimal("59.40"))

    settles, rounds, rest = allocated(payment, [share], claims, left=Decimal(60), on=DAY, settle_difference=True)

    assert (settles.payment_id, rounds.payment_id, rest.payment_id) == (payment.id, None, payment.id)
    assert left_after(Decimal(60), [settles, rounds, rest]) == 0
    assert left_after(Decimal(0), [taken_back(settles, id=UUID(int=5), on=DAY)]) == Decimal("59.40")
    assert {line.account: line.amount for line in posting([settles, rounds, rest], received=Decimal(60))} == {
        PostingRole.CASH: Decimal("60.00"),
        PostingRole.RECEIVABLE: Decimal("-60.00"),
    }
    assert {line.account: line.amount for line in posting([rounds])} == {
        PostingRole.ROUNDING: Decimal("0.60"),
        PostingRole.RECEIVABLE: Decimal("-0.60"),
    }
    assert {line.account: line.amount for line in posting([settles])} == {
        PostingRole.CUSTOMER_CREDIT: Decimal("59.40"),
        PostingRole.RECEIVABLE: Decimal("-59.40"),
    }


@pytest.mark.parametrize(
    ("shares", "refusal"),
    [
        ([(FIRST, "10.00"), (FIRST, "10.00")], InvoiceTwice),
        ([(FIRST, "60.00"), (SECOND, "40.01")], AllocatesMoreThanPaid),
        ([(FIRST, "60.01")], MoreThanOpen),
        ([(FIRST, "0.00")], NothingSettled),
        ([(FIRST, "-5.00")], NothingSettled),
    ],
)
def test_what_does_not_fit_is_refused(shares: list[tuple[UUID, str]], refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        said(*shares)


@pytest.mark.parametrize(("amount", "left"), [("58.99", "60.00"), ("60.00", "61.01")])
def test_a_difference_of_more_than_one_is_not_small(amount: str, left: str) -> None:
    with pytest.raises(DifferenceTooLarge):
        said((FIRST, amount), left=left, rounds=True)


def test_only_claims_of_the_same_customer_legal_entity_and_currency_are_settled() -> None:
    payment, claim = a_paid(1, Decimal(100)), a_claim(0, Decimal(60), Decimal(60))
    for different, refusal in (
        ({"customer_id": UUID(int=9)}, NotTheirInvoice),
        ({"legal_entity_id": UUID(int=9)}, NotTheirInvoice),
        ({"currency": "USD"}, PaymentInThirdCurrency),
    ):
        with pytest.raises(refusal):
            allocated(
                payment,
                [Share(FIRST, Decimal(1))],
                {FIRST: replace(claim, **different)},
                left=Decimal(100),
                on=DAY,
            )


def test_a_payment_comes_today_or_before_and_not_before_what_it_is_for() -> None:
    payment, claims = a_paid(1, Decimal(100)), {FIRST: a_claim(0, Decimal(60), Decimal(60))}

    check_days(payment, claims, today=DAY)
    with pytest.raises(ReceivedInFuture):
        check_days(payment, claims, today=DAY - timedelta(days=1))
    with pytest.raises(PaidBeforeIssued):
        check_days(replace(payment, received_on=DAY - timedelta(days=1)), claims, today=DAY)


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.005"])
def test_a_payment_is_of_more_than_nothing_in_whole_cents(amount: str) -> None:
    check_amount(a_paid(1, Decimal("0.01")))
    with pytest.raises(NothingSettled):
        check_amount(a_paid(1, Decimal(amount)))


def test_what_is_left_of_a_payment_stands_at_its_part_of_the_money_that_came() -> None:
    came, credit = Standing(Decimal(100), Decimal("80.00")), Standing(Decimal(-100), Decimal("-80.00"))

    half = changes_in_books(came=came, credit=credit, left=Decimal(50), currency="USD")
    gone = changes_in_books(came=came, credit=credit, left=Decimal(0), currency="USD")

    assert half == {PostingRole.CUSTOMER_CREDIT: Decimal(40), PostingRole.CASH: Decimal(-80)}
    assert gone[PostingRole.CUSTOMER_CREDIT] == 80
    assert changes_in_books(came=None, credit=credit, left=Decimal(50), currency="USD") == {}
    assert changes_in_books(came=Standing(), credit=credit, left=Decimal(50), currency="USD") == {}

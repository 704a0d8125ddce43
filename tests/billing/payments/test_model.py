"""Laws of allocation: never more than was paid, never more than is open, in whatever order."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.ledger.model.accounts import PostingRole
from services.billing.payments.model import SMALL_DIFFERENCE, Payment, Share, allocated, posting
from services.billing.receivables.model import Position, Settlement, SettlementKind, check, taken_back
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

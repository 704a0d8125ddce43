"""Laws of recoveries: whatever comes back in whatever parts, books and tax end where they began."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.ledger.model.accounts import PostingRole
from services.billing.write_offs.model import (
    ChargedTo,
    GivenUp,
    NotProposed,
    NotWrittenOff,
    OwnWriteOff,
    RecoversMore,
    WriteOff,
    WriteOffStatus,
    WrittenOffBeforeIssued,
    WrittenOffInFuture,
    recovered,
    tax_within,
)

DAY = date(2026, 3, 31)
AT = datetime(2026, 3, 31, tzinfo=UTC)
cents = st.integers(1, 50_000).map(lambda amount: Decimal(amount) / 100)


@given(st.lists(cents, min_size=1, max_size=8), st.sampled_from(["0", "7", "19", "20"]))
def test_any_parts_of_a_claim_give_up_as_much_net_and_tax_as_the_whole(parts: list[Decimal], rate: str) -> None:
    invoice: Any = {"net": Decimal(100), "gross": 100 + Decimal(rate), "currency": "EUR"}
    given_up = GivenUp()
    for part in parts:
        tax = tax_within(part, before=given_up, **invoice)
        assert 0 <= tax <= part
        given_up += GivenUp(part, tax)

    whole = sum(parts, Decimal())
    assert given_up == GivenUp(whole, tax_within(whole, before=GivenUp(), **invoice))


@given(cents, cents)
def test_what_came_back_is_given_up_anew_with_all_of_its_tax(first: Decimal, second: Decimal) -> None:
    invoice: Any = {"net": Decimal(100), "gross": Decimal(119), "currency": "EUR"}
    tax = tax_within(first, before=GivenUp(), **invoice)
    one = WriteOff(UUID(int=1), UUID(int=2), "EUR", first, tax, "Insolvent", "bella", AT)

    assert one.standing(first) == GivenUp()
    assert one.standing(Decimal()) == GivenUp(first, tax)
    assert tax_within(second, before=one.standing(first), **invoice) == tax_within(second, before=GivenUp(), **invoice)


@given(st.lists(cents, min_size=1, max_size=8), st.sampled_from(["0", "7", "19", "20"]))
def test_recovering_everything_in_parts_leaves_nothing_behind(parts: list[Decimal], rate: str) -> None:
    amount = sum(parts, Decimal())
    gross = 100 + Decimal(rate)
    tax = tax_within(amount, before=GivenUp(), net=Decimal(100), gross=gross, currency="EUR")
    one = WriteOff(UUID(int=1), UUID(int=2), "EUR", amount, tax, "Insolvent", "bella", AT)
    sums: dict[object, Decimal] = defaultdict(Decimal)

    given_up = one.approve(
        on=DAY, today=DAY, issued_on=DAY, charged_to=ChargedTo.ALLOWANCE, by="bruno", at=AT, is_own=False
    )
    lines = list(given_up)
    before = Decimal()
    for part in parts:
        back = one.recover(part, before=before, on=DAY, today=DAY)
        assert sum((line.amount for line in back), Decimal()) == 0
        lines += back
        before += part

    for line in lines:
        sums[line.account] += line.amount
    assert sum((line.amount for line in given_up), Decimal()) == 0
    assert {line.account for line in given_up} <= {
        PostingRole.RECEIVABLE,
        PostingRole.OUTPUT_TAX,
        PostingRole.ALLOWANCE,
    }
    assert not any(sums.values())


def proposed(amount: str = "119.00", tax: str = "19.00") -> WriteOff:
    return WriteOff(UUID(int=1), UUID(int=2), "EUR", Decimal(amount), Decimal(tax), "Insolvent", "bella", AT)


def approved(one: WriteOff, **different: Any) -> list[tuple[object, Decimal]]:
    told = {"on": DAY, "today": DAY, "issued_on": DAY, "charged_to": ChargedTo.BAD_DEBT, "is_own": False, **different}
    return [(line.account, line.amount) for line in one.approve(by="bruno", at=AT, **told)]


def test_a_claim_that_is_given_up_is_a_loss_without_its_tax() -> None:
    assert approved(proposed()) == [
        (PostingRole.RECEIVABLE, Decimal("-119.00")),
        (PostingRole.OUTPUT_TAX, Decimal("19.00")),
        (PostingRole.BAD_DEBT, Decimal("100.00")),
    ]
    assert approved(proposed(tax="0.00"), charged_to=ChargedTo.ALLOWANCE) == [
        (PostingRole.RECEIVABLE, Decimal("-119.00")),
        (PostingRole.ALLOWANCE, Decimal("119.00")),
    ]
    assert tax_within(
        Decimal("59.50"), before=GivenUp(), net=Decimal(100), gross=Decimal(119), currency="EUR"
    ) == Decimal("9.50")


def test_nobody_agrees_to_what_they_proposed_and_nothing_is_decided_twice() -> None:
    one = proposed()
    with pytest.raises(OwnWriteOff):
        approved(one, is_own=True)
    assert one.status is WriteOffStatus.PROPOSED

    approved(one)

    assert (one.status, one.decided_by, one.written_off_on) == (WriteOffStatus.APPROVED, "bruno", DAY)
    with pytest.raises(NotProposed):
        approved(one)
    with pytest.raises(NotProposed):
        one.refuse(by="bruno", at=AT, reason="They pay")


def test_whoever_proposed_may_refuse_it_and_then_nothing_is_agreed_or_recovered() -> None:
    one = proposed()

    one.refuse(by="bella", at=AT, reason="They pay")

    assert (one.status, one.refused_because) == (WriteOffStatus.REFUSED, "They pay")
    with pytest.raises(NotProposed):
        approved(one)
    with pytest.raises(NotWrittenOff):
        one.recover(Decimal(1), before=Decimal(), on=DAY, today=DAY)


def test_a_claim_is_given_up_between_its_invoice_and_today() -> None:
    next_day = DAY + timedelta(days=1)

    with pytest.raises(WrittenOffInFuture):
        approved(proposed(), on=next_day)
    with pytest.raises(WrittenOffBeforeIssued):
        approved(proposed(), today=next_day, issued_on=next_day)
    assert approved(proposed(), on=next_day, today=next_day)


def test_no_more_comes_back_than_was_given_up_nor_before_that() -> None:
    one, next_day = proposed(), DAY + timedelta(days=1)
    approved(one)

    back = one.recover(Decimal("59.50"), before=Decimal("59.50"), on=DAY, today=DAY)

    assert [(line.account, line.amount) for line in back] == [
        (PostingRole.RECEIVABLE, Decimal("59.50")),
        (PostingRole.OUTPUT_TAX, Decimal("-9.50")),
        (PostingRole.BAD_DEBT, Decimal("-50.00")),
    ]
    with pytest.raises(RecoversMore, match=r"59\.50 EUR are still written off"):
        one.recover(Decimal("59.51"), before=Decimal("59.50"), on=DAY, today=DAY)
    with pytest.raises(WrittenOffBeforeIssued):
        one.recover(Decimal(1), before=Decimal(), on=DAY - timedelta(days=1), today=DAY)
    with pytest.raises(WrittenOffInFuture):
        one.recover(Decimal(1), before=Decimal(), on=next_day, today=DAY)
    assert recovered([Decimal("-59.50"), Decimal("-1.00")]) == Decimal("60.50")

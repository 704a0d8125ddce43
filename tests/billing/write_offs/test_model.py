"""Laws of recoveries: whatever comes back in whatever parts, books and tax end where they began."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.ledger.model.accounts import PostingRole
from services.billing.write_offs.model import ChargedTo, WriteOff, tax_within

DAY = date(2026, 3, 31)
AT = datetime(2026, 3, 31, tzinfo=UTC)
cents = st.integers(1, 50_000).map(lambda amount: Decimal(amount) / 100)


@given(st.lists(cents, min_size=1, max_size=8), st.sampled_from(["0", "7", "19", "20"]))
def test_recovering_everything_in_parts_leaves_nothing_behind(parts: list[Decimal], rate: str) -> None:
    amount = sum(parts, Decimal())
    gross = 100 + Decimal(rate)
    tax = tax_within(amount, net=Decimal(100), gross=gross, currency="EUR")
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

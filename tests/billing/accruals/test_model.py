"""What an accrual comes to, and what it posts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from services.billing.accruals.model import Accrual, Asked, NoEstimate, entry_for
from services.billing.ledger.model.accounts import PostingRole
from shared.period import Period

MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


def asked(minutes: int | None = None, amount: str | None = None) -> Asked:
    worth = None if amount is None else Decimal(amount)
    return Asked(UUID(int=1), UUID(int=2), UUID(int=3), MARCH, minutes, worth, "Not handed in")


@pytest.mark.parametrize(
    ("minutes", "amount", "rate", "worth"),
    [
        (90, None, "100.00", "150.00"),
        (1, None, "99.90", "1.67"),  # 1.665
        (None, "0.005", None, "0.01"),
        (None, "12.34", "100.00", "12.34"),
    ],
)
def test_minutes_are_worth_their_rate_and_an_amount_itself(
    minutes: int | None, amount: str | None, rate: str | None, worth: str
) -> None:
    hourly_rate = None if rate is None else Decimal(rate)

    assert asked(minutes, amount).worth(hourly_rate=hourly_rate, currency="EUR") == Decimal(worth)


@pytest.mark.parametrize(
    ("minutes", "amount", "rate"),
    [
        (None, None, "100.00"),
        (60, "100.00", "100.00"),
        (60, None, None),
        (0, None, "100.00"),
        (-60, None, "100.00"),
        (None, "0.00", None),
        (None, "-0.01", None),
    ],
)
def test_without_one_estimate_of_more_than_nothing_there_is_none(
    minutes: int | None, amount: str | None, rate: str | None
) -> None:
    with pytest.raises(NoEstimate):
        asked(minutes, amount).worth(hourly_rate=None if rate is None else Decimal(rate), currency="EUR")


def test_what_is_taken_for_earned_is_an_asset_of_its_contract_and_revenue() -> None:
    at = datetime(2026, 3, 31, tzinfo=UTC)
    one = Accrual(
        UUID(int=1), "MER", UUID(int=2), UUID(int=3), MARCH.starts_on, "EUR", Decimal(150), 90, "Late", "carla", at
    )

    entry = entry_for(one, last_day=date(2026, 3, 31), contract_number="C-1", thread_id=UUID(int=4))

    assert [(line.account, line.amount, line.contract_id) for line in entry.lines] == [
        (PostingRole.CONTRACT_ASSET, Decimal(150), UUID(int=2)),
        (PostingRole.REVENUE, Decimal(-150), UUID(int=2)),
    ]
    assert (entry.on, entry.difference) == (date(2026, 3, 31), PostingRole.REVENUE)

"""Which premium counts for a day of work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.billing.premiums.model import (
    HolidaysOfWhere,
    Premium,
    PremiumEndsTooEarly,
    PremiumForBoth,
    PremiumKind,
    PremiumOverlaps,
    check_overlap,
    choose,
)
from services.billing.rates.model import with_premium
from shared.ids import new_id
from shared.money import money
from shared.period import Period

CONTRACT, CUSTOMER = UUID(int=1), UUID(int=2)
SATURDAY, SUNDAY = date(2026, 3, 7), date(2026, 3, 8)
FIRST_OF_MAY = date(2027, 5, 1)  # a Saturday
YEARS = Period(date(2026, 1, 1))


def a_premium(kind: PremiumKind, percent: str, **different: Any) -> Premium:
    """Agree a premium for everybody, for years."""
    return Premium(new_id(), kind, Decimal(percent), **{"period": YEARS, **different})


def counting(day: date, *premiums: Premium, holidays: set[date] | None = None) -> Premium | None:
    known = {one.id: holidays or set() for one in premiums}
    return choose(premiums, day, contract_id=CONTRACT, customer_id=CUSTOMER, holidays=known)


def test_what_is_agreed_for_the_contract_counts_first_then_with_the_customer_then_everywhere() -> None:
    everywhere = a_premium(PremiumKind.SATURDAY, "50")
    customers = a_premium(PremiumKind.SATURDAY, "40", customer_id=CUSTOMER)
    contracts = a_premium(PremiumKind.SATURDAY, "30", contract_id=CONTRACT)
    others = a_premium(PremiumKind.SATURDAY, "99", contract_id=new_id())

    assert counting(SATURDAY, everywhere, customers, contracts, others) is contracts
    assert counting(SATURDAY, everywhere, customers, others) is customers
    assert counting(SATURDAY, everywhere, others) is everywhere
    assert counting(SATURDAY, others) is None


def test_nought_agreed_for_a_contract_takes_it_out() -> None:
    nothing = a_premium(PremiumKind.SUNDAY, "0", contract_id=CONTRACT)

    assert counting(SUNDAY, a_premium(PremiumKind.SUNDAY, "100"), nothing) is nothing


def test_each_kind_fits_its_days_within_its_period() -> None:
    saturday = a_premium(PremiumKind.SATURDAY, "25", period=Period(SATURDAY, SUNDAY))

    assert counting(SATURDAY, saturday) is saturday
    assert counting(SUNDAY, saturday) is None
    assert counting(date(2026, 3, 14), saturday) is None
    assert counting(date(2026, 3, 6), saturday) is None


def test_of_several_kinds_that_fit_a_day_the_highest_counts_by_itself() -> None:
    saturday = a_premium(PremiumKind.SATURDAY, "25")
    holiday = a_premium(PremiumKind.HOLIDAY, "125", country="DE")

    assert counting(FIRST_OF_MAY, saturday, holiday, holidays={FIRST_OF_MAY}) is holiday
    assert counting(FIRST_OF_MAY, saturday, holiday) is saturday


def test_the_rate_with_its_premium_is_rounded_to_the_cent() -> None:
    assert with_premium(money("95.55 EUR"), Decimal(25)) == money("119.44 EUR")
    assert with_premium(money("95.555 EUR"), None) == money("95.555 EUR")
    assert with_premium(money("95.555 EUR"), Decimal(0)) == money("95.555 EUR")


def test_two_for_the_same_never_share_a_day() -> None:
    standing = a_premium(PremiumKind.SATURDAY, "25", period=Period(date(2026, 1, 1), date(2026, 7, 1)))

    check_overlap(a_premium(PremiumKind.SATURDAY, "30", period=Period(date(2026, 7, 1))), [standing])
    check_overlap(a_premium(PremiumKind.SATURDAY, "30", contract_id=CONTRACT), [standing])
    with pytest.raises(PremiumOverlaps):
        check_overlap(a_premium(PremiumKind.SATURDAY, "30"), [standing])


@pytest.mark.parametrize(
    ("kind", "said", "refusal"),
    [
        (PremiumKind.SATURDAY, {"contract_id": CONTRACT, "customer_id": CUSTOMER}, PremiumForBoth),
        (PremiumKind.SATURDAY, {"country": "DE"}, HolidaysOfWhere),
        (PremiumKind.HOLIDAY, {}, HolidaysOfWhere),
        (PremiumKind.HOLIDAY, {"region": "BY"}, HolidaysOfWhere),
    ],
)
def test_what_is_not_clear_is_refused(kind: PremiumKind, said: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        a_premium(kind, "25", **said).check()


def test_an_end_is_behind_the_start_and_never_moved_later() -> None:
    ended = a_premium(PremiumKind.SUNDAY, "50").ended(date(2026, 7, 1))

    assert ended.period == Period(date(2026, 1, 1), date(2026, 7, 1))
    for day in (date(2026, 1, 1), date(2026, 7, 2)):
        with pytest.raises(PremiumEndsTooEarly):
            ended.ended(day)

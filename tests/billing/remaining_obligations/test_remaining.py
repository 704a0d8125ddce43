"""What is left of a price is spread over the days that are left, and nothing of it is lost between the bands."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.recognition.model.methods import RecognitionMethod
from services.billing.remaining_obligations.model import Band, Exclusion, Promised, in_all
from shared.actor import Role
from shared.contracts import crm
from shared.period import Period
from tests.support.api import code_of
from tests.support.billing import Billing, a_change, a_change_order, a_sale, a_sold_line, a_time_line
from tests.support.ledger import ENTITY

NEW_YEAR = date(2026, 1, 1)
ON = {"legal_entity": ENTITY, "on": "2026-03-31"}


def promised(
    price: Decimal | str,
    *,
    first: date = NEW_YEAR,
    before: date,
    recognised: Decimal | str = "0",
    contract_before: date | None = None,
) -> Promised:
    """Give a contract line with something left of it."""
    return Promised(
        contract_id=UUID(int=1),
        contract_number="C-00001",
        contract_name="Data platform",
        contract_line_id=UUID(int=2),
        description="Blueprint",
        currency="EUR",
        method=RecognitionMethod.RATABLE,
        is_billed_as_worked=False,
        price=Decimal(price),
        recognised=Decimal(recognised),
        days=Period(first, before),
        contract_days=Period(first, contract_before or before),
    )


def test_three_years_are_three_bands() -> None:
    line = promised("36000", before=date(2029, 1, 1))

    assert line.by_band(NEW_YEAR) == dict.fromkeys(Band, Decimal(12_000))
    assert line.by_band(date(2027, 1, 1)) == {
        Band.WITHIN_A_YEAR: Decimal(18_000),
        Band.WITHIN_TWO_YEARS: Decimal(18_000),
        Band.LATER: 0,
    }


def test_what_ends_soon_or_should_have_ended_is_expected_within_a_year() -> None:
    assert promised("500", before=date(2026, 7, 1)).by_band(NEW_YEAR) == {Band.WITHIN_A_YEAR: Decimal(500)}
    assert promised("500", before=date(2026, 7, 1)).by_band(date(2027, 1, 1)) == {Band.WITHIN_A_YEAR: Decimal(500)}


def test_a_contract_of_a_year_is_left_out_only_if_asked() -> None:
    a_year, more = promised("500", before=date(2027, 1, 1)), promised("500", before=date(2027, 1, 2))

    assert a_year.left_out(without_short=True) is Exclusion.A_YEAR_AT_MOST
    assert (a_year.left_out(without_short=False), more.left_out(without_short=True)) == (None, None)


def test_a_retainer_of_some_months_counts_by_the_length_of_its_contract() -> None:
    half_of_two_years = promised("500", before=date(2026, 7, 1), contract_before=date(2028, 1, 1))

    assert half_of_two_years.left_out(without_short=True) is None


@given(
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.integers(1, 2000),
    st.integers(0, 2000),
    st.integers(0, 2000),
)
def test_the_bands_are_what_is_left(price: int, recognised: int, length: int, begins: int, looked: int) -> None:
    first = NEW_YEAR + timedelta(days=begins)
    line = promised(
        Decimal(price) / 100,
        first=first,
        before=first + timedelta(days=length),
        recognised=Decimal(recognised) / 100,
    )

    bands = line.by_band(NEW_YEAR + timedelta(days=looked))

    assert sum(bands.values()) == line.remaining == max(line.price - line.recognised, Decimal())
    assert min(bands.values()) >= 0
    [total] = in_all([line], NEW_YEAR + timedelta(days=looked))
    assert total.total == line.remaining


async def test_change_orders_count_from_their_day_and_hourly_work_is_left_out(billing: Billing) -> None:
    fixed = a_sold_line(crm.BillingMethod.FIXED_FEE_PERCENT, "1000.00")
    sale = a_sale(fixed, a_time_line())
    await billing.sold(sale)
    more = a_change(fixed.line_id, "500.00", method=crm.BillingMethod.FIXED_FEE_PERCENT)
    await billing.hear(a_change_order(sale, more, effective_on="2026-03-16"))
    auditor = billing.as_(Role.AUDITOR)

    after = (await auditor.get("/remaining-obligations", params=ON)).json()
    before = (await auditor.get("/remaining-obligations", params=ON | {"on": "2026-03-15"})).json()
    short = (await auditor.get("/remaining-obligations", params=ON | {"without_short": "true"})).json()

    assert (after["totals"][0]["total"], before["totals"][0]["total"]) == ("1500.00", "1000.00")
    assert after["left_out"] == {"as_worked": 1}
    assert (short["totals"], short["left_out"]) == ([], {"a_year_at_most": 1, "as_worked": 1})


async def test_only_who_sees_the_books_sees_what_is_left(billing: Billing) -> None:
    for role in set(Role) - {Role.CONTROLLER, Role.BILLING_APPROVER, Role.AUDITOR}:
        assert code_of(await billing.as_(role).get("/remaining-obligations", params=ON)) == "not_permitted"

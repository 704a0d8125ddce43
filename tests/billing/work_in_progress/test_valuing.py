"""The statement that values work and the rule that the model states agree, whatever rates there are."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.billing.premiums.actions import agree_premium
from services.billing.premiums.model import Premium, PremiumKind, PremiumOverlaps
from services.billing.premiums.model import choose as premium_of
from services.billing.rates.actions import agree_rate
from services.billing.rates.model import (
    NEEDED,
    Rate,
    RateOverlaps,
    Reach,
    Scope,
    Worked,
    choose,
    value_of,
    with_premium,
)
from shared.contracts import crm, delivery
from shared.ids import new_id
from shared.money import Money
from shared.period import Period
from tests.support.billing import MONDAY, Billing, a_person_known, a_sale, a_time_line, a_timesheet, an_entry

ANNA, BEN = UUID(int=11), UUID(int=12)
Standing = dict[str, str]
DAYS = st.integers(0, 9).map(lambda days: MONDAY + timedelta(days=days))
PRICES = st.decimals("0.01", "999.99", places=2)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Draw some days in March, or all from one on."""
    starts_on = draw(DAYS)
    length = draw(st.none() | st.integers(1, 5))
    return Period(starts_on, None if length is None else starts_on + timedelta(days=length))


Wish = tuple[Scope, UUID, bool, Decimal, str, Period]
OnTop = tuple[PremiumKind, bool, Decimal, Period]
WISHES = st.lists(
    st.tuples(
        st.sampled_from(Scope),
        st.sampled_from([ANNA, BEN]),
        st.booleans(),
        PRICES,
        st.sampled_from(["EUR", "USD"]),
        periods(),
    ),
    max_size=8,
)
ON_TOP = st.lists(
    st.tuples(
        st.sampled_from([PremiumKind.SATURDAY, PremiumKind.SUNDAY]),
        st.booleans(),
        st.decimals("0", "150", places=1),
        periods(),
    ),
    max_size=5,
)
WORK = st.lists(
    st.tuples(st.sampled_from([ANNA, BEN]), st.booleans(), DAYS, st.integers(1, 1440)), min_size=1, max_size=8
)


def a_reach(wish: Wish, known: dict[str, Any], roles: tuple[str, str], people: dict[UUID, UUID]) -> Reach:
    """Name what a rate is for."""
    scope, person, is_first, *_ = wish
    known = known | {"person_id": people[person], "staffing_role": roles[not is_first]}
    return Reach(scope, **{name: known[name] for name in NEEDED[scope]})


async def agreed(billing: Billing, wishes: list[tuple[Reach, Wish]]) -> list[Rate]:
    """Agree what does not overlap."""
    rates = []
    for reach, (*_, price, currency, period) in wishes:
        rate = Rate(new_id(), reach, Money(price, currency), period)
        try:
            async with billing.work() as work:
                rates.append(await agree_rate(work, rate, gap_is_meant=True))
        except RateOverlaps:
            continue
    return rates


async def with_premiums(
    billing: Billing, on_top: list[OnTop], *, contract_id: UUID, customer_id: UUID
) -> list[Premium]:
    """Agree what does not overlap, for the contract or for its customer."""
    premiums = []
    for kind, is_for_contract, percent, period in on_top:
        place = (contract_id, None) if is_for_contract else (None, customer_id)
        try:
            async with billing.work() as work:
                premiums.append(await agree_premium(work, Premium(new_id(), kind, percent, period, *place)))
        except PremiumOverlaps:
            continue
    return premiums


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=WISHES, on_top=ON_TOP, work=WORK)
async def test_sql_values_work_as_the_model_does(
    billing: Billing, wishes: list[Wish], on_top: list[OnTop], work: list[tuple[UUID, bool, date, int]]
) -> None:
    # All of it is new each time, because what is agreed for one example stands in the next one.
    roles = (f"First {new_id()}", f"Second {new_id()}")
    people = {ANNA: new_id(), BEN: new_id()}
    standing = {"practice": f"Data/AI {new_id()}", "grade": f"Senior {new_id()}"}
    sale = a_sale(a_time_line(rate=None, role=roles[0]))
    contract_id = await billing.sold(sale)
    await billing.hear(a_person_known(f"anna-{people[ANNA]}", people[ANNA]).model_copy(update=standing))
    known = {**standing, "contract_id": contract_id, "contract_line_id": sale.lines[0].line_id}
    known["account_id"] = sale.account.account_id
    rates = await agreed(billing, [(a_reach(wish, known, roles, people), wish) for wish in wishes])
    place = {"contract_id": contract_id, "customer_id": sale.account.account_id}
    premiums = await with_premiums(billing, on_top, **place)
    entries = [
        an_entry(sale.lines[0].line_id, minutes, person_id=people[person], staffing_role=roles[not is_first], day=day)
        for person, is_first, day, minutes in work
    ]

    await billing.hear(a_timesheet(sale, *entries))

    valued = {item["entry_id"]: item for item in await billing.rows("billable_items")}
    for entry in entries:
        item = valued[entry.entry_id]
        worked = as_worked(entry, sale, contract_id, standing if entry.person_id == people[ANNA] else {})
        expected = choose(rates, worked)
        assert item["rate_id"] == (expected.id if expected else None)
        premium = premium_of(premiums, entry.day, holidays={}, **place)
        rate = expected and with_premium(expected.hourly_rate, premium.percent if premium else None)
        assert item["value"] == (value_of(rate, entry.minutes).amount if rate else None)


def as_worked(
    entry: delivery.ApprovedEntry, sale: crm.OpportunityClosedWon, contract_id: UUID, standing: Standing
) -> Worked:
    """See an entry as the model does."""
    line_id = sale.lines[0].line_id
    account_id = sale.account.account_id
    role, person = entry.staffing_role, entry.person_id
    return Worked(entry.day, entry.minutes, role, person, line_id, contract_id, account_id, sale.currency, **standing)

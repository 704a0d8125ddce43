"""The statement that values work and the rule that the model states agree, whatever rates there are."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.billing.rates.actions import agree_rate
from services.billing.rates.model import NEEDED, Rate, RateOverlaps, Reach, Scope, Worked, choose, value_of
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


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=WISHES, work=WORK)
async def test_sql_values_work_as_the_model_does(
    billing: Billing, wishes: list[Wish], work: list[tuple[UUID, bool, date, int]]
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
        assert item["value"] == (value_of(expected.hourly_rate, entry.minutes).amount if expected else None)


def as_worked(
    entry: delivery.ApprovedEntry, sale: crm.OpportunityClosedWon, contract_id: UUID, standing: Standing
) -> Worked:
    """See an entry as the model does."""
    line_id = sale.lines[0].line_id
    account_id = sale.account.account_id
    role, person = entry.staffing_role, entry.person_id
    return Worked(entry.day, entry.minutes, role, person, line_id, contract_id, account_id, sale.currency, **standing)

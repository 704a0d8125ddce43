"""The rules of a deal, without anything around them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crm.accounts.model import Account, AccountDetails, Address
from services.crm.opportunities.model import (
    DEFAULT_PIPELINE,
    FORMS,
    AmountFollowsLines,
    BillingMethod,
    ClosedByItsOwnVerb,
    EndsBeforeStart,
    Estimate,
    EstimateRole,
    LineIncomplete,
    LineTerms,
    LossReason,
    NoSuchLine,
    NotOfThisMethod,
    Opportunity,
    OpportunityClosed,
    OpportunityDetails,
    Stage,
    StageMisfit,
    all_at_once,
    fixed_sum,
    hours,
    must_fit,
    refusals_to_win,
    time_value,
)
from shared.ids import new_id
from shared.money import Money

TODAY = date(2026, 3, 2)
STAGES = {
    code: Stage(code, name, position, Decimal(probability), category, outcome)
    for code, name, position, probability, category, outcome in DEFAULT_PIPELINE
}
MINUTES = st.integers(min_value=1, max_value=600_000)
HOURLY = st.decimals(min_value=0, max_value=1_000, places=2)


def a_deal(**different: object) -> Opportunity:
    first = STAGES["prospecting"]
    details = OpportunityDetails("Data platform", "EUR", **different)  # type: ignore[arg-type]
    return Opportunity(
        id=new_id(),
        number="O-1001",
        details=details,
        stage=first.code,
        probability=first.probability,
        forecast_category=first.forecast_category,
        outcome=first.outcome,
        amount=Decimal(),
    )


def hours_sold(deal: Opportunity, minutes: int = 60, rate: str = "120", line_id: UUID | None = None) -> UUID:
    known = line_id or new_id()
    deal.sell(
        hours(
            known,
            deal.id,
            description="Build",
            product="",
            staffing_role="Consultant",
            minutes=minutes,
            hourly_rate=Decimal(rate),
            currency="EUR",
        )
    )
    return known


def milestone_sold(deal: Opportunity, amount: str = "8000") -> None:
    deal.sell(fixed_sum(new_id(), deal.id, description="Go-live", product="", amount=Decimal(amount)))


def a_role(minutes: int, price: Decimal, cost: Decimal, line_id: UUID | None = None) -> EstimateRole:
    return EstimateRole(new_id(), new_id(), 0, "Consultant", minutes, price, cost, line_id)


@given(minutes=MINUTES, hourly=HOURLY)
def test_time_is_worth_minutes_at_the_hourly_rate_to_the_nearest_cent(minutes: int, hourly: Decimal) -> None:
    value = time_value(minutes, hourly, "EUR")

    assert value == Money(value, "EUR").rounded().amount
    assert abs(value - hourly * minutes / 60) <= Decimal("0.005")


@given(minutes=MINUTES, hourly=HOURLY, cap=st.decimals(min_value="0.01", max_value=100_000, places=2))
def test_capped_time_is_sold_for_its_worth_or_its_cap(minutes: int, hourly: Decimal, cap: Decimal) -> None:
    line = hours(
        new_id(),
        new_id(),
        description="Build",
        product="",
        staffing_role="Consultant",
        minutes=minutes,
        hourly_rate=hourly,
        currency="EUR",
        terms=LineTerms(cap=cap),
    )

    assert line.method is BillingMethod.TIME_AND_MATERIALS_CAPPED
    assert line.amount in {cap, time_value(minutes, hourly, "EUR")}
    assert line.amount <= cap


@pytest.mark.parametrize("method", BillingMethod)
def test_a_line_is_taken_with_what_its_method_needs_and_nothing_else(method: BillingMethod) -> None:
    form = FORMS[method]
    must_fit(method, dict.fromkeys(form.fields, 1))

    for missing in form.needs:
        with pytest.raises(LineIncomplete) as refusal:
            must_fit(method, dict.fromkeys(set(form.needs) - {missing}, 1))
        assert refusal.value.field == f"/{missing}"
    for strange in {name for other in FORMS.values() for name in other.fields} - set(form.fields):
        with pytest.raises(NotOfThisMethod) as misfit:
            must_fit(method, dict.fromkeys((*form.needs, strange), 1))
        assert misfit.value.field == f"/{strange}"


@given(lines=st.lists(st.tuples(MINUTES, HOURLY), max_size=8), fees=st.lists(HOURLY, max_size=4))
def test_the_amount_of_a_deal_is_the_sum_of_its_lines(lines: list[tuple[int, Decimal]], fees: list[Decimal]) -> None:
    deal = a_deal()
    for minutes, rate in lines:
        hours_sold(deal, minutes, str(rate))
    for fee in fees:
        milestone_sold(deal, str(fee))

    assert deal.amount == sum((line.amount for line in deal.lines), Decimal())
    assert [line.position for line in deal.lines] == list(range(1, len(lines) + len(fees) + 1))


@given(roles=st.lists(st.tuples(MINUTES, HOURLY, HOURLY), min_size=1, max_size=8))
def test_price_less_cost_is_the_margin_of_an_estimate(roles: list[tuple[int, Decimal, Decimal]]) -> None:
    estimate = Estimate.of([a_role(*role) for role in roles], "EUR")

    assert estimate.price == sum(time_value(minutes, price, "EUR") for minutes, price, _ in roles)
    assert estimate.cost == sum(time_value(minutes, cost, "EUR") for minutes, _, cost in roles)
    assert estimate.margin == estimate.price - estimate.cost


def test_an_estimate_without_price_has_no_share_of_margin() -> None:
    assert Estimate.of([a_role(60, Decimal(0), Decimal(70))], "EUR").margin_share is None
    assert Estimate.of([a_role(60, Decimal(120), Decimal(90))], "EUR").margin_share == Decimal("0.25")


def test_a_line_put_in_again_takes_its_old_place() -> None:
    deal = a_deal()
    first = hours_sold(deal, 60)
    milestone_sold(deal)

    hours_sold(deal, 120, line_id=first)

    assert [(line.position, line.amount) for line in sorted(deal.lines, key=lambda line: line.position)] == [
        (1, Decimal("240.00")),
        (2, Decimal("8000")),
    ]


def test_dropping_a_line_takes_its_worth_out_and_frees_its_roles() -> None:
    deal = a_deal()
    line_id = hours_sold(deal)
    milestone_sold(deal)
    deal.plan([a_role(60, Decimal(120), Decimal(70), line_id)])

    deal.drop(line_id)

    assert deal.amount == Decimal(8000)
    assert [role.line_id for role in deal.roles] == [None]
    with pytest.raises(NoSuchLine):
        deal.drop(line_id)


def test_a_role_delivers_only_a_line_that_is_sold() -> None:
    deal = a_deal()

    with pytest.raises(NoSuchLine) as refusal:
        deal.plan([a_role(60, Decimal(120), Decimal(70)), a_role(60, Decimal(120), Decimal(70), new_id())])

    assert refusal.value.field == "/roles/1/line_id"
    assert deal.roles == []


def test_the_amount_of_a_deal_with_lines_is_not_set_by_hand() -> None:
    deal = a_deal()
    deal.describe(deal.details, Decimal(500))
    milestone_sold(deal)

    with pytest.raises(AmountFollowsLines):
        deal.describe(deal.details, Decimal(500))

    assert deal.amount == Decimal(8000)


def test_the_history_keeps_the_probability_that_a_stage_had_then() -> None:
    deal = a_deal()
    deal.enter(STAGES["prospecting"], on=TODAY, by="rita")
    engaging = Stage("engaging", "Engaging", 20, Decimal("0.25"), STAGES["engaging"].forecast_category)
    deal.enter(engaging, on=TODAY, by="rita")

    engaging.weigh(Decimal("0.40"), engaging.forecast_category)

    assert [(one.stage, one.probability) for one in deal.history] == [
        ("prospecting", Decimal("0.10")),
        ("engaging", Decimal("0.25")),
    ]


def test_no_deal_is_moved_into_a_stage_that_closes_it() -> None:
    with pytest.raises(ClosedByItsOwnVerb):
        a_deal().enter(STAGES["won"], on=TODAY, by="rita")


@pytest.mark.parametrize(("code", "probability"), [("won", "0.9"), ("lost", "0.1"), ("engaging", "1")])
def test_the_probability_of_a_stage_fits_its_outcome(code: str, probability: str) -> None:
    stage = STAGES[code]

    with pytest.raises(StageMisfit):
        stage.weigh(Decimal(probability), stage.forecast_category)


def test_what_was_agreed_does_not_change_after_closing() -> None:
    deal = a_deal()
    deal.lose(STAGES["lost"], on=TODAY, by="rita", reason=LossReason.PRICE, note="")

    changes: tuple[Callable[[], None], ...] = (
        lambda: milestone_sold(deal),
        lambda: deal.plan([]),
        lambda: deal.describe(deal.details, None),
        lambda: deal.enter(STAGES["engaging"], on=TODAY, by="rita"),
        lambda: deal.win(STAGES["won"], on=TODAY, by="rita", quote="Q-1", override=None),
    )
    for change in changes:
        with pytest.raises(OpportunityClosed):
            change()
    assert (deal.stage, deal.probability, deal.closing.loss_reason) == ("lost", Decimal(0), LossReason.PRICE)


def test_work_does_not_end_before_it_starts() -> None:
    with pytest.raises(EndsBeforeStart):
        a_deal(starts_on=TODAY, ends_before=TODAY)


def test_everything_that_is_missing_is_named_at_once() -> None:
    missing = list(refusals_to_win(a_deal(), None, quote_reference=None, override_reason=None))

    refusal = all_at_once(missing)

    assert [one.code() for one in missing] == [
        "deal_without_lines",
        "deal_without_account",
        "deal_without_start",
        "deal_without_end",
        "deal_without_quote",
    ]
    assert refusal.code() == "deal_without_lines"
    assert "has no account" in refusal.detail
    assert "`starts_on`" in str(refusal.mend)


@pytest.mark.parametrize(
    ("legal_name", "country", "currency", "field"),
    [
        ("", "DE", "EUR", "/account/legal_name"),
        ("Alpenglow AG", "", "EUR", "/account/billing_address/country"),
        ("Alpenglow AG", "DE", "USD", "/account/currency"),
    ],
)
def test_an_account_that_cannot_be_billed_wins_nothing(
    legal_name: str, country: str, currency: str, field: str
) -> None:
    deal = a_deal(starts_on=TODAY, ends_before=date(2026, 4, 1))
    milestone_sold(deal)
    account = Account(new_id(), AccountDetails("Alpenglow", currency, legal_name), Address(country=country))

    (refusal,) = refusals_to_win(deal, account, quote_reference="Q-1", override_reason=None)

    assert (refusal.code(), refusal.field) == ("account_incomplete", field)

"""Whatever the order in which news arrives, and however often, resourcing ends in the same state."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.resourcing.bookings.actions import WorkToBook, book
from services.resourcing.bookings.model import BookingKind
from services.resourcing.calendars.actions import set_calendar
from services.resourcing.people.actions import add_person
from services.resourcing.people.model import PersonDetails
from services.resourcing.projects.actions import expect_project
from services.resourcing.service import service
from shared.contracts import crm, delivery
from shared.contracts.base import Event
from shared.contracts.resourcing import PersonChanged
from shared.ids import new_id
from tests.support.resourcing import (
    FULL_WEEK,
    HIRED,
    MONDAY,
    MORNING,
    NEXT_MONDAY,
    Resourcing,
    a_project_opened,
    a_staffing_request,
    an_approved_timesheet,
    an_entry,
)

ANNA, ACCOUNT, BOOKING, CALENDAR = (UUID(int=number) for number in range(1, 5))
DATA, WEB, REQUEST, OTHER_REQUEST = (UUID(int=number) for number in range(11, 15))
WON, LOST = UUID(int=21), UUID(int=22)


def a_deal(deal_id: UUID, probability: str, minutes: int) -> crm.OpportunityChanged:
    return crm.OpportunityChanged(
        opportunity_id=deal_id,
        name="A deal",
        stage="proposal",
        forecast_category="pipeline",
        probability=Decimal(probability),
        amount=Decimal(1000),
        currency="EUR",
        starts_on=MONDAY,
        expected_roles=[crm.ExpectedRole(staffing_role="Consultant", minutes=minutes)],
    )


def a_won_deal() -> crm.OpportunityClosedWon:
    role = crm.EstimatedRole(
        staffing_role="Consultant", minutes=600, hourly_price=Decimal(120), hourly_cost=Decimal(80)
    )
    return crm.OpportunityClosedWon(
        opportunity_id=WON,
        number="O-1",
        name="A deal",
        owner="rita",
        account=crm.CustomerAccount(account_id=ACCOUNT, name="Alpenglow", legal_name="Alpenglow AG", currency="EUR"),
        currency="EUR",
        amount=Decimal(1200),
        lines=[],
        estimate=crm.Estimate(price=Decimal(1200), cost=Decimal(800), roles=[role]),
        closed_on=MONDAY,
        starts_on=MONDAY,
        ends_before=NEXT_MONDAY,
        payment_terms_days=30,
    )


def a_person_changed(name: str) -> PersonChanged:
    return PersonChanged(person_id=ANNA, subject_id="anna", name=name, employed_from=HIRED)


def a_history() -> list[tuple[Event, int]]:
    """Two projects, two deals, two requests and a person: every kind of news that resourcing takes."""
    entry = an_entry(ANNA)
    newer = entry.model_copy(update={"version": 2, "minutes": 240})
    correction = delivery.TimeCorrected(
        correction_id=new_id(),
        project_id=DATA,
        person_id=ANNA,
        reason="twice",
        corrected_by="petra",
        corrected_at=MORNING,
        entries=[an_entry(ANNA, -240)],
    )
    return [
        (a_project_opened(DATA, account_id=ACCOUNT), 1),
        (delivery.ProjectClosed(project_id=DATA, opportunity_id=WON, closed_on=date(2026, 3, 4)), 2),
        (a_project_opened(WEB, account_id=ACCOUNT), 1),
        (a_staffing_request(DATA, request_id=REQUEST, minutes=600, thread_id=WON), 1),
        (a_staffing_request(DATA, request_id=REQUEST, minutes=900, thread_id=WON), 2),
        (a_staffing_request(WEB, request_id=OTHER_REQUEST), 1),
        (a_deal(WON, "0.3", 500), 1),
        (a_deal(WON, "0.8", 550), 2),
        (a_won_deal(), 3),
        (a_deal(LOST, "0.4", 700), 1),
        (crm.OpportunityClosedLost(opportunity_id=LOST, reason="price", closed_on=MONDAY), 2),
        (an_approved_timesheet(ANNA, entry, an_entry(ANNA, 60), project_id=DATA), 1),
        (an_approved_timesheet(ANNA, newer, project_id=DATA), 1),
        (correction, 1),
        (a_person_changed("Anna"), 1),
        (a_person_changed("Anna Berg"), 2),
    ]


HISTORY = a_history()


async def tell(resourcing: Resourcing, news: list[tuple[Event, int]]) -> dict[str, str]:
    """The digest of a new tenant's tables, where somebody is booked already, after `news`."""
    tenant = new_id()
    async with resourcing.work(tenant=tenant) as work:
        await expect_project(work, DATA)
        await add_person(work, ANNA, PersonDetails("Anna Berg", HIRED))
        await set_calendar(work, ANNA, CALENDAR, starts_on=HIRED, minutes_by_weekday=FULL_WEEK, country="DE")
        what = WorkToBook(
            project_id=DATA,
            staffing_role="Consultant",
            starts_on=MONDAY,
            ends_before=NEXT_MONDAY,
            minutes_per_day=240,
        )
        await book(work, BOOKING, person_id=ANNA, kind=BookingKind.HARD, what=what)
    for event, sequence in news:
        await resourcing.hear(event, sequence, tenant=tenant)
    # The trail tells what happened in which order, so it alone may differ.
    return await resourcing.digest(tenant, without={"audit"})


@pytest.fixture
async def in_order(resourcing: Resourcing) -> dict[str, str]:
    """Give the digest of what stands once the news came as it happened."""
    return await tell(resourcing, HISTORY)


def test_the_history_holds_every_kind_of_news_that_resourcing_takes() -> None:
    assert {type(event) for event, _ in HISTORY} == {reaction.event_type for reaction in service.all_reactions}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    news=st.permutations(range(len(HISTORY))),
    twice=st.lists(st.integers(0, len(HISTORY) - 1), max_size=6),
)
async def test_any_order_and_any_repetition_end_in_the_same_state(
    resourcing: Resourcing, in_order: dict[str, str], news: list[int], twice: list[int]
) -> None:
    shuffled = await tell(resourcing, [HISTORY[number] for number in [*news, *twice]])

    assert shuffled == in_order


async def test_without_any_kind_of_news_it_ends_in_another_state(
    resourcing: Resourcing, in_order: dict[str, str]
) -> None:
    for kind in {type(event) for event, _ in HISTORY}:
        assert await tell(resourcing, [told for told in HISTORY if type(told[0]) is not kind]) != in_order, kind

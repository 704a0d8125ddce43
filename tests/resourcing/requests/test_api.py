"""Requests and demand over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.resourcing.requests.model import RequestMakesNoSense
from shared.actor import Role
from shared.contracts import crm
from shared.contracts.delivery import ProjectClosed
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.resourcing import MONDAY, Resourcing, a_person, a_project_opened, a_staffing_request

MARCH = {"starts_on": "2026-03-01", "ends_before": "2026-04-01"}


def a_deal(deal_id: UUID, probability: str = "0.5", minutes: int = 2_000, *, imported: bool = False) -> Any:
    roles = [crm.ExpectedRole(staffing_role="Consultant", minutes=minutes)] if minutes else []
    return crm.OpportunityChanged(
        opportunity_id=deal_id,
        name="Data platform",
        stage="proposal",
        forecast_category="pipeline",
        probability=Decimal(probability),
        amount=Decimal("50000"),
        currency="EUR",
        starts_on=MONDAY,
        ends_before=date(2026, 3, 28),
        expected_roles=roles,
        imported=imported,
    )


def a_won_deal(deal_id: UUID, minutes: int = 2_400) -> crm.OpportunityClosedWon:
    account = crm.CustomerAccount(account_id=new_id(), name="Alpenglow", legal_name="Alpenglow AG", currency="EUR")
    sold = crm.EstimatedRole(
        staffing_role="Consultant", minutes=minutes, hourly_price=Decimal(120), hourly_cost=Decimal(80)
    )
    return crm.OpportunityClosedWon(
        opportunity_id=deal_id,
        number="O-7",
        name="Data platform",
        owner="rita",
        account=account,
        currency="EUR",
        amount=Decimal(4800),
        lines=[],
        estimate=crm.Estimate(price=Decimal(4800), cost=Decimal(3200), roles=[sold]),
        closed_on=date(2026, 2, 20),
        starts_on=MONDAY,
        ends_before=date(2026, 3, 28),
        payment_terms_days=30,
    )


async def march(resourcing: Resourcing) -> tuple[int, int, int]:
    """Pipeline, requested and supply of consultants in March."""
    answer = await resourcing.as_(Role.RESOURCE_MANAGER).get("/demand", params=MARCH)
    rows = [row for row in answer.json() if row["staffing_role"] == "Consultant"]
    assert len(rows) <= 1
    if not rows:
        return 0, 0, 0
    return rows[0]["pipeline_minutes"], rows[0]["requested_minutes"], rows[0]["supply_minutes"]


async def test_a_request_is_taken_as_it_was_asked_last(resourcing: Resourcing) -> None:
    request, project = new_id(), new_id()
    newer = a_staffing_request(project, request_id=request, minutes=4_800, skills={"python": 2})
    older = a_staffing_request(project, request_id=request, minutes=2_400)

    await resourcing.hear(newer, sequence=2)
    await resourcing.hear(older, sequence=1)

    seen = (await resourcing.as_(Role.PROJECT_MANAGER).get(f"/requests/{request}")).json()
    assert (seen["minutes"], seen["booked_minutes"], seen["is_covered"]) == (4_800, 0, False)
    assert seen["required_skills"] == [{"skill": "python", "level": 2}]


@pytest.mark.parametrize("wrong", [{"minutes": 0}, {"ends_before": MONDAY}], ids=["no work", "no days"])
async def test_a_request_that_makes_no_sense_is_not_taken(resourcing: Resourcing, wrong: dict[str, Any]) -> None:
    with pytest.raises(RequestMakesNoSense):
        await resourcing.hear(a_staffing_request(**wrong))

    assert await resourcing.rows("resource_requests") == []


async def test_requests_are_listed_by_start_page_by_page(resourcing: Resourcing) -> None:
    for day in (9, 2, 23, 16):
        await resourcing.hear(a_staffing_request(starts_on=date(2026, 3, day), ends_before=date(2026, 4, 1)))
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)

    first = (await ruth.get("/requests", params={"limit": 3, "is_covered": False})).json()
    rest = (await ruth.get("/requests", params={"limit": 3, "cursor": first["next"]})).json()

    starts = [one["starts_on"] for one in first["items"] + rest["items"]]
    assert starts == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]


async def test_an_unknown_request_is_not_found(resourcing: Resourcing) -> None:
    missing = await resourcing.as_(Role.RESOURCE_MANAGER).get(f"/requests/{new_id()}")

    assert (missing.status_code, code_of(missing)) == (404, "no_such_request")


async def test_an_open_deal_is_demand_by_its_probability(resourcing: Resourcing) -> None:
    deal = new_id()
    await resourcing.hear(a_deal(deal, "0.5"), sequence=1)
    assert await march(resourcing) == (1_000, 0, 0)

    await resourcing.hear(a_deal(deal, "0.9"), sequence=2)
    assert await march(resourcing) == (1_800, 0, 0)


async def test_a_lost_deal_is_no_demand_unless_it_is_taken_up_again(resourcing: Resourcing) -> None:
    deal = new_id()
    lost = crm.OpportunityClosedLost(opportunity_id=deal, reason="price", closed_on=MONDAY)
    await resourcing.hear(lost, sequence=2)
    await resourcing.hear(a_deal(deal), sequence=1)
    assert await march(resourcing) == (0, 0, 0)

    await resourcing.hear(a_deal(deal), sequence=3)
    assert await march(resourcing) == (1_000, 0, 0)


async def test_a_won_deal_is_full_demand_until_its_project_asks_for_people(resourcing: Resourcing) -> None:
    deal = new_id()
    await resourcing.hear(a_deal(deal, "0.5"), sequence=1)
    await resourcing.hear(a_won_deal(deal), sequence=2)
    assert await march(resourcing) == (2_400, 0, 0)

    await resourcing.hear(a_staffing_request(minutes=2_400, thread_id=deal))
    assert await march(resourcing) == (0, 2_400, 0)


async def test_a_won_deal_that_fell_through_is_no_demand(resourcing: Resourcing) -> None:
    deal = new_id()
    lost = crm.OpportunityClosedLost(opportunity_id=deal, reason="no_budget", closed_on=MONDAY)
    await resourcing.hear(lost, sequence=4)
    await resourcing.hear(a_won_deal(deal), sequence=2)

    assert await march(resourcing) == (0, 0, 0)


async def test_an_imported_deal_without_roles_is_no_demand(resourcing: Resourcing) -> None:
    await resourcing.hear(a_deal(new_id(), "1", minutes=0, imported=True))

    assert await march(resourcing) == (0, 0, 0)


async def test_demand_of_a_closed_project_ends(resourcing: Resourcing) -> None:
    project = new_id()
    await resourcing.hear(a_project_opened(project))
    await resourcing.hear(a_staffing_request(project))
    closed = ProjectClosed(project_id=project, opportunity_id=new_id(), closed_on=MONDAY)

    await resourcing.hear(closed, sequence=2)

    assert await march(resourcing) == (0, 0, 0)


async def test_supply_is_the_capacity_of_people_in_their_main_role(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        await a_person(work, roles=("Consultant", "Architect"))

    assert await march(resourcing) == (0, 0, 22 * 480)

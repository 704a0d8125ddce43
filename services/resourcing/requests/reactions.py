"""What resourcing does when delivery asks for people and when crm speaks of deals."""

from __future__ import annotations

from services.resourcing.requests.actions import (
    await_won_deal,
    expect_deal,
    forget_lost_deal,
    take_request,
)
from services.resourcing.requests.model import Deal, ExpectedWork, RequiredSkill
from shared.contracts.crm import OpportunityChanged, OpportunityClosedLost, OpportunityClosedWon
from shared.contracts.delivery import StaffingRequested
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(StaffingRequested, consumer="resourcing.take_request")
async def staffing_requested(work: Work, event: StaffingRequested, sequence: int) -> None:
    """A project needs somebody."""
    await take_request(
        work,
        event.request_id,
        project_id=event.project_id,
        project_name=event.project_name,
        account_name=event.account_name,
        staffing_role=event.staffing_role,
        skills=[RequiredSkill(one.skill, one.level) for one in event.skills],
        minutes=event.minutes,
        starts_on=event.starts_on,
        ends_before=event.ends_before,
        currency=event.currency,
        hourly_cost_limit=event.hourly_cost_limit,
        requested_by=event.requested_by,
        thread_id=event.thread_id,
        sequence=sequence,
    )


@reactions.on(OpportunityChanged, consumer="resourcing.expect_deal")
async def opportunity_changed(work: Work, event: OpportunityChanged, sequence: int) -> None:
    """A deal may bring work; one without roles brings none that could be planned."""
    deal = Deal(
        work=[ExpectedWork(one.staffing_role, one.minutes) for one in event.expected_roles],
        probability=event.probability,
        starts_on=event.starts_on,
        ends_before=event.ends_before,
        closes_on=event.closes_on,
    )
    await expect_deal(work, event.opportunity_id, name=event.name, deal=deal, sequence=sequence)


@reactions.on(OpportunityClosedWon, consumer="resourcing.await_won_deal")
async def opportunity_closed_won(work: Work, event: OpportunityClosedWon, sequence: int) -> None:
    """A deal was won: its work is certain."""
    sold = [ExpectedWork(role.staffing_role, role.minutes) for role in event.estimate.roles]
    await await_won_deal(
        work,
        event.opportunity_id,
        sold=sold,
        starts_on=event.starts_on,
        ends_before=event.ends_before,
        sequence=sequence,
    )


@reactions.on(OpportunityClosedLost, consumer="resourcing.forget_lost_deal")
async def opportunity_closed_lost(work: Work, event: OpportunityClosedLost, sequence: int) -> None:
    """A deal was lost: its work will not come."""
    await forget_lost_deal(work, event.opportunity_id, sequence=sequence)

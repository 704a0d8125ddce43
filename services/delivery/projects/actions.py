"""What people do with projects, and what becomes of news about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.delivery.permissions import Permission
from services.delivery.projects.model.added import AddedScope
from services.delivery.projects.model.milestone import Milestone
from services.delivery.projects.model.project import Opening, Project
from services.delivery.projects.model.project import open_project as plan_project
from services.delivery.projects.model.sold import SoldScope
from services.delivery.projects.model.staffing import Booking
from services.delivery.projects.store import baselines, plans, teams
from shared.contracts.delivery import (
    MilestoneAccepted,
    ProjectClosed,
    ProjectOpened,
    RequiredSkill,
    StaffingRequested,
)
from shared.messaging.reactions import NotReady
from shared.money import Money
from shared.work import Work


async def open_project(work: Work, sold: SoldScope, *, manager: str, starts_on: date | None) -> Project:
    """Set up the project of an accepted handoff with plan and first baseline, and ask for its people."""
    ordinal = await plans.next_ordinal(work)
    opening = plan_project(sold, ordinal=ordinal, manager=manager, starts_on=starts_on, by=work.actor.subject)
    plans.add(work, opening.project)
    await work.session.flush()
    await baselines.add(work, opening.baseline)
    teams.add_requests(work, opening.requests)
    work.publish(_opened(opening.project, sold))
    for request in _requests(opening, requested_by=work.actor.subject):
        work.publish(request)
    return opening.project


async def estimate_task(
    work: Work,
    project_id: UUID,
    *,
    task_id: UUID,
    name: str | None,
    minutes: int | None,
    days: int | None,
    offset_days: int | None,
) -> None:
    """Plan a task anew, and with it all that wait for it; the baseline stays."""
    project = await managed_project(work, project_id)
    project.estimate(task_id, at=work.now, name=name, minutes=minutes, days=days, offset_days=offset_days)


async def put_on_hold(work: Work, project_id: UUID, *, reason: str) -> None:
    """Let nobody record time on the project for a while."""
    project = await managed_project(work, project_id)
    await work.because(reason)
    project.put_on_hold()


async def resume_project(work: Work, project_id: UUID) -> None:
    """Go on with a project after a hold."""
    project = await managed_project(work, project_id)
    project.resume()


async def close_project(work: Work, project_id: UUID) -> None:
    """End a project, once all time on it is approved."""
    project = await managed_project(work, project_id)
    unapproved = await plans.unapproved_minutes(work, project_id)
    project.close(on=work.now.date(), unapproved_minutes=unapproved)
    work.publish(
        ProjectClosed(
            thread_id=project.thread_id,
            project_id=project.id,
            opportunity_id=project.thread_id,
            closed_on=work.now.date(),
        )
    )


async def change_scope(
    work: Work, project_id: UUID, *, price: Money, ends_before: date | None, added: Sequence[AddedScope]
) -> Project:
    """Let a project deliver what a change order added or took away; the baseline stays."""
    project = await managed_project(work, project_id)
    project.change_scope(price=price, ends_before=ends_before, added=added, at=work.now)
    return project


async def reach_milestone(work: Work, milestone_id: UUID, *, on: date | None) -> Milestone:
    """Say that the result of a milestone is there; without a day, that it is there today."""
    work.actor.must(Permission.MANAGE_PROJECTS)
    project, milestone = await plans.get_by_milestone(work, milestone_id)
    project.must_be_managed_by(work.actor.subject)
    milestone.reach(on=on or work.now.date())
    return milestone


async def accept_milestone(work: Work, milestone_id: UUID, *, by: str, on: date) -> Milestone:
    """Record that the client accepted a milestone, which makes its fee billable."""
    work.actor.must(Permission.MANAGE_PROJECTS)
    project, milestone = await plans.get_by_milestone(work, milestone_id)
    project.must_be_managed_by(work.actor.subject)
    milestone.accept(by=by, on=on)
    work.publish(
        MilestoneAccepted(
            thread_id=project.thread_id,
            milestone_id=milestone.id,
            project_id=project.id,
            name=milestone.name,
            billing_line_id=milestone.billing_line_id,
            accepted_on=on,
            accepted_by=by,
        )
    )
    return milestone


async def take_booking(work: Work, booking: Booking, *, sequence: int) -> None:
    """Show who is on the team; whoever is booked first makes the project active."""
    if not await plans.activate(work, booking.project_id):
        raise NotReady(f"project/{booking.project_id}")
    await teams.keep_booking(work, booking, sequence=sequence)


async def fulfil_request(
    work: Work, request_id: UUID, *, project_id: UUID, person_id: UUID, booking_id: UUID, sequence: int
) -> None:
    """Show who was found for a staffing request."""
    if not await plans.activate(work, project_id):
        raise NotReady(f"project/{project_id}")
    await teams.fulfil(work, request_id, person_id=person_id, booking_id=booking_id, sequence=sequence)


async def managed_project(work: Work, project_id: UUID) -> Project:
    """A project that whoever asks manages, locked until this work ends."""
    work.actor.must(Permission.MANAGE_PROJECTS)
    project = await plans.get(work, project_id)
    project.must_be_managed_by(work.actor.subject)
    return project


def _opened(project: Project, sold: SoldScope) -> ProjectOpened:
    return ProjectOpened(
        thread_id=project.thread_id,
        project_id=project.id,
        number=project.number,
        name=project.name,
        opportunity_id=project.thread_id,
        account_id=project.account_id,
        manager=project.manager,
        template=project.template_code,
        currency=project.price.currency,
        starts_on=project.starts_on,
        ends_before=project.ends_before,
        sold_minutes=sold.minutes,
        billing_line_ids=list(sold.line_ids),
    )


def _requests(opening: Opening, *, requested_by: str) -> list[StaffingRequested]:
    project = opening.project
    return [
        StaffingRequested(
            thread_id=project.thread_id,
            request_id=request.id,
            project_id=project.id,
            project_name=project.name,
            account_name=project.account_name,
            staffing_role=request.staffing_role,
            skills=[RequiredSkill(skill=skill) for skill in request.skills],
            minutes=request.minutes,
            starts_on=request.starts_on,
            ends_before=request.ends_before,
            currency=project.price.currency,
            hourly_cost_limit=request.hourly_cost_limit,
            requested_by=requested_by,
        )
        for request in opening.requests
    ]

"""What is wanted of people, as delivery and crm announce it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.resourcing.projects.actions import expect_project
from services.resourcing.requests import store
from services.resourcing.requests.model import Deal, ExpectedWork, RequestMakesNoSense, RequiredSkill
from shared.contracts.resourcing import StaffingFulfilled
from shared.work import Work


async def take_request(
    work: Work,
    request_id: UUID,
    *,
    project_id: UUID,
    project_name: str,
    account_name: str,
    staffing_role: str,
    skills: Sequence[RequiredSkill],
    minutes: int,
    starts_on: date,
    ends_before: date,
    currency: str,
    hourly_cost_limit: Decimal | None,
    requested_by: str,
    thread_id: UUID | None,
    sequence: int,
) -> None:
    """Take up that a project needs somebody, or needs them differently."""
    if ends_before <= starts_on or minutes <= 0:
        raise RequestMakesNoSense()
    await expect_project(work, project_id)
    said = {
        "project_id": project_id,
        "project_name": project_name,
        "account_name": account_name,
        "staffing_role": staffing_role,
        "required_skills": [asdict(one) for one in skills],
        "minutes": minutes,
        "starts_on": starts_on,
        "ends_before": ends_before,
        "currency": currency,
        "hourly_cost_limit": hourly_cost_limit,
        "requested_by": requested_by,
        "thread_id": thread_id,
    }
    await store.keep_request(work, request_id, said, sequence)


async def cover_request(
    work: Work, request_id: UUID, *, booked_minutes: int, person_id: UUID, booking_id: UUID
) -> None:
    """Take note of the minutes hard-booked for a request; the booking that completes it fulfils it."""
    request = await store.get(work, request_id)
    if request.cover(booked_minutes):
        work.publish(
            StaffingFulfilled(
                thread_id=request.thread_id,
                request_id=request.id,
                project_id=request.project_id,
                person_id=person_id,
                booking_id=booking_id,
            )
        )


async def expect_deal(work: Work, deal_id: UUID, *, name: str, deal: Deal, sequence: int) -> None:
    """Expect the work that an open deal may bring."""
    said = {
        "name": name,
        "probability": deal.probability,
        "expected_work": _plain(deal.work),
        "closes_on": deal.closes_on,
        "starts_on": deal.starts_on,
        "ends_before": deal.ends_before,
    }
    await store.keep_deal(work, deal_id, said, sequence)


async def await_won_deal(
    work: Work,
    deal_id: UUID,
    *,
    sold: Sequence[ExpectedWork],
    starts_on: date,
    ends_before: date,
    sequence: int,
) -> None:
    """Count on the sold work of a won deal, until its project asks for people."""
    await store.keep_won(
        work,
        deal_id,
        won_work=_plain(sold),
        starts_on=starts_on,
        ends_before=ends_before,
        sequence=sequence,
    )


async def forget_lost_deal(work: Work, deal_id: UUID, *, sequence: int) -> None:
    """Expect nothing more of a lost deal, unless it changes again."""
    await store.keep_lost(work, deal_id, sequence)


def _plain(expected: Sequence[ExpectedWork]) -> list[dict[str, str | int]]:
    return [asdict(one) for one in expected]

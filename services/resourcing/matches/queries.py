"""Ranking people for a request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from services.resourcing.bookings.store import of_people
from services.resourcing.calendars.queries import working_times
from services.resourcing.matches.model.candidate import Candidate, Closeness
from services.resourcing.matches.model.match import Match, match, ranked
from services.resourcing.people.model import Person
from services.resourcing.people.store import costs_by_person, people
from services.resourcing.permissions import Permission
from services.resourcing.projects.store import projects
from services.resourcing.requests.model import ResourceRequest
from services.resourcing.requests.store import find
from services.resourcing.utilization.store import experience
from shared.work import Work


@dataclass(frozen=True)
class Ranking:
    """Who fits a request, best first; who does not, and why, nearest first; and how many were looked at."""

    request: ResourceRequest
    candidates: list[Match]
    fallen_out: list[Match]
    considered: int


async def rank_candidates(work: Work, request_id: UUID, *, limit: int) -> Ranking:
    """Everybody employed in some part of the request's period, ranked; at most `limit` of either kind.

    Ten statements, however many people there are. Those who see it see cost.
    """
    work.actor.must(Permission.SEE_CANDIDATES)
    request = await find(work, request_id)
    found = await _candidates(work, request)
    fitting, fallen = ranked([match(one, request) for one in found])
    return Ranking(request, fitting[:limit], fallen[:limit], len(found))


async def _candidates(work: Work, request: ResourceRequest) -> list[Candidate]:
    employed = select(Person).where(
        people.c.employed_from < request.ends_before,
        or_(people.c.employed_until.is_(None), people.c.employed_until > request.starts_on),
    )
    persons = list(await work.session.scalars(employed))
    ids = [person.id for person in persons]
    times = await working_times(work, ids, request.period)
    booked = await of_people(work, ids, request.period)
    costs = await costs_by_person(work, ids)
    known = await _closeness(work, request, ids)
    return [
        Candidate(
            person_id=person.id,
            name=person.name,
            staffing_roles=person.staffing_roles,
            employment=times[person.id].employment,
            skills=person.skills,
            days=times[person.id].days(request.period),
            bookings=[one for one in booked[person.id] if one.request_id != request.id],
            cost_rates=costs[person.id],
            closeness=known.get(person.id, Closeness.NEITHER),
        )
        for person in persons
    ]


async def _closeness(work: Work, request: ResourceRequest, ids: Iterable[UUID]) -> dict[UUID, Closeness]:
    """Who has worked on this project or on another one of its account."""
    account = select(projects.c.account_id).where(projects.c.id == request.project_id).scalar_subquery()
    of_account = select(projects.c.id).where(or_(projects.c.id == request.project_id, projects.c.account_id == account))
    related = list(await work.session.scalars(of_account))
    worked = await experience(work, ids, related)
    return {
        person_id: Closeness.PROJECT if request.project_id in on else Closeness.ACCOUNT
        for person_id, on in worked.items()
    }

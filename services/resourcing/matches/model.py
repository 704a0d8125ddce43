"""How well somebody fits a request: five parts from 0 to 1, each with a weight and a reason; or why they fall out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from services.resourcing.bookings.model import Booking, even_minutes, minutes_taken
from services.resourcing.calendars.model import WorkDay
from services.resourcing.people.model import CostRate, Skill
from services.resourcing.requests.model import ResourceRequest
from shared.period import Period

HIGHEST_LEVEL = 3
NONE, FULL = Decimal(0), Decimal(1)
OTHER_ROLE, SAME_ACCOUNT = Decimal("0.70"), Decimal("0.60")


class Aspect(StrEnum):
    """What is looked at."""

    SKILLS = "skills"
    AVAILABILITY = "availability"
    COST = "cost"
    ROLE = "role"
    CONTINUITY = "continuity"


WEIGHTS = {
    Aspect.SKILLS: Decimal("0.30"),
    Aspect.AVAILABILITY: Decimal("0.30"),
    Aspect.COST: Decimal("0.15"),
    Aspect.ROLE: Decimal("0.10"),
    Aspect.CONTINUITY: Decimal("0.15"),
}


class Obstacle(StrEnum):
    """Why somebody cannot take the request."""

    WRONG_ROLE = "wrong_role"
    NOT_EMPLOYED = "not_employed"
    SKILL_MISSING = "skill_missing"
    ON_LEAVE = "on_leave"
    TOO_LITTLE_TIME = "too_little_time"
    OVERBOOKED = "overbooked"
    COST_ABOVE_LIMIT = "cost_above_limit"


class Closeness(StrEnum):
    """What somebody has worked on before."""

    PROJECT = "project"
    ACCOUNT = "account"
    NEITHER = "neither"


@dataclass(frozen=True)
class Candidate:
    """All that is known of somebody for one request; `days` and `bookings` are those of its period."""

    person_id: UUID
    name: str
    staffing_roles: Sequence[str]
    employment: Period
    skills: Sequence[Skill]
    days: Sequence[WorkDay]
    bookings: Sequence[Booking]
    cost_rates: Sequence[CostRate]
    closeness: Closeness = Closeness.NEITHER


@dataclass(frozen=True)
class Part:
    """One part of a score: 0 to 1, its weight, and why."""

    aspect: Aspect
    score: Decimal
    reason: str

    @property
    def weight(self) -> Decimal:
        """Its share of the whole."""
        return WEIGHTS[self.aspect]


@dataclass(frozen=True)
class Obstruction:
    """One reason why somebody falls out, in words."""

    obstacle: Obstacle
    reason: str


@dataclass(frozen=True)
class Time:
    """What of a candidate's time the request could have, in minutes."""

    expected: int
    capacity: int
    free: int
    evenly_free: int
    per_day: int

    @staticmethod
    def of(candidate: Candidate, minutes: int) -> Time:
        """Count it over the candidate's days; `evenly_free` is what fits in if worked evenly, `per_day` a day."""
        taken = minutes_taken(candidate.bookings, candidate.days)
        free = {day.day: max(day.capacity_minutes - taken[day.day], 0) for day in candidate.days}
        per_day = even_minutes(minutes, candidate.days)
        return Time(
            expected=sum(day.expected_minutes for day in candidate.days),
            capacity=sum(day.capacity_minutes for day in candidate.days),
            free=sum(free.values()),
            evenly_free=min(sum(min(one, per_day) for one in free.values()), minutes),
            per_day=per_day,
        )


@dataclass(frozen=True)
class Match:
    """A candidate's fit; whoever has an obstruction falls out of the ranking, and is shown with it."""

    person_id: UUID
    name: str
    parts: Sequence[Part]
    obstructions: Sequence[Obstruction]
    minutes_per_day: int
    """What the person would work on the request a day to cover it evenly."""

    @property
    def score(self) -> Decimal:
        """The parts by weight, 0 to 1."""
        return _rounded(sum((part.score * part.weight for part in self.parts), NONE))


def match(candidate: Candidate, request: ResourceRequest) -> Match:
    """How well `candidate` fits `request`."""
    time = Time.of(candidate, request.minutes)
    parts = [
        _skills(candidate, request),
        _availability(time, request),
        _cost(candidate, request),
        _role(candidate, request),
        _continuity(candidate, request),
    ]
    return Match(candidate.person_id, candidate.name, parts, obstructions(candidate, request, time), time.per_day)


def ranked(matches: Sequence[Match]) -> tuple[list[Match], list[Match]]:
    """Those who fit, best first, and those who fall out, nearest first."""
    fitting = [one for one in matches if not one.obstructions]
    fallen = [one for one in matches if one.obstructions]
    return (
        sorted(fitting, key=lambda one: (-one.score, one.name, one.person_id)),
        sorted(fallen, key=lambda one: (len(one.obstructions), -one.score, one.name, one.person_id)),
    )


def obstructions(candidate: Candidate, request: ResourceRequest, time: Time) -> list[Obstruction]:
    """Every reason why `candidate` cannot take `request`."""
    found = []
    if request.staffing_role not in candidate.staffing_roles:
        found.append(Obstruction(Obstacle.WRONG_ROLE, f"does not work as {request.staffing_role}"))
    employment = candidate.employment
    last = employment.ends_before
    if request.starts_on not in employment or (last is not None and last < request.ends_before):
        found.append(Obstruction(Obstacle.NOT_EMPLOYED, f"works here over {employment} only"))
    found.extend(_missing_skills(candidate, request))
    if time.free < request.minutes:
        found.append(_lack_of_time(time, request))
    cost = _highest_cost(candidate, request)
    limit = request.hourly_cost_limit
    if cost and limit is not None and cost.currency == request.currency and cost.hourly_cost > limit:
        reason = f"costs {_amount(cost.hourly_cost)} {cost.currency} an hour, the limit is {_amount(limit)}"
        found.append(Obstruction(Obstacle.COST_ABOVE_LIMIT, reason))
    return found


def _missing_skills(candidate: Candidate, request: ResourceRequest) -> list[Obstruction]:
    levels = {one.skill: one.level for one in candidate.skills}
    missing = []
    for wanted in request.skills:
        level = levels.get(wanted.skill, 0)
        if level < wanted.level:
            has = f"has level {level}" if level else "does not have it"
            reason = f"{wanted.skill} is wanted at level {wanted.level}, {has}"
            missing.append(Obstruction(Obstacle.SKILL_MISSING, reason))
    return missing


def _lack_of_time(time: Time, request: ResourceRequest) -> Obstruction:
    """What takes the time that the request needs: the calendar itself, or leave, or other bookings."""
    if time.expected < request.minutes:
        return Obstruction(
            Obstacle.TOO_LITTLE_TIME,
            f"works {_hours(time.expected)} in the period, {_hours(request.minutes)} are wanted",
        )
    if time.capacity < request.minutes:
        away = time.expected - time.capacity
        return Obstruction(
            Obstacle.ON_LEAVE,
            f"is on leave for {_hours(away)}, which leaves {_hours(time.capacity)} of {_hours(request.minutes)}",
        )
    return Obstruction(
        Obstacle.OVERBOOKED,
        f"would be overbooked: {_hours(time.free)} of {_hours(request.minutes)} are free",
    )


def _skills(candidate: Candidate, request: ResourceRequest) -> Part:
    if not request.skills:
        return Part(Aspect.SKILLS, FULL, "no skill is asked for")
    known = {one.skill: one for one in candidate.skills}
    held = [known.get(wanted.skill) for wanted in request.skills]
    levels = sum(one.level if one else 0 for one in held)
    words = [
        f"{wanted.skill} at level {one.level} since {one.assessed_on}" if one else f"no {wanted.skill}"
        for wanted, one in zip(request.skills, held, strict=True)
    ]
    return Part(Aspect.SKILLS, _share(levels, HIGHEST_LEVEL * len(held)), ", ".join(words))


def _availability(time: Time, request: ResourceRequest) -> Part:
    reason = f"{_hours(time.free)} free in the period, {_hours(time.evenly_free)} of {_hours(request.minutes)} evenly"
    return Part(Aspect.AVAILABILITY, _share(time.evenly_free, request.minutes), reason)


def _cost(candidate: Candidate, request: ResourceRequest) -> Part:
    cost, limit = _highest_cost(candidate, request), request.hourly_cost_limit
    if cost is None:
        return Part(Aspect.COST, NONE, "no cost rate in the period")
    costs = f"{_amount(cost.hourly_cost)} {cost.currency} an hour"
    if limit is None:
        return Part(Aspect.COST, FULL, f"{costs}, no limit is given")
    if cost.currency != request.currency:
        return Part(Aspect.COST, NONE, f"{costs}, the limit is in {request.currency}")
    score = _share(limit - cost.hourly_cost, limit) if limit > 0 else NONE
    return Part(Aspect.COST, score, f"{costs} of at most {_amount(limit)}")


def _role(candidate: Candidate, request: ResourceRequest) -> Part:
    if request.staffing_role not in candidate.staffing_roles:
        return Part(Aspect.ROLE, NONE, f"does not work as {request.staffing_role}")
    if candidate.staffing_roles[0] == request.staffing_role:
        return Part(Aspect.ROLE, FULL, f"{request.staffing_role} is the main role")
    return Part(Aspect.ROLE, OTHER_ROLE, f"also works as {request.staffing_role}")


def _continuity(candidate: Candidate, request: ResourceRequest) -> Part:
    if candidate.closeness is Closeness.PROJECT:
        return Part(Aspect.CONTINUITY, FULL, f"has worked on {request.project_name}")
    if candidate.closeness is Closeness.ACCOUNT:
        return Part(Aspect.CONTINUITY, SAME_ACCOUNT, f"has worked for {request.account_name}")
    return Part(Aspect.CONTINUITY, NONE, f"is new to {request.account_name}")


def _highest_cost(candidate: Candidate, request: ResourceRequest) -> CostRate | None:
    """The highest rate that holds on any day of the request: the careful choice."""
    holding = [rate for rate in candidate.cost_rates if rate.period.overlaps(request.period)]
    return max(holding, key=lambda rate: rate.hourly_cost, default=None)


def _share(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return _rounded(min(max(Decimal(part) / whole, NONE), FULL)) if whole else NONE


def _rounded(share: Decimal) -> Decimal:
    return share.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def _amount(value: Decimal) -> str:
    return f"{value:.2f}"

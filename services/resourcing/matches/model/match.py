"""How well somebody fits a request: five parts from 0 to 1, each with a weight and a reason; or why they fall out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from services.resourcing.matches.model.candidate import Candidate, Closeness, Time
from services.resourcing.people.model import CostRate, Skill
from services.resourcing.requests.model import ResourceRequest
from shared.money import Money
from shared.period import Period
from shared.reasons import Reason, because

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


@dataclass(frozen=True)
class Part:
    """One part of a score: 0 to 1, its weight, and why."""

    aspect: Aspect
    score: Decimal
    because: tuple[Reason, ...]

    @property
    def reason(self) -> str:
        """Why, in English."""
        return ", ".join(map(str, self.because))

    @property
    def weight(self) -> Decimal:
        """Its share of the whole."""
        return WEIGHTS[self.aspect]


@dataclass(frozen=True)
class Obstruction:
    """One reason why somebody falls out, in words."""

    obstacle: Obstacle
    because: Reason

    @property
    def reason(self) -> str:
        """Why, in English."""
        return str(self.because)


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
        found.append(Obstruction(Obstacle.WRONG_ROLE, _works_not_as(request)))
    employment = candidate.employment
    last = employment.ends_before
    if request.starts_on not in employment or (last is not None and last < request.ends_before):
        found.append(Obstruction(Obstacle.NOT_EMPLOYED, _employed_only(employment, request)))
    found.extend(_missing_skills(candidate, request))
    if time.free < request.minutes:
        found.append(_lack_of_time(time, request))
    cost = _highest_cost(candidate, request)
    limit = request.hourly_cost_limit
    if cost and limit is not None and cost.currency == request.currency and cost.hourly_cost > limit:
        asked = because(
            "costs %(cost)s an hour, the limit is %(limit)s", cost=_an_hour(cost), limit=Money(limit, cost.currency)
        )
        found.append(Obstruction(Obstacle.COST_ABOVE_LIMIT, asked))
    return found


def _missing_skills(candidate: Candidate, request: ResourceRequest) -> list[Obstruction]:
    levels = {one.skill: one.level for one in candidate.skills}
    missing = []
    for wanted in request.skills:
        level = levels.get(wanted.skill, 0)
        if level < wanted.level:
            missing.append(Obstruction(Obstacle.SKILL_MISSING, _level_too_low(wanted.skill, wanted.level, level)))
    return missing


def _lack_of_time(time: Time, request: ResourceRequest) -> Obstruction:
    """What takes the time that the request needs: the calendar itself, or leave, or other bookings."""
    if time.expected < request.minutes:
        return Obstruction(
            Obstacle.TOO_LITTLE_TIME,
            because(
                "works %(hours)s in the period, %(wanted)s are wanted",
                hours=_hours(time.expected),
                wanted=_hours(request.minutes),
            ),
        )
    if time.capacity < request.minutes:
        away = time.expected - time.capacity
        return Obstruction(
            Obstacle.ON_LEAVE,
            because(
                "is on leave for %(away)s, which leaves %(left)s of %(wanted)s",
                away=_hours(away),
                left=_hours(time.capacity),
                wanted=_hours(request.minutes),
            ),
        )
    return Obstruction(
        Obstacle.OVERBOOKED,
        because(
            "would be overbooked: %(free)s of %(wanted)s are free",
            free=_hours(time.free),
            wanted=_hours(request.minutes),
        ),
    )


def _skills(candidate: Candidate, request: ResourceRequest) -> Part:
    if not request.skills:
        return Part(Aspect.SKILLS, FULL, (because("no skill is asked for"),))
    known = {one.skill: one for one in candidate.skills}
    held = [known.get(wanted.skill) for wanted in request.skills]
    levels = sum(one.level if one else 0 for one in held)
    reasons = tuple(_held(wanted.skill, one) for wanted, one in zip(request.skills, held, strict=True))
    return Part(Aspect.SKILLS, _share(levels, HIGHEST_LEVEL * len(held)), reasons)


def _held(skill: str, held: Skill | None) -> Reason:
    if held is None:
        return because("no %(skill)s", skill=skill)
    return because("%(skill)s at level %(level)s since %(day)s", skill=skill, level=held.level, day=held.assessed_on)


def _availability(time: Time, request: ResourceRequest) -> Part:
    reason = because(
        "%(free)s free in the period, %(evenly)s of %(wanted)s evenly",
        free=_hours(time.free),
        evenly=_hours(time.evenly_free),
        wanted=_hours(request.minutes),
    )
    return Part(Aspect.AVAILABILITY, _share(time.evenly_free, request.minutes), (reason,))


def _cost(candidate: Candidate, request: ResourceRequest) -> Part:
    cost, limit = _highest_cost(candidate, request), request.hourly_cost_limit
    if cost is None:
        return Part(Aspect.COST, NONE, (because("no cost rate in the period"),))
    costs = _an_hour(cost)
    if limit is None:
        return Part(Aspect.COST, FULL, (because("%(cost)s an hour, no limit is given", cost=costs),))
    if cost.currency != request.currency:
        elsewhere = because("%(cost)s an hour, the limit is in %(currency)s", cost=costs, currency=request.currency)
        return Part(Aspect.COST, NONE, (elsewhere,))
    score = _share(limit - cost.hourly_cost, limit) if limit > 0 else NONE
    within = because("%(cost)s an hour of at most %(limit)s", cost=costs, limit=Money(limit, cost.currency))
    return Part(Aspect.COST, score, (within,))


def _role(candidate: Candidate, request: ResourceRequest) -> Part:
    if request.staffing_role not in candidate.staffing_roles:
        return Part(Aspect.ROLE, NONE, (_works_not_as(request),))
    if candidate.staffing_roles[0] == request.staffing_role:
        return Part(Aspect.ROLE, FULL, (because("%(role)s is the main role", role=request.staffing_role),))
    return Part(Aspect.ROLE, OTHER_ROLE, (because("also works as %(role)s", role=request.staffing_role),))


def _continuity(candidate: Candidate, request: ResourceRequest) -> Part:
    if candidate.closeness is Closeness.PROJECT:
        return Part(Aspect.CONTINUITY, FULL, (because("has worked on %(project)s", project=request.project_name),))
    account = request.account_name
    if candidate.closeness is Closeness.ACCOUNT:
        return Part(Aspect.CONTINUITY, SAME_ACCOUNT, (because("has worked for %(account)s", account=account),))
    return Part(Aspect.CONTINUITY, NONE, (because("is new to %(account)s", account=account),))


def _employed_only(employment: Period, request: ResourceRequest) -> Reason:
    if request.starts_on < employment.starts_on or employment.ends_before is None:
        return because("works here from %(day)s only", day=employment.starts_on)
    return because("works here until %(day)s only", day=employment.ends_before - timedelta(days=1))


def _works_not_as(request: ResourceRequest) -> Reason:
    return because("does not work as %(role)s", role=request.staffing_role)


def _level_too_low(skill: str, wanted: int, level: int) -> Reason:
    if not level:
        return because("%(skill)s is wanted at level %(wanted)s, does not have it", skill=skill, wanted=wanted)
    return because(
        "%(skill)s is wanted at level %(wanted)s, has level %(level)s", skill=skill, wanted=wanted, level=level
    )


def _highest_cost(candidate: Candidate, request: ResourceRequest) -> CostRate | None:
    """The highest rate that holds on any day of the request: the careful choice."""
    holding = [rate for rate in candidate.cost_rates if rate.period.overlaps(request.period)]
    return max(holding, key=lambda rate: rate.hourly_cost, default=None)


def _share(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return _rounded(min(max(Decimal(part) / whole, NONE), FULL)) if whole else NONE


def _rounded(share: Decimal) -> Decimal:
    return share.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _hours(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _an_hour(cost: CostRate) -> Money:
    return Money(cost.hourly_cost, cost.currency)

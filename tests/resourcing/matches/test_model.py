"""Who fits a request, who does not, and why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resourcing.matches.model.candidate import Candidate, Closeness
from services.resourcing.matches.model.match import WEIGHTS, Aspect, Match, Obstacle, match, ranked
from services.resourcing.people.model import CostRate, Skill
from services.resourcing.requests.model import ResourceRequest
from shared.ids import new_id
from shared.period import Period
from tests.support.resourcing import FRIDAY, HIRED, MONDAY, NEXT_MONDAY, a_booking, a_week

REQUEST = ResourceRequest(
    id=new_id(),
    project_id=new_id(),
    project_name="Data platform",
    account_name="Alpenglow AG",
    staffing_role="Consultant",
    required_skills=[{"skill": "python", "level": 2}],
    minutes=2_400,
    starts_on=MONDAY,
    ends_before=NEXT_MONDAY,
    currency="EUR",
    hourly_cost_limit=Decimal(100),
    requested_by="petra",
    thread_id=None,
)


def a_skill(skill: str = "python", level: int = 3) -> Skill:
    return Skill(new_id(), new_id(), skill, level, HIRED)


def a_cost(cost: str, currency: str = "EUR", starts_on: date = HIRED) -> CostRate:
    return CostRate(new_id(), new_id(), starts_on, None, Decimal(cost), currency)


def a_candidate(
    name: str = "Anna Berg", *, leave: Sequence[date] = (), week: int = 480, booked: int = 0, cost: str = "80"
) -> Candidate:
    return Candidate(
        person_id=new_id(),
        name=name,
        staffing_roles=["Consultant"],
        employment=Period(HIRED),
        skills=[a_skill()],
        days=a_week(week, leave=leave),
        bookings=[a_booking(booked)] if booked else [],
        cost_rates=[a_cost(cost)],
    )


def part(found: Match, aspect: Aspect) -> tuple[str, str]:
    [one] = [one for one in found.parts if one.aspect is aspect]
    return f"{one.score:.2f}", one.reason


def obstacles(candidate: Candidate, request: ResourceRequest = REQUEST) -> list[tuple[Obstacle, str]]:
    return [(one.obstacle, one.reason) for one in match(candidate, request).obstructions]


def test_the_weights_make_a_whole() -> None:
    assert sum(WEIGHTS.values()) == 1
    assert set(WEIGHTS) == set(Aspect)


def test_every_part_of_the_score_says_why() -> None:
    found = match(a_candidate(), REQUEST)

    assert {aspect: part(found, aspect) for aspect in Aspect} == {
        Aspect.SKILLS: ("1.00", "python at level 3 since 2025-01-01"),
        Aspect.AVAILABILITY: ("1.00", "40 h free in the period, 40 h of 40 h evenly"),
        Aspect.COST: ("0.20", "80.00 EUR an hour of at most 100.00 EUR"),
        Aspect.ROLE: ("1.00", "Consultant is the main role"),
        Aspect.CONTINUITY: ("0.00", "is new to Alpenglow AG"),
    }
    assert found.score == Decimal("0.7300")
    assert found.minutes_per_day == 480


@pytest.mark.parametrize(
    ("candidate", "obstacle", "reason"),
    [
        (replace(a_candidate(), skills=[]), Obstacle.SKILL_MISSING, "python is wanted at level 2, does not have it"),
        (
            replace(a_candidate(), skills=[a_skill(level=1)]),
            Obstacle.SKILL_MISSING,
            "python is wanted at level 2, has level 1",
        ),
        (a_candidate(leave=[FRIDAY]), Obstacle.ON_LEAVE, "is on leave for 8 h, which leaves 32 h of 40 h"),
        (a_candidate(booked=90), Obstacle.OVERBOOKED, "would be overbooked: 32 h 30 min of 40 h are free"),
        (a_candidate(week=240), Obstacle.TOO_LITTLE_TIME, "works 20 h in the period, 40 h are wanted"),
        (a_candidate(cost="120"), Obstacle.COST_ABOVE_LIMIT, "costs 120.00 EUR an hour, the limit is 100.00 EUR"),
        (replace(a_candidate(), staffing_roles=["Architect"]), Obstacle.WRONG_ROLE, "does not work as Consultant"),
        (
            replace(a_candidate(), employment=Period(HIRED, FRIDAY)),
            Obstacle.NOT_EMPLOYED,
            "works here until 2026-03-05 only",
        ),
    ],
    ids=["no skill", "low skill", "leave", "overbooked", "part-time", "cost", "role", "employment"],
)
def test_who_falls_out_is_told_why(candidate: Candidate, obstacle: Obstacle, reason: str) -> None:
    assert obstacles(candidate) == [(obstacle, reason)]


def test_several_reasons_are_all_shown() -> None:
    nobody = replace(a_candidate(cost="120"), skills=[], staffing_roles=["Architect"])

    assert [one for one, _ in obstacles(nobody)] == [
        Obstacle.WRONG_ROLE,
        Obstacle.SKILL_MISSING,
        Obstacle.COST_ABOVE_LIMIT,
    ]


def test_leave_that_leaves_enough_time_is_no_obstacle() -> None:
    light = replace(REQUEST, minutes=1_200)

    found = match(a_candidate(leave=[FRIDAY]), light)

    assert not found.obstructions
    assert part(found, Aspect.AVAILABILITY) == ("0.80", "32 h free in the period, 16 h of 20 h evenly")


def test_the_highest_rate_of_the_period_counts() -> None:
    rising = replace(a_candidate(), cost_rates=[a_cost("80"), a_cost("101", starts_on=FRIDAY)])

    assert [one for one, _ in obstacles(rising)] == [Obstacle.COST_ABOVE_LIMIT]


def test_cost_in_another_currency_is_not_compared() -> None:
    found = match(replace(a_candidate(), cost_rates=[a_cost("500", "USD")]), REQUEST)

    assert not found.obstructions
    assert part(found, Aspect.COST) == ("0.00", "500.00 USD an hour, the limit is in EUR")


def test_without_a_limit_or_skills_asked_for_nobody_is_worse() -> None:
    found = match(replace(a_candidate(), skills=[]), replace(REQUEST, hourly_cost_limit=None, required_skills=[]))

    assert part(found, Aspect.COST) == ("1.00", "80.00 EUR an hour, no limit is given")
    assert part(found, Aspect.SKILLS) == ("1.00", "no skill is asked for")


@pytest.mark.parametrize(
    ("closeness", "expected"),
    [
        (Closeness.PROJECT, ("1.00", "has worked on Data platform")),
        (Closeness.ACCOUNT, ("0.60", "has worked for Alpenglow AG")),
    ],
)
def test_who_knows_the_client_is_preferred(closeness: Closeness, expected: tuple[str, str]) -> None:
    assert part(match(replace(a_candidate(), closeness=closeness), REQUEST), Aspect.CONTINUITY) == expected


def test_the_best_come_first_and_the_nearest_misses_before_the_far_ones() -> None:
    cheap, dear = a_candidate("Cheap", cost="50"), a_candidate("Dear", cost="99")
    near = replace(a_candidate("Near"), skills=[])
    far = replace(near, name="Far", staffing_roles=["Architect"])

    fitting, fallen = ranked([match(one, REQUEST) for one in (far, dear, near, cheap)])

    assert [one.name for one in fitting] == ["Cheap", "Dear"]
    assert [one.name for one in fallen] == ["Near", "Far"]


@given(
    week=st.integers(0, 1_440),
    booked=st.integers(0, 960),
    level=st.integers(0, 3),
    cost=st.integers(1, 300),
    minutes=st.integers(1, 10_000),
    closeness=st.sampled_from(Closeness),
)
def test_every_score_is_between_nothing_and_one(
    *, week: int, booked: int, level: int, cost: int, minutes: int, closeness: Closeness
) -> None:
    candidate = replace(
        a_candidate(week=week, booked=booked, cost=str(cost)),
        skills=[a_skill(level=level)] if level else [],
        closeness=closeness,
    )

    found = match(candidate, replace(REQUEST, minutes=minutes))

    assert all(0 <= one.score <= 1 for one in found.parts)
    assert 0 <= found.score <= 1

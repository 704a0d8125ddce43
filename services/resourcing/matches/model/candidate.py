"""Somebody who could take a request: what is known of them, and what of their time is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.resourcing.bookings.model import Booking, even_minutes, minutes_taken
from services.resourcing.calendars.model import WorkDay
from services.resourcing.people.model import CostRate, Skill
from shared.period import Period


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

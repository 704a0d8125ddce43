"""Events that resourcing publishes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Amount, Currency, Event, Fact, Minutes


class PersonChanged(Event):
    """Somebody who works here was added or changed; carries the whole state, without cost."""

    type: ClassVar[str] = "throughline.resourcing.person.changed.v1"
    about: ClassVar[tuple[str, str]] = ("person", "person_id")
    minor: ClassVar[int] = 1
    person_id: UUID
    subject_id: str | None = None
    """The log-in of this person."""
    name: str
    email: str = ""
    practice: str = ""
    grade: str = ""
    staffing_roles: list[str] = Field(default_factory=list)
    employed_from: date
    employed_until: date | None = None
    """First day on which the person does not work here any more."""


class DatedCost(Fact):
    """What an hour of somebody costs from `starts_on` up to, not including, `ends_before`."""

    starts_on: date
    ends_before: date | None = None
    hourly_cost: Amount


class CostRateChanged(Event):
    """What a person costs changed; carries all dated rates."""

    type: ClassVar[str] = "throughline.resourcing.cost_rate.changed.v1"
    about: ClassVar[tuple[str, str]] = ("cost_rate", "person_id")
    person_id: UUID
    currency: Currency
    rates: list[DatedCost]


class BookingKind(StrEnum):
    SOFT = "soft"
    HARD = "hard"


class BookingChanged(Event):
    """Somebody is booked on a project, differently or no more; carries the whole state."""

    type: ClassVar[str] = "throughline.resourcing.booking.changed.v1"
    about: ClassVar[tuple[str, str]] = ("booking", "booking_id")
    booking_id: UUID
    request_id: UUID | None = None
    person_id: UUID
    project_id: UUID
    staffing_role: str
    kind: BookingKind
    minutes_per_day: Minutes
    starts_on: date
    ends_before: date
    is_cancelled: bool = False
    overbooking_reason: str | None = None


class StaffingFulfilled(Event):
    """A staffing request has its person."""

    type: ClassVar[str] = "throughline.resourcing.staffing.fulfilled.v1"
    about: ClassVar[tuple[str, str]] = ("staffing_request", "request_id")
    request_id: UUID
    project_id: UUID
    person_id: UUID
    booking_id: UUID


class TimeOffApproved(Event):
    """Somebody will be away."""

    type: ClassVar[str] = "throughline.resourcing.time_off.approved.v1"
    about: ClassVar[tuple[str, str]] = ("time_off", "time_off_id")
    unconsumed: ClassVar[str] = "Tells people's calendars."
    time_off_id: UUID
    person_id: UUID
    starts_on: date
    ends_before: date

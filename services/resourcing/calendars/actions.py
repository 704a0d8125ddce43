"""What is done about calendars and time off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.resourcing.calendars import store
from services.resourcing.calendars.model import (
    CalendarChange,
    CalendarsChangedSince,
    NotYourTimeOff,
    TimeOff,
    TimeOffKind,
    UnknownLogIn,
    WorkCalendar,
    a_period,
)
from services.resourcing.people import store as people
from services.resourcing.permissions import Permission
from shared.contracts.resourcing import TimeOffApproved
from shared.ids import new_id
from shared.period import Period
from shared.work import Work


async def set_calendar(
    work: Work,
    person_id: UUID,
    calendar_id: UUID,
    *,
    starts_on: date,
    minutes_by_weekday: list[int],
    country: str,
    region: str | None = None,
) -> WorkCalendar:
    """Say how a person works from a day on; takes the place of a calendar from the same day."""
    calendar = WorkCalendar(calendar_id, person_id, starts_on, minutes_by_weekday, country, region)
    await _let_hold(work, [calendar])
    return calendar


async def set_calendars(
    work: Work,
    person_ids: Sequence[UUID],
    *,
    starts_on: date,
    minutes_by_weekday: list[int],
    country: str,
    region: str | None = None,
) -> CalendarChange:
    """Say the same of several people, of all or of none; until the same log-in sets others it can be taken back."""
    change = CalendarChange(new_id(), work.actor.subject, list(dict.fromkeys(person_ids)), ())
    week = (starts_on, minutes_by_weekday, country, region)
    calendars = [WorkCalendar(change.calendar_id(person_id), person_id, *week) for person_id in change.person_ids]
    change = replace(change, replaced=await _let_hold(work, calendars))
    await store.remember(work, change)
    return change


async def take_calendars_back(work: Work, change_id: UUID) -> CalendarChange:
    """Let hold again what held before the actor's last change of calendars. Raises CalendarsChangedSince."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    change = await store.take_last_change(work, change_id)
    if change is None:
        raise CalendarsChangedSince()
    await people.hold(work, change.person_ids)
    if not await store.take_back(work, change):
        raise CalendarsChangedSince()
    return change


async def request_time_off(
    work: Work,
    time_off_id: UUID,
    *,
    starts_on: date,
    ends_before: date,
    kind: TimeOffKind = TimeOffKind.VACATION,
    note: str = "",
    person_id: UUID | None = None,
) -> TimeOff:
    """Ask to be away; for somebody else only as one who approves time off."""
    work.actor.must(Permission.REQUEST_TIME_OFF)
    period = a_period(starts_on, ends_before)
    own = await people.with_subject(work, work.actor.subject)
    if person_id not in (None, own):
        if not work.actor.may(Permission.APPROVE_TIME_OFF):
            raise NotYourTimeOff(field="/person_id")
    person = await people.get(work, _somebody(person_id or own))
    wanted = TimeOff(
        id=time_off_id,
        person_id=person.id,
        starts_on=period.starts_on,
        ends_before=ends_before,
        kind=kind,
        note=note,
        requested_by=work.actor.subject,
        requested_at=work.now,
    )
    await store.add(work, wanted)
    return wanted


async def approve_time_off(work: Work, time_off_id: UUID) -> TimeOff:
    """Grant time off, which takes it from the person's capacity."""
    work.actor.must(Permission.APPROVE_TIME_OFF)
    wanted = await store.get_time_off(work, time_off_id)
    deciding = await people.with_subject(work, work.actor.subject)
    wanted.approve(by=work.actor.subject, deciding_person=deciding, at=work.now)
    work.publish(
        TimeOffApproved(
            time_off_id=wanted.id,
            person_id=wanted.person_id,
            starts_on=wanted.starts_on,
            ends_before=wanted.ends_before,
        )
    )
    return wanted


async def decline_time_off(work: Work, time_off_id: UUID, *, reason: str) -> TimeOff:
    """Refuse time off, with a reason for the person."""
    work.actor.must(Permission.APPROVE_TIME_OFF)
    wanted = await store.get_time_off(work, time_off_id)
    deciding = await people.with_subject(work, work.actor.subject)
    wanted.decline(by=work.actor.subject, deciding_person=deciding, at=work.now, reason=reason)
    return wanted


async def _let_hold(work: Work, calendars: Sequence[WorkCalendar]) -> list[WorkCalendar]:
    """Have the calendars hold; gives those from the same day that gave way."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    await people.hold(work, [one.person_id for one in calendars])
    for calendar in calendars:
        calendar.check()
        store.public_holidays(calendar.country, calendar.region, Period(calendar.starts_on))
    return await store.replace(work, calendars)


def _somebody(person_id: UUID | None) -> UUID:
    if person_id is None:
        raise UnknownLogIn()
    return person_id

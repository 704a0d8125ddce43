"""My week: hours by task and day, typed into a grid and saved at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator, Field

from services.delivery.permissions import Permission
from services.delivery.projects.model.project import number_of
from services.delivery.timesheets import queries
from services.delivery.timesheets.actions import grid, own_time
from services.delivery.timesheets.api.entries import Note
from services.delivery.timesheets.model.cells import Cell, WeekTask
from services.delivery.timesheets.model.entries import Entry, TimesheetState
from services.delivery.timesheets.queries import Show
from shared.pages import InWork, PageRoute, form_of, page, toast
from shared.pages.waiting import WAITING_AT_MOST, Need, Verb
from shared.period import week_of
from shared.ui.words import gettext as _
from shared.web import Body
from shared.work import Work

router = APIRouter(prefix="/week", route_class=PageRoute)
HANDED_IN = (TimesheetState.SUBMITTED, TimesheetState.APPROVED)
WEEK = timedelta(days=7)
TYPED = re.compile(r"(?P<hours>\d{1,5})(:(?P<minutes>[0-5]\d)|(?P<fraction>[.,]\d{1,4}))?")


def minutes_of(typed: object) -> int:
    """The minutes of hours as people type them: `7.5`, `7,5`, `7:30`."""
    found = TYPED.fullmatch(str(typed).strip())
    if not found:
        raise ValueError(_("Type hours as 7.5 or 7:30."))
    hours = Decimal(found["hours"] + (found["fraction"] or "").replace(",", "."))
    return round(hours * 60) + int(found["minutes"] or 0)


Typed = Annotated[int, BeforeValidator(minutes_of)]


class WeekForm(Body):
    """Hours by task and day as typed, minutes as they were shown, and whether the week is handed in with it."""

    cells: dict[UUID, dict[date, Typed]] = Field(default_factory=dict)
    seen: dict[UUID, dict[date, int]] = Field(default_factory=dict)
    submit: bool = False

    def changed(self) -> list[Cell]:
        """The cells; one that is empty now holds no time."""
        places = {(task, day) for tasks in (self.cells, self.seen) for task, days in tasks.items() for day in days}
        return [
            Cell(task, day, self.seen.get(task, {}).get(day, 0), self.cells.get(task, {}).get(day, 0))
            for task, day in sorted(places)
        ]


class NotesForm(Body):
    """What was done, by entry."""

    notes: dict[UUID, Note] = Field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One row of the grid: a task, its minutes by day, and whether it can still be typed into."""

    task: WeekTask
    minutes: Mapping[date, int]
    has_notes: bool = False

    @property
    def project_number(self) -> str:
        """The number that people call the project by."""
        return number_of(self.task.project_ordinal)

    @property
    def is_open(self) -> bool:
        """Whether time can be typed."""
        return self.task.state not in HANDED_IN and self.task.project_state in ("proposed", "active")

    @property
    def total(self) -> int:
        """All minutes of the row."""
        return sum(self.minutes.values())


@router.get("")
async def this_week(request: Request, work: InWork) -> Response:
    """The week of today."""
    return await _shown(request, work, week_of(work.now.date()).starts_on)


@router.get("/{week_starts_on}")
async def week(
    request: Request, week_starts_on: date, work: InWork, skipped: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """One week; `skipped` is how many entries of the week before could not be copied into it."""
    return await _shown(request, work, week_starts_on, skipped)


@router.get("/{week_starts_on}/rows")
async def row(request: Request, week_starts_on: date, work: InWork, task_id: UUID | None = None) -> Response:
    """One more row for the grid."""
    work.actor.must(Permission.RECORD_TIME)
    line = None
    if task_id is not None:
        task = await queries.task_in_week(work, task_id, week_starts_on=week_starts_on)
        line = _line(task, await queries.own_week(work, week_starts_on=week_starts_on))
    is_now = week_starts_on == week_of(work.now.date()).starts_on
    return page(request, "delivery/timesheets/row.html", line=line, days=_days(week_starts_on), is_now=is_now)


@router.post("/{week_starts_on}")
async def save(request: Request, week_starts_on: date, work: InWork) -> Response:
    """Keep the week as it was typed, and hand it in where that was asked."""
    form = await form_of(request, WeekForm)
    await grid.save_cells(work, form.changed())
    if form.submit:
        await own_time.submit_week(work, week_starts_on=week_starts_on, project_id=None)
    return _back(week_starts_on, _("Your week is submitted.") if form.submit else _("Saved."))


@router.post("/{week_starts_on}/copy")
async def copy(week_starts_on: date, work: InWork) -> Response:
    """Record what was worked in the week before."""
    copied = await own_time.copy_week(work, week_starts_on=week_starts_on)
    return RedirectResponse(f"/delivery/week/{week_starts_on}?skipped={len(copied.skipped)}", 303)


@router.get("/{week_starts_on}/notes/{task_id}")
async def notes(request: Request, week_starts_on: date, task_id: UUID, work: InWork) -> Response:
    """The entries of one task with what was done; a part of the page."""
    task = await queries.task_in_week(work, task_id, week_starts_on=week_starts_on)
    found = [one for one in await queries.own_week(work, week_starts_on=week_starts_on) if one.task_id == task_id]
    line = _line(task, found)
    return page(request, "delivery/timesheets/notes.html", line=line, entries=found, week_starts_on=week_starts_on)


@router.post("/{week_starts_on}/notes")
async def write_notes(request: Request, week_starts_on: date, work: InWork) -> Response:
    """Keep what was done; the grid stays as it is, with what is not saved yet."""
    form = await form_of(request, NotesForm)
    for entry in await queries.own_week(work, week_starts_on=week_starts_on):
        note = form.notes.get(entry.id, "")
        if entry.state not in HANDED_IN and note != entry.note:
            await own_time.change_entry(work, entry, minutes=None, billable=None, note=note)
    return Response(status_code=204, headers=toast(_("The notes are saved.")))


async def needs(work: Work) -> Sequence[Need]:
    """One's own weeks that are over, or were given back, and not submitted."""
    if not work.actor.may(Permission.RECORD_TIME):
        return []
    found: dict[date, Need] = {}
    today = work.now.date()
    for state, verb, title in (
        (TimesheetState.REJECTED, Verb.FIX, _("Mend your week")),
        (TimesheetState.OPEN, Verb.ENTER, _("Submit your week")),
    ):
        waiting = await queries.list_timesheets(work, show=Show.MINE, state=state, cursor=None, limit=WAITING_AT_MOST)
        for one in waiting.items:
            ends_before = one.week_starts_on + WEEK
            if one.minutes and (state is TimesheetState.REJECTED or ends_before <= today):
                path = f"/delivery/week/{one.week_starts_on}"
                detail = one.rejection_reason or one.project_name
                found.setdefault(one.week_starts_on, Need(verb, title, path, detail, ends_before, is_late=True))
    return list(found.values())


async def _shown(request: Request, work: Work, starts_on: date, skipped: int = 0) -> Response:
    found = await queries.week_in_full(work, week_starts_on=starts_on)
    lines = [_line(task, found.entries) for task in found.tasks]
    days = _days(starts_on)
    return page(
        request,
        "delivery/timesheets/week.html",
        days=days,
        lines=lines,
        totals={day: sum(one.minutes for one in found.entries if one.day == day) for day in days},
        projects=list({line.task.project_id: line for line in lines}.values()),
        choices=await _choices(work, starts_on, besides={line.task.id for line in lines}),
        starts_on=starts_on,
        prior=starts_on - WEEK,
        following=starts_on + WEEK,
        this_week=week_of(work.now.date()).starts_on,
        today=work.now.date(),
        skipped=skipped,
        timer=await _timer(work),
    )


async def _choices(work: Work, starts_on: date, *, besides: set[UUID]) -> list[tuple[UUID, str]]:
    """The tasks that a row can be added for."""
    return [
        (one.id, f"{number_of(one.project_ordinal)} {one.project_name} · {one.wbs} {one.name}")
        for one in await queries.tasks_to_choose(work, week_starts_on=starts_on)
        if one.id not in besides
    ]


async def _timer(work: Work) -> Mapping[str, Any] | None:
    """The timer that runs: on what, and for how many seconds by now."""
    found = await queries.running_timer(work)
    if found is None:
        return None
    seconds = int((work.now - found.started_at).total_seconds())
    return {**found._mapping, "seconds": seconds, "project_number": number_of(found.project_ordinal)}


def _line(task: WeekTask, entries: Sequence[Entry]) -> Line:
    minutes: dict[date, int] = {}
    own = [entry for entry in entries if entry.task_id == task.id]
    for entry in own:
        minutes[entry.day] = minutes.get(entry.day, 0) + entry.minutes
    return Line(task, minutes, any(entry.note for entry in own))


def _days(starts_on: date) -> list[date]:
    return [starts_on + timedelta(days=n) for n in range(7)]


def _back(week_starts_on: date, said: str) -> Response:
    return RedirectResponse(f"/delivery/week/{week_starts_on}", 303, toast(said))

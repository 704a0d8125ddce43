"""Staffing requests as people see them: who is wanted, who fits and why, and booking the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.resourcing.bookings import actions as bookings
from services.resourcing.bookings.actions import WorkToBook
from services.resourcing.bookings.api import Reason
from services.resourcing.bookings.model import BookingKind, even_minutes
from services.resourcing.bookings.queries import list_bookings
from services.resourcing.calendars.queries import capacity_of
from services.resourcing.matches.queries import rank_candidates
from services.resourcing.people.queries import get_person
from services.resourcing.permissions import Permission
from services.resourcing.requests import queries
from shared.database import LIMIT_MAX
from shared.ids import new_id
from shared.pages import InWork, LastDay, PageRoute, form_of, page, said
from shared.pages.waiting import WAITING_AT_MOST, Need, Verb
from shared.ui.formats import hours, role
from shared.ui.forms import typed_minutes
from shared.ui.listing import Column, Listing, Rows, in_hours, last_day
from shared.ui.words import gettext as _
from shared.web.bodies import Body
from shared.work import Work

router = APIRouter(prefix="/requests", route_class=PageRoute)
RANKED_AT_MOST = 25


class BookForm(Body):
    """Whom to book, with hours as people type them."""

    booking_id: UUID
    person_id: UUID
    kind: BookingKind
    minutes_per_day: Annotated[str, Field(max_length=10)] = ""
    starts_on: date | None = None
    ends_before: LastDay | None = None
    overbooking_reason: Reason | None = None

    def what(self, request_id: UUID) -> WorkToBook:
        """The work it stands for."""
        return WorkToBook(
            request_id,
            starts_on=self.starts_on,
            ends_before=self.ends_before,
            minutes_per_day=typed_minutes(self.minutes_per_day, "minutes_per_day") if self.minutes_per_day else None,
        )


@router.get("")
async def requests(
    request: Request,
    work: InWork,
    rows: Rows,
    q: Annotated[str, Query(max_length=200)] = "",
    all_of_them: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """Requests that still want somebody, the earliest start first; or all, the latest first."""
    found = await queries.list_requests(
        work,
        is_open=None if all_of_them else True,
        words=q,
        descending=all_of_them,
        sort=rows.sort,
        cursor=rows.cursor,
        limit=rows.limit,
    )
    standing = partial(_standing, today=work.now.date())
    columns = (
        Column("role", _("Staffing role"), lambda row: role(row.staffing_role), sorts=True),
        Column("project", _("Project"), "project_name", sorts=True),
        Column("account", _("Customer"), "account_name", only="file"),
        Column("skills", _("Skills"), lambda row: ", ".join(one.skill for one in row.required_skills)),
        Column("starts_on", _("From"), sorts=True),
        Column("ends_on", _("Until"), last_day("ends_before"), sorts=True),
        Column("minutes", _("Wanted"), in_hours("minutes"), sorts=True, number=True),
        Column("booked", _("Booked"), in_hours("booked_minutes"), sorts=True),
        Column("status", _("Status"), said("resourcing/matches/words.html", "mark", standing)),
    )
    listing = Listing.of(request, "requests", columns, found.items, next=found.next)
    return page(request, "resourcing/matches/requests.html", listing=listing, shows_all=all_of_them, standing=standing)


@router.get("/{request_id}")
async def one(request: Request, request_id: UUID, work: InWork) -> Response:
    """One request: what is wanted, who is booked for it, and who would fit, each part of the score with its reason."""
    wanted = await queries.get_request(work, request_id)
    may_rank = work.actor.may(Permission.SEE_CANDIDATES)
    return page(
        request,
        "resourcing/matches/request.html",
        wanted=wanted,
        booked=(await list_bookings(work, request_id=request_id, limit=LIMIT_MAX)).items,
        ranking=await rank_candidates(work, request_id, limit=RANKED_AT_MOST) if may_rank else None,
        may_book=work.actor.may(Permission.BOOK) and wanted.project_closed_on is None,
        sees_cost=work.actor.may(Permission.SEE_COST_RATES),
    )


@router.get("/{request_id}/booking/{person_id}")
async def choose(request: Request, request_id: UUID, person_id: UUID, work: InWork) -> Response:
    """The form that books a person for a request, as covers it evenly; a part of the page."""
    work.actor.must(Permission.BOOK)
    wanted = await queries.get_request(work, request_id)
    person = await get_person(work, person_id)
    days = await capacity_of(work, person_id, starts_on=wanted.starts_on, ends_before=wanted.ends_before)
    per_day = even_minutes(wanted.minutes, days)
    return page(
        request,
        "resourcing/matches/book.html",
        wanted=wanted,
        person=person,
        booking_id=new_id(),
        per_day=f"{per_day // 60}:{per_day % 60:02}" if per_day else "",
    )


@router.post("/{request_id}/bookings")
async def book(request: Request, request_id: UUID, work: InWork) -> Response:
    """Book the person that was chosen; overbooking is refused until a reason confirms it."""
    form = await form_of(request, BookForm)
    await bookings.book(
        work,
        form.booking_id,
        person_id=form.person_id,
        kind=form.kind,
        what=form.what(request_id),
        overbooking_reason=form.overbooking_reason,
    )
    return RedirectResponse(f"/resourcing/requests/{request_id}", 303)


async def needs(work: Work) -> Sequence[Need]:
    """Requests that still want somebody, for whoever may book."""
    if not work.actor.may(Permission.BOOK):
        return []
    today = work.now.date()
    found = await queries.list_requests(work, is_open=True, limit=WAITING_AT_MOST)
    return [
        Need(
            Verb.STAFF,
            f"{role(one.staffing_role)} · {one.project_name}",
            f"/resourcing/requests/{one.id}",
            _("%(left)s of %(wanted)s open")
            % {"left": hours(one.minutes - one.booked_minutes), "wanted": hours(one.minutes)},
            one.starts_on,
            is_late=one.starts_on <= today,
        )
        for one in found.items
    ]


def _standing(row: Any, *, today: date) -> str:
    """Where a request stands on a day."""
    if row.project_closed_on:
        return "closed"
    if row.is_covered:
        return "covered"
    return "overdue" if row.starts_on <= today else "open"

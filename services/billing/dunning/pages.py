"""Dunning as people see it: what is proposed, letters, steps, and who is left in peace."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.customers import queries as customers
from services.billing.dunning import actions, queries
from services.billing.dunning.api.views import EntityBody, ExclusionBody, NoticesBody, PauseBody, PlanBody, StepBody
from services.billing.dunning.model import Pause
from services.billing.invoice_layouts.pages import own_first
from services.billing.invoices.api import as_it_went_out
from services.billing.invoices.model import FileKind
from services.billing.legal_entities import queries as legal_entities
from services.billing.permissions import Permission
from services.billing.receivables.model import overdue_by
from shared.contracts.base import Amount
from shared.database import LIMIT_MAX
from shared.ids import new_id
from shared.pages import InWork, PageRoute, Typed, chosen_of, form_of, page, toast
from shared.pages.waiting import Need, Verb
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.web import key_required
from shared.work import Work

router = APIRouter(prefix="/dunning", route_class=PageRoute)
Words = Annotated[str, Query(max_length=200)]


class StepForm(StepBody):
    """One step as it was typed."""

    fee: Annotated[Amount, Typed] = Decimal()


class PlanForm(PlanBody):
    """The steps of a legal entity as they were typed."""

    steps: list[StepForm] = Field(default=[], max_length=10)  # type: ignore[assignment]


@router.get("")
async def proposed(request: Request, work: InWork, rows: Rows, q: Words = "") -> Response:
    """Notices that wait, those that something speaks against first."""
    found = await queries.proposed(work, words=q, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("number", _("Invoice")),
        Column("customer", _("Customer"), "customer_name"),
        Column("look", _("Look at"), only="page"),
        Column("paused", _("Paused"), only="file"),
        Column("credit", _("Credit"), only="file", currency="currency"),
        Column("has_address", _("E-mail address"), only="file"),
        Column("step", _("Step")),
        Column("title", _("Letter"), only="file"),
        Column("overdue", _("Days overdue"), lambda row: late[row.id], number=True),
        Column("open", _("Open"), number=True, currency="currency"),
    )
    today = work.now.date()
    late = {row.id: overdue_by(row.due_on, today) for row in found.items}
    return page(
        request,
        "billing/dunning/proposed.html",
        listing=Listing.of(request, "dunning", columns, found.items, next=found.next),
        late=late,
        entities=(await legal_entities.legal_entities(work, cursor=None, limit=LIMIT_MAX)).items,
        may_send=work.actor.may(Permission.SEND_DUNNING),
    )


@router.post("/proposals")
async def propose(request: Request, work: InWork) -> Response:
    """Look at what is late now."""
    form = await form_of(request, EntityBody)
    number = await actions.propose_dunning(work, form.legal_entity_id)
    return _back(ngettext("%(num)s notice is new.", "%(num)s notices are new.", number) % {"num": number})


@router.post("/sending", dependencies=[Depends(key_required)])
async def send(request: Request, work: InWork) -> Response:
    """Send the chosen notices, all or none."""
    chosen = await chosen_of(request, NoticesBody, "notice_ids")
    number = len(await actions.send_notices(work, chosen.notice_ids))
    return _back(ngettext("%(num)s letter was written.", "%(num)s letters were written.", number) % {"num": number})


@router.post("/exclusions", dependencies=[Depends(key_required)])
async def leave_out(request: Request, work: InWork) -> Response:
    """Leave the chosen notices out, all or none."""
    chosen = await chosen_of(request, ExclusionBody, "notice_ids")
    await actions.leave_out_notices(work, chosen.notice_ids, reason=chosen.reason)
    number = len(chosen.notice_ids)
    return _back(ngettext("%(num)s notice left out.", "%(num)s notices left out.", number) % {"num": number})


@router.get("/letters")
async def letters(request: Request, work: InWork, rows: Rows, q: Words = "") -> Response:
    """Letters that were sent, the newest first."""
    found = await queries.letters(work, words=q, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("sent_on", _("Sent")),
        Column("title", _("Letter")),
        Column("customer", _("Customer"), "customer_name"),
        Column("open", _("Open then"), number=True, currency="currency"),
        Column("fee", _("Fee"), number=True, currency="currency"),
    )
    listing = Listing.of(request, "dunning-letters", columns, found.items, next=found.next)
    return page(request, "billing/dunning/letters.html", listing=listing)


@router.get("/letters/{letter_id}")
async def letter(request: Request, letter_id: UUID, work: InWork) -> Response:
    """One letter, its claims, and its document."""
    head, claims = await queries.letter(work, letter_id)
    return page(request, "billing/dunning/letter.html", letter=head, claims=claims)


@router.get("/letters/{letter_id}/document.pdf")
async def document(letter_id: UUID, work: InWork) -> Response:
    """The PDF as it went out."""
    return as_it_went_out(await queries.document(work, letter_id), FileKind.PDF)


@router.get("/steps")
async def steps(
    request: Request, work: InWork, wanted: Annotated[UUID | None, Query(alias="legal_entity")] = None
) -> Response:
    """The steps of a legal entity, and room to say them anew."""
    entities = (await legal_entities.legal_entities(work, cursor=None, limit=LIMIT_MAX)).items
    chosen = next((one for one in entities if one.id == wanted), entities[0] if entities else None)
    return page(
        request,
        "billing/dunning/steps.html",
        entities=entities,
        legal_entity=chosen,
        plan=await queries.plan_of(work, chosen.id) if chosen else None,
        languages=await own_first(work, chosen.id) if chosen else {},
        may_keep=work.actor.may(Permission.KEEP_DUNNING_PLAN),
    )


@router.post("/steps", dependencies=[Depends(key_required)])
async def set_plan(request: Request, work: InWork) -> Response:
    """Say the steps anew; one that is left empty is left out."""
    form = await form_of(request, PlanForm)
    await actions.set_dunning_plan(work, form.plan(new_id(), by=work.actor.subject, at=work.now))
    return RedirectResponse(f"/billing/dunning/steps?legal_entity={form.legal_entity_id}", 303)


@router.get("/pauses")
async def pauses(request: Request, work: InWork, rows: Rows) -> Response:
    """Who is left in peace, and why."""
    found = await queries.pauses(work, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("of", _("Customer or invoice"), lambda row: row.number if row.invoice_id else row.customer_name),
        Column("reason", _("Why")),
        Column("ends_on", _("Until")),
        Column("paused_by", _("Paused"), who("paused_by")),
        Column("paused_at", _("When"), only="file"),
        Column("act", ""),
    )
    listing = Listing.of(request, "dunning-pauses", columns, found.items, next=found.next)
    known = (await customers.listed(work, cursor=None, limit=LIMIT_MAX)).items
    return page(
        request,
        "billing/dunning/pauses.html",
        listing=listing,
        customers=sorted(known, key=lambda one: one.name),
        may_send=work.actor.may(Permission.SEND_DUNNING),
    )


@router.post("/pauses", dependencies=[Depends(key_required)])
async def pause(request: Request, work: InWork) -> Response:
    """Leave a customer, or one invoice, in peace."""
    form = await form_of(request, PauseBody)
    made = Pause(new_id(), paused_by=work.actor.subject, paused_at=work.now, **form.model_dump())
    await actions.pause_dunning(work, made)
    return RedirectResponse("/billing/dunning/pauses", 303)


@router.post("/pauses/{pause_id}/lifting")
async def lift(pause_id: UUID, work: InWork) -> Response:
    """Let reminding go on."""
    await actions.lift_pause(work, pause_id)
    return RedirectResponse("/billing/dunning/pauses", 303)


async def needs(work: Work) -> Sequence[Need]:
    """That notices wait, for whoever sends them."""
    if not work.actor.may(Permission.SEND_DUNNING):
        return []
    found = await queries.proposed(work, cursor=None, limit=1)
    return [
        Need(Verb.BILL, _("Send reminders"), "/billing/dunning", one.customer_name, one.proposed_on)
        for one in found.items
    ]


def _back(said: str) -> Response:
    return RedirectResponse("/billing/dunning", 303, toast(said))

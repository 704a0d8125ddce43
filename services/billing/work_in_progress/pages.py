"""Work in progress as people see it: what waits on which contract, how old it is, and the items themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.contracts.model import Method
from services.billing.contracts.queries import contracts_by_number
from services.billing.permissions import Permission
from services.billing.work_in_progress import queries
from services.billing.work_in_progress.actions import hold_item, hold_items, release_item, release_items
from services.billing.work_in_progress.api import ChosenBody, ReasonBody
from services.billing.work_in_progress.model import State, noted, why
from shared.pages import InWork, PageRoute, chosen_of, form_of, page, said, toast
from shared.pages.waiting import WAITING_AT_MOST, Need, Verb
from shared.ui.listing import Column, Listing, Rows, in_hours
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.work import Work

router = APIRouter(prefix="/work-in-progress", route_class=PageRoute)
PLACE = "/billing/work-in-progress"


@router.get("")
async def work_in_progress(request: Request, work: InWork, rows: Rows) -> Response:
    """What waits on each contract, unrated first, then the oldest."""
    found = await queries.by_contract(work, sort=rows.sort, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("contract", _("Contract"), "number", sorts=True),
        Column("name", _("Name"), only="file"),
        Column("customer", _("Customer"), "customer_name", sorts=True),
        Column("unrated", _("Without a rate"), sorts=True, number=True),
        Column("oldest_on", _("Oldest"), sorts=True),
        Column("open_minutes", _("Open hours"), in_hours("open_minutes"), sorts=True, number=True),
        Column("open_value", _("Open"), sorts=True, number=True, currency="currency"),
        Column("held_value", _("Held"), sorts=True, number=True, currency="currency"),
        Column("drafted_value", _("On drafts"), sorts=True, number=True, currency="currency"),
        Column("act", ""),
    )
    return page(
        request,
        "billing/work_in_progress/by_contract.html",
        listing=Listing.of(request, "work", columns, found.items, next=found.next),
        ageing=await queries.ageing(work, work.now.date()),
        today=work.now.date(),
        may_draft=work.actor.may(Permission.PREPARE_INVOICES),
    )


@router.get("/items")
async def items(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    contract_id: UUID | None = None,
    state: Annotated[list[State] | None, Query()] = None,
) -> Response:
    """The items one by one, each with why it has its value."""
    states = frozenset(state or ())
    found = await queries.listed(
        work, contract_id=contract_id, states=states, is_unrated_first=True, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("day", _("Day")),
        Column("what", _("What"), noted),
        Column("state", _("State"), said("billing/work_in_progress/state.html", "mark", "state")),
        Column("minutes", _("Hours"), in_hours("billable_minutes"), number=True),
        Column("rate", _("Rate"), number=True, currency="currency"),
        Column("why", _("Why this rate"), why),
        Column("value", _("Value"), number=True, currency="currency"),
        Column("open", _("Open"), "open_value", number=True, currency="currency"),
        Column("act", ""),
    )
    return page(
        request,
        "billing/work_in_progress/items.html",
        listing=Listing.of(request, "items", columns, found.items, next=found.next),
        why=why,
        noted=noted,
        contract_id=contract_id,
        state=next(iter(states)) if len(states) == 1 else None,
        lines=await _lines_to_charge(work, contract_id),
        may_hold=work.actor.may(Permission.HOLD_WORK),
        may_adjust=work.actor.may(Permission.ADJUST_WORK),
        may_write_off=work.actor.may(Permission.WRITE_OFF_WORK),
    )


@router.post("/items/holds")
async def hold_chosen(request: Request, work: InWork) -> Response:
    """Keep every chosen item off invoices, all or none."""
    form = await chosen_of(request, ChosenBody, "item_ids")
    await hold_items(work, form.item_ids, reason=form.reason)
    return back_to_list(request, ngettext("%(num)s item held.", "%(num)s items held.", len(form.item_ids)), form)


@router.post("/items/releases")
async def release_chosen(request: Request, work: InWork) -> Response:
    """Let every chosen item go on an invoice again, all or none."""
    form = await chosen_of(request, ChosenBody, "item_ids")
    await release_items(work, form.item_ids, reason=form.reason)
    said = ngettext("%(num)s item released.", "%(num)s items released.", len(form.item_ids))
    return back_to_list(request, said, form)


@router.post("/items/{item_id}/hold")
async def hold(request: Request, item_id: UUID, work: InWork) -> Response:
    """Keep an item off invoices."""
    form = await form_of(request, ReasonBody)
    await hold_item(work, item_id, reason=form.reason)
    return await _back_to_contract(work, item_id)


@router.post("/items/{item_id}/release")
async def release(request: Request, item_id: UUID, work: InWork) -> Response:
    """Let a held item go on an invoice again."""
    form = await form_of(request, ReasonBody)
    await release_item(work, item_id, reason=form.reason)
    return await _back_to_contract(work, item_id)


async def needs(work: Work) -> Sequence[Need]:
    """Contracts whose work has no rate, and that work of months that are over is not on an invoice."""
    found = []
    if work.actor.may(Permission.AGREE_RATES):
        found = [_rate_missing(one) for one in await queries.without_rate(work, limit=WAITING_AT_MOST)]
    if work.actor.may(Permission.PREPARE_INVOICES):
        due = await queries.to_bill(work, work.now.date().replace(day=1))
        if due.contracts:
            told = _("of months that are over is on no invoice yet")
            found.append(Need(Verb.BILL, _("Bill finished work"), PLACE, told, due.oldest_on, count=due.contracts))
    return found


def _rate_missing(one: Any) -> Need:
    entries = ngettext("%(num)s entry", "%(num)s entries", one.entries) % {"num": one.entries}
    path = f"{PLACE}/items?contract_id={one.id}&state=unrated"
    detail = f"{one.customer_name} · {one.number} · {entries}"
    return Need(Verb.FIX, _("Agree a rate for work without one"), path, detail, one.oldest_on, is_late=True)


def back_to_list(request: Request, said: str, chosen: ChosenBody) -> Response:
    """The list that somebody came from, and what was done."""
    narrowed = urlsplit(request.headers.get("hx-current-url", "")).query
    here = f"{PLACE}/items"
    return RedirectResponse(
        f"{here}?{narrowed}" if narrowed else here, 303, toast(said % {"num": len(chosen.item_ids)})
    )


async def _lines_to_charge(work: InWork, contract_id: UUID | None) -> list[tuple[UUID, str]]:
    """The lines of the contract that is looked at to which time or an expense can be moved."""
    if contract_id is None or not work.actor.may(Permission.SEE_CONTRACTS):
        return []
    found = await contracts_by_number(work, [contract_id])
    return [
        (line.id, line.description)
        for one in found
        for line in one.lines
        if line.method.is_by_the_hour or line.method is Method.EXPENSE
    ]


async def _back_to_contract(work: InWork, item_id: UUID) -> Response:
    item = await queries.one(work, item_id)
    return RedirectResponse(f"{PLACE}/items?contract_id={item.contract_id}", 303)

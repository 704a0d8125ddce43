"""Adjusting the ticked rows of work in progress, and what changed the worth of one item."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.billing.adjustments import queries
from services.billing.adjustments.actions import mark_up_or_down, transfer, write_off
from services.billing.adjustments.api import TransferBody, WorkAdjustmentBody
from services.billing.work_in_progress import queries as work_in_progress
from services.billing.work_in_progress.api import ChosenBody
from services.billing.work_in_progress.model import noted, why
from services.billing.work_in_progress.pages import back_to_list
from shared.pages import InWork, PageRoute, chosen_of, page, said
from shared.ui.listing import Column, Listing, Rows, in_hours, who
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.web import key_required

router = APIRouter(prefix="/work-in-progress/items", route_class=PageRoute)
MOVES_MONEY = [Depends(key_required)]


@router.post("/adjustments", dependencies=MOVES_MONEY)
async def adjust(request: Request, work: InWork) -> Response:
    """Mark every chosen item up or down, all or none."""
    form = await chosen_of(request, WorkAdjustmentBody, "item_ids")
    await mark_up_or_down(work, form.item_ids, percent=form.percent, amount=form.amount, reason=form.reason)
    said = ngettext("%(num)s item adjusted.", "%(num)s items adjusted.", len(form.item_ids))
    return back_to_list(request, said, form)


@router.post("/write-offs", dependencies=MOVES_MONEY)
async def give_up(request: Request, work: InWork) -> Response:
    """Write every chosen item off, all or none."""
    form = await chosen_of(request, ChosenBody, "item_ids")
    await write_off(work, form.item_ids, reason=form.reason)
    said = ngettext("%(num)s item written off.", "%(num)s items written off.", len(form.item_ids))
    return back_to_list(request, said, form)


@router.post("/transfers", dependencies=MOVES_MONEY)
async def move(request: Request, work: InWork) -> Response:
    """Move every chosen item to another contract line, all or none."""
    form = await chosen_of(request, TransferBody, "item_ids")
    await transfer(work, form.item_ids, contract_line_id=form.contract_line_id, reason=form.reason)
    said = ngettext("%(num)s item moved.", "%(num)s items moved.", len(form.item_ids))
    return back_to_list(request, said, form)


@router.get("/{item_id}")
async def item(request: Request, item_id: UUID, work: InWork, rows: Rows) -> Response:
    """One item: what its value rests on, and everything that changed it since, the newest first."""
    found = await work_in_progress.one(work, item_id)
    changes = await queries.of_item(work, item_id, descending=True, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("made_at", _("When")),
        Column("kind", _("What"), said("billing/adjustments/words.html", "kinds", "kind")),
        Column("reason", _("Why")),
        Column("made_by", _("Who"), who("made_by")),
        Column("minutes", _("Hours"), in_hours("minutes"), number=True),
        Column("amount", _("Amount"), number=True, currency=lambda _: found.currency),
    )
    return page(
        request,
        "billing/adjustments/item.html",
        item=found,
        why=why,
        noted=noted,
        overtime=await work_in_progress.overtime_of(work, item_id),
        listing=Listing.of(request, "changes", columns, changes.items, next=changes.next),
    )

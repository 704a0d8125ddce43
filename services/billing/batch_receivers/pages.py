"""Receivers of batches as people see them: which log-ins of ERPs fetch whose batches."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.batch_receivers import actions, queries
from services.billing.batch_receivers.api import ReceiverBody
from services.billing.batch_receivers.model import Receiver
from services.billing.legal_entities.queries import legal_entities
from shared.database import LIMIT_MAX
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.web import key_required

HERE = "/billing/batch-receivers"
router = APIRouter(prefix="/batch-receivers", route_class=PageRoute)


@router.get("")
async def receivers(request: Request, work: InWork, rows: Rows) -> Response:
    """Everybody who receives batches, by legal entity."""
    found = await queries.receivers(work, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("subject", _("Log-in")),
        Column("legal_entity", _("Legal entity")),
        Column("target", _("Target"), lambda row: row.target or _("every target")),
        Column("act", ""),
    )
    entities = await legal_entities(work, cursor=None, limit=LIMIT_MAX)
    return page(
        request,
        "billing/batch_receivers/receivers.html",
        listing=Listing.of(request, "batch-receivers", columns, found.items, next=found.next),
        choices=[(one.code, f"{one.code} · {one.name}") for one in entities.items],
    )


@router.post("", dependencies=[Depends(key_required)])
async def appoint(request: Request, work: InWork) -> Response:
    """Let a log-in fetch and answer batches."""
    form = await form_of(request, ReceiverBody)
    await actions.appoint_receiver(work, Receiver(new_id(), form.legal_entity, form.subject, form.target))
    return RedirectResponse(HERE, 303)


@router.post("/{receiver_id}/dismissal")
async def dismiss(receiver_id: UUID, work: InWork) -> Response:
    """Let a log-in fetch and answer no more."""
    await actions.dismiss_receiver(work, receiver_id)
    return RedirectResponse(HERE, 303)

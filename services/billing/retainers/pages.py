"""Billing months of retainers ahead, from the contract's page."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.effects.actions import effect_of
from services.billing.retainers.actions import bill_retainers
from services.billing.retainers.api import UpToBody
from shared.pages import InWork, PageRoute, form_of, page, toast
from shared.ui.words import gettext as _

router = APIRouter(prefix="/contracts", route_class=PageRoute)


@router.post("/{contract_id}/retainers/effect")
async def effect(request: Request, contract_id: UUID, work: InWork) -> Response:
    """Which months would wait to be billed, and for how much; a part of the form."""
    form = await form_of(request, UpToBody)
    found = await effect_of(work, contract_id, partial(bill_retainers, work, contract_id, up_to=form.up_to))
    return page(request, "billing/effects/effect.html", effect=found)


@router.post("/{contract_id}/retainers")
async def bill(request: Request, contract_id: UUID, work: InWork) -> Response:
    """Let the months that begin up to a day be billed, which may lie ahead."""
    form = await form_of(request, UpToBody)
    await bill_retainers(work, contract_id, up_to=form.up_to)
    said = toast(_("These months wait to be billed, each once."))
    return RedirectResponse(f"/billing/work-in-progress/items?contract_id={contract_id}", 303, said)

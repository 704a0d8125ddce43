"""How far fixed fees by percent are, as a part of the contract's page: what was stated, and stating it anew."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.contracts.model import Method
from services.billing.contracts.queries import contract as contract_found
from services.billing.effects.actions import effect_of
from services.billing.fee_progress import queries
from services.billing.fee_progress.actions import state_progress
from services.billing.fee_progress.api import PercentBody
from shared.contracts.base import Amount
from shared.pages import InWork, PageRoute, Typed, form_of, page, toast
from shared.ui.words import gettext as _
from shared.web import key_required

router = APIRouter(prefix="/contracts", route_class=PageRoute)


class PercentForm(PercentBody):
    """How far a line is, as it is typed."""

    contract_line_id: UUID
    percent: Annotated[Amount, Typed, Field(ge=0, le=100)]

    def stated(self) -> dict[str, Any]:
        """As it is stated, by the names of the action."""
        said = dict(self)
        return {"line_id": said.pop("contract_line_id"), **said}


@router.get("/{contract_id}/progress")
async def progress(request: Request, contract_id: UUID, work: InWork) -> Response:
    """The form that states how far a line is, above what was measured and stated before; a part of a dialog."""
    contract = await contract_found(work, contract_id)
    return page(
        request,
        "billing/fee_progress/progress.html",
        contract=contract,
        lines=[line for line in contract.lines if line.method is Method.FIXED_FEE_PERCENT],
        measured=list(reversed(await queries.measured(work, contract_id))),
        today=work.now.date(),
    )


@router.post("/{contract_id}/progress/effect")
async def effect(request: Request, contract_id: UUID, work: InWork) -> Response:
    """What stating it would let be billed; a part of the form."""
    form = await form_of(request, PercentForm)
    deed = partial(state_progress, work, contract_id=contract_id, **form.stated())
    return page(request, "billing/effects/effect.html", effect=await effect_of(work, contract_id, deed))


@router.post("/{contract_id}/progress", dependencies=[Depends(key_required)])
async def state(request: Request, contract_id: UUID, work: InWork) -> Response:
    """State how far a line is, and let it be billed up to there."""
    form = await form_of(request, PercentForm)
    await state_progress(work, contract_id=contract_id, **form.stated())
    kept = toast(_("Stated. What it comes to, less what was billed, waits to be billed."))
    return RedirectResponse(f"/billing/contracts/{contract_id}", 303, kept)

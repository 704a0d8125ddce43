"""What was amended on a contract, as a part of its page, and a form for what was agreed on paper."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.amendments import queries
from services.billing.amendments.actions import agree_amendment
from services.billing.amendments.api import AgreementBody, Words
from services.billing.contracts.model import LineChange, Method
from services.billing.contracts.pages import methods
from services.billing.effects.actions import effect_of
from services.billing.permissions import Permission
from shared.contracts.base import Amount
from shared.ids import new_id
from shared.pages import InWork, PageRoute, Typed, TypedHours, form_of, page, toast
from shared.ui.words import gettext as _
from shared.web import Body, key_required

router = APIRouter(prefix="/contracts", route_class=PageRoute)


class ChangeForm(Body):
    """What a line gets more or less of, as it is typed; a new one also says what it is."""

    amount_delta: Annotated[Amount, Typed] = Decimal()
    minutes_delta: Annotated[int, Field(ge=-(10**9), le=10**9), TypedHours] | None = None
    cap_delta: Annotated[Amount, Typed] | None = None
    description: Words = ""
    method: Method | None = None
    staffing_role: Annotated[str, Field(max_length=200)] | None = None
    hourly_rate: Annotated[Amount, Typed, Field(ge=0)] | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything but the choice of a method was typed."""
        return any(value for name, value in self if name != "method")


class AmendmentForm(AgreementBody):
    """What was agreed on paper, its lines by their ids."""

    lines: Annotated[dict[UUID, ChangeForm], Field(max_length=200)] = Field(default_factory=dict)

    def changes(self) -> list[LineChange]:
        """The lines that change."""
        return [LineChange(line_id, **one.model_dump()) for line_id, one in self.lines.items() if one.says_something]


@router.get("/{contract_id}/agreed")
async def agreed(request: Request, contract_id: UUID, work: InWork) -> Response:
    """The history of a contract's terms, and what they come to today."""
    terms = await queries.terms(work, contract_id, work.now.date())
    return page(
        request,
        "billing/amendments/agreed.html",
        contract=terms.contract,
        terms=terms,
        history=await queries.history(work, contract_id),
        names={line.line_id: line.description for line in terms.lines},
        may_agree=work.actor.may(Permission.AGREE_TERMS),
    )


@router.get("/{contract_id}/amendments/new")
async def new(request: Request, contract_id: UUID, work: InWork) -> Response:
    """An empty form over everything that is agreed on the contract today."""
    work.actor.must(Permission.AGREE_TERMS)
    terms = await queries.terms(work, contract_id, work.now.date())
    return page(
        request,
        "billing/amendments/new.html",
        contract=terms.contract,
        terms=terms,
        methods=methods(),
        line_id=new_id(),
        today=work.now.date(),
    )


@router.get("/{contract_id}/amendments/rows")
async def row(request: Request, contract_id: UUID, work: InWork) -> Response:
    """The fields of one more line that was not sold; a part of the form."""
    terms = await queries.terms(work, contract_id, work.now.date())
    return page(
        request, "billing/amendments/new_line.html", contract=terms.contract, methods=methods(), line_id=new_id()
    )


@router.post("/{contract_id}/amendments/effect")
async def effect(request: Request, contract_id: UUID, work: InWork) -> Response:
    """What the amendment would do, as agreed on its day; a part of the form."""
    form = await form_of(request, AmendmentForm)
    amendment = form.amendment(new_id(), contract_id, form.changes())
    deed = partial(agree_amendment, work, amendment)
    found = await effect_of(work, contract_id, deed, on=amendment.effective_on)
    return page(request, "billing/effects/effect.html", effect=found)


@router.post("/{contract_id}/amendments", dependencies=[Depends(key_required)])
async def agree(request: Request, contract_id: UUID, work: InWork) -> Response:
    """Keep what was agreed on paper."""
    form = await form_of(request, AmendmentForm)
    await agree_amendment(work, form.amendment(new_id(), contract_id, form.changes()))
    said = toast(_("Kept. What is on no invoice yet follows it."))
    return RedirectResponse(f"/billing/contracts/{contract_id}", 303, said)

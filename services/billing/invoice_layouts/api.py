"""Invoice layouts over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.billing.invoice_layouts import queries
from services.billing.invoice_layouts.actions import lay_out
from services.billing.invoice_layouts.model import WORDING, Grouping, UnknownPlaceholder
from services.billing.legal_entities.model import Language, NoSuchLegalEntity
from shared.actor import NotPermitted
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/legal-entities", tags=["invoice layouts"], route_class=WorkRoute)

Wording = Annotated[str, Field(min_length=1, max_length=200)]


class LayoutBody(Body):
    """What has a line of its own, what a line says, and in which language, where the customer has no other.

    In the wording, {line}, {role}, {person}, {note}, {from}, {to}, {contract} and {purchase_order} are filled in.
    """

    grouping: Grouping = Grouping.ROLE
    wording: Wording = WORDING
    language: Language = Language.ENGLISH


class LayoutView(View):
    """How the invoices of a legal entity read."""

    legal_entity_id: UUID
    grouping: Grouping
    wording: str
    language: Language


@router.put(
    "/{legal_entity_id}/invoice-layout", responses=refusals(NotPermitted, NoSuchLegalEntity, UnknownPlaceholder)
)
async def put(legal_entity_id: UUID, body: LayoutBody, work: InWork) -> LayoutView:
    """Say how the invoices of a legal entity read; it counts from the next draft on."""
    layout = await lay_out(work, legal_entity_id, **body.model_dump())
    return LayoutView.model_validate(layout)


@router.get("/{legal_entity_id}/invoice-layout", responses=refusals(NotPermitted, NoSuchLegalEntity))
async def show(legal_entity_id: UUID, work: InWork) -> LayoutView:
    """How the invoices of a legal entity read."""
    return LayoutView.model_validate((await queries.layout(work, legal_entity_id)).layout)

"""What was amended on a contract, as a part of its page."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.billing.amendments import queries
from shared.pages import InWork, PageRoute, page

router = APIRouter(prefix="/contracts", route_class=PageRoute)


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
    )

"""Receivables as people see them: what is open, how late it is, and what settled one invoice."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.billing.legal_entities import queries as legal_entities
from services.billing.permissions import Permission
from services.billing.receivables import queries
from services.billing.receivables.model import overdue_by
from shared.database import LIMIT_MAX
from shared.pages import InWork, PageRoute, page
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _

router = APIRouter(prefix="/receivables", route_class=PageRoute)


@router.get("")
async def receivables(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    q: Annotated[str, Query(max_length=200)] = "",
    overdue: bool = False,
) -> Response:
    """Invoices with something open, the longest due first."""
    today = work.now.date()
    due_before = today if overdue else None
    found = await queries.open_items(
        work, due_before=due_before, words=q, sort=rows.sort, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("number", _("Invoice"), sorts=True),
        Column("customer", _("Customer"), "customer_name", sorts=True),
        Column("due_on", _("Due"), sorts=True),
        Column("overdue", _("Days overdue"), lambda row: overdue_by(row.due_on, today), number=True),
        Column("gross", _("Gross"), sorts=True, number=True, currency="currency"),
        Column("open", _("Open"), sorts=True, number=True, currency="currency"),
    )
    listing = Listing.of(request, "receivables", columns, found.items, next=found.next)
    may_record = work.actor.may(Permission.RECORD_PAYMENTS)
    return page(
        request,
        "billing/receivables/receivables.html",
        listing=listing,
        late={row.invoice_id: overdue_by(row.due_on, today) for row in found.items},
        overdue=overdue,
        may_record=may_record,
    )


@router.get("/ageing")
async def ageing(
    request: Request, work: InWork, *, legal_entity: UUID | None = None, as_of: date | None = None
) -> Response:
    """What is open by customer and age, and whether the account says the same."""
    entities = (await legal_entities.legal_entities(work, cursor=None, limit=LIMIT_MAX)).items
    chosen = next((one for one in entities if one.id == legal_entity), entities[0] if entities else None)
    day = as_of or work.now.date()
    found = await queries.ageing(work, chosen.id, as_of=day) if chosen else None
    return page(
        request,
        "billing/receivables/ageing.html",
        ageing=found,
        entities=entities,
        legal_entity=chosen,
        as_of=day,
        may_see_allowance=work.actor.may(Permission.SEE_LEDGER),
    )


@router.get("/invoices/{invoice_id}")
async def settled(request: Request, invoice_id: UUID, work: InWork) -> Response:
    """What is open on an invoice and what settled the rest; a part of the invoice's page."""
    found = await queries.receivable(work, invoice_id)
    position = found.position
    return page(
        request,
        "billing/receivables/settled.html",
        position=position,
        state=found.state,
        settlements=found.settlements,
        overdue=overdue_by(position.due_on, work.now.date()) if position.open > 0 else 0,
        may_record=work.actor.may(Permission.RECORD_PAYMENTS),
        may_pause=work.actor.may(Permission.SEND_DUNNING),
        may_propose=work.actor.may(Permission.PROPOSE_WRITE_OFFS),
    )

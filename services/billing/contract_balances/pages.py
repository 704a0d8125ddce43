"""Contract balances as people see them: each contract on its side, and whether the ledger says the same."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.billing.contract_balances import queries
from services.billing.ledger.queries import legal_entities_with_books
from shared.pages import InWork, PageRoute, page
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _

router = APIRouter(prefix="/contract-balances", route_class=PageRoute)


@router.get("")
async def balances(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    wanted: Annotated[str | None, Query(alias="legal_entity", max_length=50)] = None,
    on: date | None = None,
) -> Response:
    """Where each contract of a legal entity stands, today or on another day."""
    codes = await legal_entities_with_books(work)
    code, day = wanted or next(iter(codes), ""), on or work.now.date()
    found = await queries.contract_balances(work, legal_entity=code, on=day, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("number", _("Contract")),
        Column("name", _("Name"), only="file"),
        Column("customer", _("Customer")),
        Column("recognised", _("Recognised"), number=True, currency="currency"),
        Column("billed", _("Billed"), number=True, currency="currency"),
        Column("contract_asset", _("Contract asset"), number=True, currency="currency"),
        Column("contract_liability", _("Contract liability"), number=True, currency="currency"),
        Column("difference", _("Unexplained"), number=True, currency="currency"),
    )
    listing = Listing.of(request, "contract-balances", columns, found.items, next=found.next)
    return page(
        request,
        "billing/contract_balances/balances.html",
        listing=listing,
        codes=codes,
        legal_entity=code,
        on=day,
        agreement=await queries.agreement(work, legal_entity=code, on=day),
    )

"""An account as people see it: line by line with its balance, each leading to its entry."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.billing.account_sheets import queries
from services.billing.ledger.queries import chart, functional_currency, legal_entities_with_books
from shared.pages import InWork, PageRoute, page
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _

router = APIRouter(prefix="/account-sheet", route_class=PageRoute)


@router.get("")
async def sheet(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    wanted: Annotated[str | None, Query(alias="legal_entity", max_length=50)] = None,
    account: Annotated[str | None, Query(max_length=40)] = None,
    currency: Annotated[str | None, Query(max_length=3)] = None,
) -> Response:
    """What was posted to an account in one of its currencies, by day; without one, to the first account."""
    code = wanted or next(iter(await legal_entities_with_books(work)), "")
    accounts = (await chart(work, code)).accounts
    number = account or min(accounts, default="")
    currencies = await queries.currencies_on(work, legal_entity=code, account=number)
    books = await functional_currency(work, code)
    chosen = currency or next(iter(currencies), books)
    found = await queries.account_sheet(
        work,
        legal_entity=code,
        account=number,
        currency=chosen,
        starts_on=None,
        cursor=rows.cursor,
        limit=rows.limit,
    )
    return page(
        request,
        "billing/account_sheets/sheet.html",
        listing=Listing.of(request, "account-sheet", _columns(chosen, books), found.items, next=found.next),
        account=accounts[number],
        currencies=currencies,
        currency=chosen,
        books=books,
    )


def _columns(currency: str, books: str) -> list[Column]:
    columns = [
        Column("posted_on", _("Day")),
        Column("text", _("Entry")),
        Column("debit", _("Debit"), lambda row: max(row.amount, Decimal()) or None, number=True),
        Column("credit", _("Credit"), lambda row: max(-row.amount, Decimal()) or None, number=True),
        Column("balance", _("Balance"), number=True, currency=lambda _: currency),
    ]
    if currency == books:
        return columns
    return [
        *columns,
        Column("functional_amount", _("In %(currency)s") % {"currency": books}, number=True),
        Column("functional_balance", _("Balance in %(currency)s") % {"currency": books}, number=True),
    ]

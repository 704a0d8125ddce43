"""An account as people see it: line by line with its balance, each leading to its entry."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.billing.account_sheets import queries
from services.billing.ledger.queries import chart, functional_currency, legal_entities_with_books
from shared.database import LIMIT_DEFAULT
from shared.pages import InWork, PageRoute, page
from shared.ui.listing import Column, Listing
from shared.ui.words import gettext as _
from shared.web import Cursor

router = APIRouter(prefix="/account-sheet", route_class=PageRoute)


@router.get("")
async def sheet(
    request: Request,
    work: InWork,
    *,
    wanted: Annotated[str | None, Query(alias="legal_entity", max_length=50)] = None,
    account: Annotated[str | None, Query(max_length=40)] = None,
    currency: Annotated[str | None, Query(max_length=3)] = None,
    cursor: Cursor = None,
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
        cursor=cursor,
        limit=LIMIT_DEFAULT,
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
        Column("debit", _("Debit"), number=True),
        Column("credit", _("Credit"), number=True),
        Column("balance", _("Balance"), number=True),
    ]
    if currency != books:
        columns.append(Column("functional", _("In %(currency)s") % {"currency": books}, number=True))
        columns.append(Column("functional_balance", _("Balance in %(currency)s") % {"currency": books}, number=True))
    return columns

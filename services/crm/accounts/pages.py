"""Accounts as people see them: the list, one account, and the form that describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.crm.accounts import queries
from services.crm.accounts.actions import change_account, create_account
from services.crm.accounts.api import AccountBody
from services.crm.accounts.model import Account, AccountDetails, Address
from services.crm.permissions import Permission
from shared.database import LIMIT_DEFAULT
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page
from shared.pages.waiting import Finder, Hit
from shared.ui.listing import Column, Listing
from shared.ui.words import gettext as _
from shared.web import Cursor
from shared.work import Work

router = APIRouter(prefix="/accounts", route_class=PageRoute)


class AccountForm(AccountBody):
    """What the form says of an account; `version` is the one that was open in it."""

    version: int = 0


@router.get("")
async def accounts(
    request: Request, work: InWork, q: Annotated[str, Query(max_length=200)] = "", cursor: Cursor = None
) -> Response:
    """Accounts by name."""
    found = await queries.listed(work, q=q, cursor=cursor, limit=LIMIT_DEFAULT)
    columns = (
        Column("name", _("Account")),
        Column("sector", _("Sector")),
        Column("country", _("Country")),
        Column("owner", _("Owner")),
        Column("is_customer", _("Status")),
    )
    listing = Listing.of(request, "accounts", columns, found.items, next=found.next)
    return page(request, "crm/accounts/accounts.html", listing=listing, may_change=_may_change(work))


@router.get("/new")
async def new(request: Request, work: InWork) -> Response:
    """An empty form."""
    work.actor.must(Permission.CHANGE_RECORDS)
    blank = Account(new_id(), AccountDetails("", "EUR"), Address(), version=0)
    return page(request, "crm/accounts/form.html", account=blank)


@router.get("/{account_id}")
async def account(request: Request, account_id: UUID, work: InWork) -> Response:
    """One account with the people we know there."""
    found = await queries.one(work, account_id)
    return page(
        request,
        "crm/accounts/account.html",
        account=found.account,
        contacts=found.contacts,
        may_change=_may_change(work),
    )


@router.get("/{account_id}/edit")
async def edit(request: Request, account_id: UUID, work: InWork) -> Response:
    """The form with what is written down."""
    work.actor.must(Permission.CHANGE_RECORDS)
    found = await queries.one(work, account_id)
    return page(request, "crm/accounts/form.html", account=found.account)


@router.post("/{account_id}")
async def save(request: Request, account_id: UUID, work: InWork) -> Response:
    """Write down what the form says, and show the account."""
    form = await form_of(request, AccountForm)
    details = AccountDetails(**form.model_dump(exclude={"billing_address", "version"}))
    address = Address(**form.billing_address.model_dump())
    if form.version:
        await change_account(work, account_id, version=form.version, details=details, billing_address=address)
    else:
        await create_account(work, account_id, details=details, billing_address=address)
    return RedirectResponse(f"/crm/accounts/{account_id}", 303)


async def find(work: Work, words: str, limit: int) -> Sequence[Hit]:
    """Accounts whose name has `words` in it."""
    found = await queries.listed(work, q=words, cursor=None, limit=limit)
    return [Hit(one.name, f"/crm/accounts/{one.id}", one.sector) for one in found.items]


finder = Finder("Accounts", "building", Permission.SEE_RECORDS, find)


def _may_change(work: Work) -> bool:
    return work.actor.may(Permission.CHANGE_RECORDS)

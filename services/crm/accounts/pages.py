"""Accounts as people see them: the list, one account, and the form that describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.crm.accounts import queries
from services.crm.accounts.actions import change_account, create_account, remove_contact, write_down_contact
from services.crm.accounts.api import AccountBody, ContactBody
from services.crm.accounts.model import Account, AccountDetails, Address, Contact
from services.crm.permissions import Permission
from services.crm.sales_people.queries import owners_to_choose
from shared.database import LIMIT_MAX
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page, toast
from shared.pages.waiting import Finder, Hit
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.work import Work

router = APIRouter(prefix="/accounts", route_class=PageRoute)


class AccountForm(AccountBody):
    """What the form says of an account; `version` is the one that was open in it."""

    version: int = 0


@router.get("")
async def accounts(
    request: Request,
    work: InWork,
    *,
    rows: Rows,
    q: Annotated[str, Query(max_length=200)] = "",
    owner: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Accounts by name."""
    found = await queries.listed(work, q=q, owner=owner or None, sort=rows.sort, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("name", _("Account"), sorts=True),
        Column("sector", _("Sector"), sorts=True),
        Column("country", _("Country"), sorts=True),
        Column("owner", _("Owner"), who("owner"), sorts=True),
        Column("is_customer", _("Status"), lambda row: _("Customer") if row.is_customer else _("Prospect"), sorts=True),
    )
    listing = Listing.of(request, "accounts", columns, found.items, next=found.next)
    may_add = work.actor.may(Permission.CHANGE_RECORDS)
    owners = await owners_to_choose(work, owner)
    return page(request, "crm/accounts/accounts.html", listing=listing, may_add=may_add, owners=owners, chosen=owner)


@router.get("/new")
async def new(request: Request, work: InWork) -> Response:
    """An empty form."""
    work.actor.must(Permission.CHANGE_RECORDS)
    blank = Account(new_id(), AccountDetails("", "EUR", owner=work.actor.subject), Address(), version=0)
    return page(request, "crm/accounts/form.html", account=blank, **await _choices(work, blank))


@router.get("/{account_id}")
async def account(request: Request, account_id: UUID, work: InWork) -> Response:
    """One account with the people we know there."""
    found = await queries.one(work, account_id)
    return page(
        request,
        "crm/accounts/account.html",
        account=found.account,
        parent_name=await queries.name_of(work, found.account.details.parent_id),
        contacts=found.contacts,
        contact_id=new_id(),
        may_change=_may_change(work, found.account),
    )


@router.get("/{account_id}/edit")
async def edit(request: Request, account_id: UUID, work: InWork) -> Response:
    """The form with what is written down."""
    work.actor.must(Permission.CHANGE_RECORDS)
    found = await queries.one(work, account_id)
    return page(request, "crm/accounts/form.html", account=found.account, **await _choices(work, found.account))


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


@router.get("/{account_id}/contacts/{contact_id}")
async def contact(request: Request, account_id: UUID, contact_id: UUID, work: InWork) -> Response:
    """The form with what is written down of a contact; a part of the page."""
    work.actor.must(Permission.CHANGE_RECORDS)
    found = await queries.one(work, account_id)
    known = next((one for one in found.contacts if one.id == contact_id), None)
    return page(request, "crm/accounts/contact.html", account=found.account, contact=known, contact_id=contact_id)


@router.post("/{account_id}/contacts/{contact_id}")
async def save_contact(request: Request, account_id: UUID, contact_id: UUID, work: InWork) -> Response:
    """Write down somebody we know there, or write them down anew, with the way back to how it was."""
    form = await form_of(request, ContactBody)
    known = next((one for one in (await queries.one(work, account_id)).contacts if one.id == contact_id), None)
    before = _written_down(known) if known else None
    await write_down_contact(work, account_id, contact_id, **form.model_dump())
    here = f"/crm/accounts/{account_id}"
    way_back = f"{here}/contacts/{contact_id}" if before else f"{here}/contacts/{contact_id}/removal"
    said = _("%(name)s is written down.") % {"name": form.name}
    return RedirectResponse(here, 303, toast(said, undo=way_back, values=before))


@router.post("/{account_id}/contacts/{contact_id}/removal")
async def forget_contact(account_id: UUID, contact_id: UUID, work: InWork) -> Response:
    """Know somebody there no more, with the way back."""
    known = await remove_contact(work, account_id, contact_id)
    here = f"/crm/accounts/{account_id}"
    said = _("%(name)s is removed.") % {"name": known.name}
    return RedirectResponse(here, 303, toast(said, undo=f"{here}/contacts/{contact_id}", values=_written_down(known)))


async def find(work: Work, words: str, limit: int) -> Sequence[Hit]:
    """Accounts whose name has `words` in it."""
    found = await queries.listed(work, q=words, cursor=None, limit=limit)
    return [Hit(one.name, f"/crm/accounts/{one.id}", one.sector) for one in found.items]


finder = Finder("Accounts", "building", Permission.SEE_RECORDS, find)


async def _choices(work: Work, account: Account) -> dict[str, Any]:
    """The accounts that it may belong under, and those who may have it, where the actor may give it away.

    What is chosen is among them.
    """
    parent_id, owner = account.details.parent_id, account.details.owner
    found = await queries.listed(work, q=None, cursor=None, limit=LIMIT_MAX)
    parents = {one.id: one.name for one in found.items if one.id != account.id}
    if parent_id is not None:
        parents.setdefault(parent_id, await queries.name_of(work, parent_id) or str(parent_id))
    return {"parents": list(parents.items()), "owners": await owners_to_choose(work, owner)}


def _written_down(contact: Contact) -> dict[str, str]:
    return {"name": contact.name, "email": contact.email, "role": contact.role}


def _may_change(work: Work, account: Account) -> bool:
    own = account.details.owner == work.actor.subject
    return work.actor.may(Permission.CHANGE_ALL_RECORDS) or (own and work.actor.may(Permission.CHANGE_RECORDS))

"""Accounts and contacts over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import Field

from services.crm.accounts import queries
from services.crm.accounts.actions import change_account, create_account, remove_contact, write_down_contact
from services.crm.accounts.model import (
    AccountDetails,
    AccountExists,
    Address,
    DomainMisfit,
    NoSuchAccount,
    NoSuchContact,
    NotYoursToGive,
    OwnParent,
    TaxIdMisfit,
    UnknownCountry,
)
from services.crm.sales_people.model import SellsNoMore
from shared.actor import NotPermitted
from shared.contracts.base import Currency
from shared.cursors import BadCursor
from shared.database import LIMIT_DEFAULT
from shared.errors import Stale
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, must_match, refusals, set_etag

router = APIRouter(prefix="/accounts", tags=["accounts"], route_class=WorkRoute)

Words = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class AddressBody(Body):
    """Where post is sent; `country` is ISO 3166 alpha-2."""

    street: Words = ""
    postal_code: Words = ""
    city: Words = ""
    country: Words = ""


class AccountBody(Body):
    """A new account; without `owner` it belongs to whoever creates it."""

    name: Name
    currency: Currency
    legal_name: Words = ""
    domain: Words = ""
    tax_id: Words = ""
    billing_email: Words = ""
    billing_address: AddressBody = AddressBody()
    payment_terms_days: Annotated[int, Field(ge=0, le=365)] = 30
    sector: Words = ""
    legal_entity: Words | None = None
    parent_id: UUID | None = None
    owner: Words | None = None
    year_established: Annotated[int, Field(ge=1000, le=9999)] | None = None
    employees: Annotated[int, Field(ge=0, le=2_000_000_000)] | None = None


class AccountChanges(AccountBody):
    """What changes of an account; what is left out stays."""

    name: Name = ""
    currency: Currency = ""


class ContactBody(Body):
    """Somebody we know at an account."""

    name: Name
    email: Words = ""
    role: Words = ""


class ContactView(View):
    """Somebody we know at an account."""

    id: UUID
    account_id: UUID
    name: str
    email: str
    role: str


class AddressView(View):
    """Where post is sent."""

    street: str
    postal_code: str
    city: str
    country: str


class AccountView(View):
    """An account."""

    id: UUID
    name: str
    currency: str
    legal_name: str
    domain: str
    tax_id: str
    billing_email: str
    billing_address: AddressView
    payment_terms_days: int
    sector: str
    legal_entity: str | None
    parent_id: UUID | None
    owner: str | None
    year_established: int | None
    employees: int | None
    is_customer: bool
    version: int
    contacts: list[ContactView] = Field(default=[])


class AccountRow(View):
    """An account in a list."""

    id: UUID
    name: str
    sector: str
    country: str
    currency: str
    owner: str | None
    is_customer: bool
    version: int


@router.put(
    "/{account_id}",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(
        NotPermitted,
        NotYoursToGive,
        SellsNoMore,
        AccountExists,
        OwnParent,
        UnknownCountry,
        NoSuchAccount,
        TaxIdMisfit,
        DomainMisfit,
    ),
)
async def create(account_id: UUID, body: AccountBody, work: InWork, response: Response) -> AccountView:
    """Write down a new account under the caller's own id."""
    details = AccountDetails(**body.model_dump(exclude={"billing_address"}))
    address = Address(**body.billing_address.model_dump())
    await create_account(work, account_id, details=details, billing_address=address)
    return await _shown(work, account_id, response)


@router.patch(
    "/{account_id}",
    responses=refusals(
        NotPermitted, NotYoursToGive, SellsNoMore, NoSuchAccount, OwnParent, TaxIdMisfit, DomainMisfit, Stale
    ),
)
async def change(
    account_id: UUID, body: AccountChanges, request: Request, work: InWork, response: Response
) -> AccountView:
    """Change what the body names of an account that is still as the caller has seen it."""
    seen = (await queries.one(work, account_id)).account
    must_match(request, seen.version)
    details = replace(seen.details, **body.model_dump(exclude_unset=True, exclude={"billing_address"}))
    address = seen.billing_address
    if "billing_address" in body.model_fields_set:
        address = replace(address, **body.billing_address.model_dump(exclude_unset=True))
    await change_account(work, account_id, version=seen.version, details=details, billing_address=address)
    return await _shown(work, account_id, response)


@router.get("/{account_id}", responses=refusals(NotPermitted, NoSuchAccount))
async def show(account_id: UUID, work: InWork, response: Response) -> AccountView:
    """One account with its contacts."""
    return await _shown(work, account_id, response)


@router.get("", responses=refusals(NotPermitted, BadCursor))
async def find(
    work: InWork,
    q: Annotated[str | None, Query(max_length=200, description="part of the name")] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> PageOf[AccountRow]:
    """Accounts by name."""
    return PageOf[AccountRow].of(await queries.listed(work, q=q, cursor=cursor, limit=limit), AccountRow)


@router.put(
    "/{account_id}/contacts/{contact_id}",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(NotPermitted, NoSuchAccount),
)
async def create_contact(account_id: UUID, contact_id: UUID, body: ContactBody, work: InWork) -> ContactView:
    """Write down somebody we know at an account, under the caller's own id."""
    contact = await write_down_contact(work, account_id, contact_id, name=body.name, email=body.email, role=body.role)
    return ContactView.model_validate(contact)


@router.patch("/{account_id}/contacts/{contact_id}", responses=refusals(NotPermitted, NoSuchAccount))
async def change_contact(account_id: UUID, contact_id: UUID, body: ContactBody, work: InWork) -> ContactView:
    """Write somebody down anew."""
    contact = await write_down_contact(work, account_id, contact_id, name=body.name, email=body.email, role=body.role)
    return ContactView.model_validate(contact)


@router.delete(
    "/{account_id}/contacts/{contact_id}",
    status_code=204,
    responses=refusals(NotPermitted, NoSuchAccount, NoSuchContact),
)
async def forget_contact(account_id: UUID, contact_id: UUID, work: InWork) -> None:
    """Know somebody at an account no more; deals that were won keep whom delivery was told of."""
    await remove_contact(work, account_id, contact_id)


async def _shown(work: InWork, account_id: UUID, response: Response) -> AccountView:
    page = await queries.one(work, account_id)
    set_etag(response, page.account.version)
    contacts = [ContactView.model_validate(contact) for contact in page.contacts]
    return AccountView.model_validate(page.account).model_copy(update={"contacts": contacts})

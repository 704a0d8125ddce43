"""Reading accounts: one's own, or all where the role allows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select, true

from services.crm.accounts import store
from services.crm.accounts.model import Account, Contact, NoSuchAccount
from services.crm.accounts.store import accounts
from services.crm.permissions import Permission
from shared import subjects
from shared.database import Page, Sorts, page
from shared.work import Work

SORTS: Sorts = {name: name for name in ("name", "sector", "country", "is_customer")} | {
    "owner": subjects.name_of(accounts.c.owner)
}


@dataclass(frozen=True)
class AccountPage:
    """An account with the people we know there."""

    account: Account
    contacts: list[Contact]


def visible(work: Work) -> ColumnElement[bool]:
    """Which accounts the actor may see: own ones and those nobody owns, or all."""
    if work.actor.may(Permission.SEE_ALL_RECORDS):
        return true()
    return or_(accounts.c.owner == work.actor.subject, accounts.c.owner.is_(None))


async def one(work: Work, account_id: UUID) -> AccountPage:
    """One account that the actor may see; raises NoSuchAccount."""
    work.actor.must(Permission.SEE_RECORDS)
    found = await work.session.scalar(select(Account).where(accounts.c.id == account_id, visible(work)))
    if found is None:
        raise NoSuchAccount()
    return AccountPage(found, await store.contacts_of(work, account_id))


async def name_of(work: Work, account_id: UUID | None) -> str | None:
    """What an account is called that a record names, whoever owns it; none without one."""
    work.actor.must(Permission.SEE_RECORDS)
    name: str | None = await work.session.scalar(select(accounts.c.name).where(accounts.c.id == account_id))
    return name


async def listed(
    work: Work, *, q: str | None, owner: str | None = None, sort: str = "", cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """Accounts by name or by `sort`, narrowed to those whose name contains `q`, or to those of an owner."""
    work.actor.must(Permission.SEE_RECORDS)
    columns = ("id", "name", "sector", "country", "currency", "owner", "is_customer", "version")
    rows = select(*(accounts.c[name] for name in columns)).where(visible(work))
    if q:
        rows = rows.where(accounts.c.name.icontains(q, autoescape=True))
    if owner is not None:
        rows = rows.where(accounts.c.owner == owner)
    keys = (accounts.c.name, accounts.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, sort=sort, sorts=SORTS)

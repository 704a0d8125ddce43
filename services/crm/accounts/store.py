"""How accounts and contacts are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import Boolean, Column, Integer, String, Uuid, exists, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import composite

from services.crm.accounts.model import Account, AccountDetails, Address, Contact, NoSuchAccount
from services.crm.tables import schema
from shared.database import belongs_to, found_by
from shared.work import Work

accounts = schema.table(
    "accounts",
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("legal_name", String, nullable=False),
    Column("domain", String, nullable=False),
    Column("tax_id", String, nullable=False),
    Column("billing_email", String, nullable=False),
    Column("payment_terms_days", Integer, nullable=False),
    Column("sector", String, nullable=False),
    Column("legal_entity", String),
    Column("parent_id", Uuid),
    Column("owner", String),
    Column("year_established", Integer),
    Column("employees", Integer),
    Column("street", String, nullable=False),
    Column("postal_code", String, nullable=False),
    Column("city", String, nullable=False),
    Column("country", String(2), nullable=False),
    Column("is_customer", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("parent_id", "accounts"),
    found_by("name", "id", why="the list of accounts, by name"),
    found_by("owner", "name", "id", why="the list of one's own accounts"),
)
contacts = schema.table(
    "contacts",
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("role", String, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("account_id", "accounts"),
    found_by("account_id", "name", "id", why="the contacts of an account"),
)

schema.map(
    Account,
    accounts,
    version=accounts.c.version,
    properties={
        "details": composite(
            AccountDetails,
            accounts.c.name,
            accounts.c.currency,
            accounts.c.legal_name,
            accounts.c.domain,
            accounts.c.tax_id,
            accounts.c.billing_email,
            accounts.c.payment_terms_days,
            accounts.c.sector,
            accounts.c.legal_entity,
            accounts.c.parent_id,
            accounts.c.owner,
            accounts.c.year_established,
            accounts.c.employees,
        ),
        "billing_address": composite(
            Address, accounts.c.street, accounts.c.postal_code, accounts.c.city, accounts.c.country
        ),
    },
)
schema.map(Contact, contacts, version=contacts.c.version)

IS_ABOVE = text(
    """
    with recursive above (id) as (
      select parent_id from accounts where id = :start
      union
      select accounts.parent_id from accounts join above on accounts.id = above.id
    )
    select exists (select from above where id = :account)
    """
)
PUT_UNDER = text("update accounts set parent_id = :parent, version = version + 1 where id = :account")


async def get(work: Work, account_id: UUID) -> Account:
    """Load one account and lock it until this work ends; raises NoSuchAccount."""
    found: Account | None = await work.session.scalar(
        select(Account).where(accounts.c.id == account_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchAccount()
    return found


async def find(work: Work, account_id: UUID) -> Account | None:
    """One account as it stands, if there is one with this id."""
    found: Account | None = await work.session.scalar(select(Account).where(accounts.c.id == account_id))
    return found


async def is_known(work: Work, account_id: UUID) -> bool:
    """Whether there is an account with this id."""
    return bool(await work.session.scalar(select(exists().where(accounts.c.id == account_id))))


async def is_above(work: Work, account_id: UUID, *, start: UUID) -> bool:
    """Whether `account_id` is a parent, however far up, of `start`."""
    return bool(await work.session.scalar(IS_ABOVE, {"account": account_id, "start": start}))


async def upsert(work: Work, imported: Sequence[Account]) -> list[Account]:
    """Keep accounts that come from another system; of a known one only what that system knows is replaced."""
    rows = [
        asdict(one.details) | asdict(one.billing_address) | {"id": one.id, "is_customer": one.is_customer, "version": 1}
        for one in imported
    ]
    told = insert(accounts)
    changed = {name: told.excluded[name] for name in ("name", "sector", "year_established", "employees", "country")}
    await work.session.execute(
        told.on_conflict_do_update(
            index_elements=["tenant_id", "id"], set_=changed | {"version": accounts.c.version + 1}
        ),
        rows,
    )
    found = await work.session.scalars(
        select(Account).where(accounts.c.id.in_([one.id for one in imported])).execution_options(populate_existing=True)
    )
    return list(found)


async def put_under(work: Work, parents: Sequence[tuple[UUID, UUID | None]]) -> None:
    """Give accounts their parents, as pairs of account and parent."""
    rows = [{"account": account_id, "parent": parent_id} for account_id, parent_id in parents]
    await work.session.execute(PUT_UNDER, rows)


async def contact(work: Work, contact_id: UUID) -> Contact | None:
    """One contact, locked, if there is one with this id."""
    found: Contact | None = await work.session.scalar(
        select(Contact).where(contacts.c.id == contact_id).with_for_update()
    )
    return found


async def contacts_of(work: Work, account_id: UUID) -> list[Contact]:
    """The people we know at an account, by name."""
    found = await work.session.scalars(
        select(Contact).where(contacts.c.account_id == account_id).order_by(contacts.c.name, contacts.c.id)
    )
    return list(found)


def add(work: Work, record: Account | Contact) -> None:
    """Keep a new account or contact."""
    work.session.add(record)


async def remove(work: Work, record: Contact) -> None:
    """Keep a contact no more."""
    await work.session.delete(record)
    await work.session.flush()

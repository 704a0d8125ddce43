"""What people do with accounts and contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.crm.accounts import store
from services.crm.accounts.model import (
    Account,
    AccountDetails,
    AccountExists,
    Address,
    Contact,
    NoSuchAccount,
    NoSuchContact,
    OwnParent,
    owner_for,
)
from services.crm.permissions import Permission
from services.crm.sales_people.actions import must_sell
from shared.contracts import crm as contract
from shared.errors import Stale
from shared.reasons import because
from shared.work import Work


async def create_account(work: Work, account_id: UUID, *, details: AccountDetails, billing_address: Address) -> Account:
    """Write down a new account; it is the actor's own unless a sales manager gives it to somebody."""
    work.actor.must(Permission.CHANGE_RECORDS)
    if await store.is_known(work, account_id):
        raise AccountExists()
    may_give = work.actor.may(Permission.CHANGE_ALL_RECORDS)
    owned = replace(details.written_well(), owner=owner_for(work.actor, details.owner, may_give=may_give))
    await must_sell(work, owned.owner)
    await _check_parent(work, account_id, owned)
    account = Account(account_id, owned, billing_address)
    store.add(work, account)
    work.publish(changed(account))
    return account


async def change_account(
    work: Work, account_id: UUID, *, version: int, details: AccountDetails, billing_address: Address
) -> Account:
    """Replace what is written down about an account that is still at `version`."""
    account = await _own_account(work, account_id)
    if account.version != version:
        raise Stale()
    may_give = work.actor.may(Permission.CHANGE_ALL_RECORDS)
    if details.owner != account.details.owner:
        details = replace(details, owner=owner_for(work.actor, details.owner, may_give=may_give))
        await must_sell(work, details.owner)
    details = details.written_well(account.details)
    await _check_parent(work, account_id, details)
    account.describe(details, billing_address)
    work.publish(changed(account))
    return account


async def write_down_contact(
    work: Work, account_id: UUID, contact_id: UUID, *, name: str, email: str, role: str
) -> Contact:
    """Write down somebody we know at an account, or write them down anew."""
    account = await _own_account(work, account_id)
    contact = await store.contact(work, contact_id)
    if contact is None:
        contact = Contact(contact_id, account.id, name, email, role)
        store.add(work, contact)
    elif contact.account_id != account.id:
        raise NoSuchAccount(because("This contact belongs to another account."))
    contact.name, contact.email, contact.role = name, email, role
    return contact


async def remove_contact(work: Work, account_id: UUID, contact_id: UUID) -> Contact:
    """Know somebody at an account no more; gives what was written down. Raises NoSuchContact."""
    account = await _own_account(work, account_id)
    contact = await store.contact(work, contact_id)
    if contact is None or contact.account_id != account.id:
        raise NoSuchContact()
    await store.remove(work, contact)
    return contact


async def _own_account(work: Work, account_id: UUID) -> Account:
    """The account, locked, if the actor may change it; raises NoSuchAccount."""
    work.actor.must(Permission.CHANGE_RECORDS)
    account = await store.get(work, account_id)
    if account.details.owner != work.actor.subject and not work.actor.may(Permission.CHANGE_ALL_RECORDS):
        raise NoSuchAccount()
    return account


async def visible_account(work: Work, account_id: UUID) -> Account:
    """The account, if the actor may see it and so sell to it; raises NoSuchAccount."""
    work.actor.must(Permission.SEE_RECORDS)
    account = await store.find(work, account_id)
    sees_all = work.actor.may(Permission.SEE_ALL_RECORDS)
    if account is None or not (sees_all or account.details.owner in (None, work.actor.subject)):
        raise NoSuchAccount(field="/account_id")
    return account


async def make_customer(work: Work, account_id: UUID) -> Account:
    """A deal with this account was won: it is a customer from now on."""
    work.actor.must(Permission.CHANGE_RECORDS)
    account = await store.get(work, account_id)
    if account.win():
        work.publish(changed(account))
    return account


async def import_accounts(work: Work, imported: Sequence[Account]) -> None:
    """Take over accounts from another system."""
    work.actor.must(Permission.IMPORT_RECORDS)
    for account in await store.upsert(work, imported):
        work.publish(changed(account))


async def import_parents(work: Work, parents: Sequence[tuple[UUID, UUID | None]]) -> None:
    """Take over which imported account belongs under which."""
    work.actor.must(Permission.IMPORT_RECORDS)
    await store.put_under(work, parents)


async def contact_people(work: Work, account_id: UUID) -> list[contract.ContactPerson]:
    """The people we know at an account, as others are told of them."""
    return [
        contract.ContactPerson(contact_id=one.id, name=one.name, email=one.email, role=one.role)
        for one in await store.contacts_of(work, account_id)
    ]


def as_customer(account: Account) -> contract.CustomerAccount:
    """The account as a contract and an invoice need it."""
    details, address = account.details, account.billing_address
    return contract.CustomerAccount(
        account_id=account.id,
        name=details.name,
        legal_name=details.legal_name or details.name,
        currency=details.currency,
        tax_id=details.tax_id,
        billing_email=details.billing_email,
        billing_address=contract.Address(
            street=address.street,
            postal_code=address.postal_code,
            city=address.city,
            country=address.country,
        ),
        payment_terms_days=details.payment_terms_days,
        legal_entity=details.legal_entity,
    )


def changed(account: Account) -> contract.AccountChanged:
    """What others are told when an account changes: its whole state."""
    return contract.AccountChanged(account_id=account.id, account=as_customer(account), is_customer=account.is_customer)


async def _check_parent(work: Work, account_id: UUID, details: AccountDetails) -> None:
    parent_id = details.parent_id
    if parent_id is None:
        return
    if not await store.is_known(work, parent_id):
        raise NoSuchAccount(because("There is no account with the id given as parent."), field="/parent_id")
    if parent_id == account_id or await store.is_above(work, account_id, start=parent_id):
        raise OwnParent(field="/parent_id")

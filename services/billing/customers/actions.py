"""Knowing who buys."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from services.billing.customers import store
from services.billing.customers.model import Customer, NoSuchCustomer
from shared.contracts.crm import CustomerAccount
from shared.work import Work


async def remember_customer(work: Work, account: CustomerAccount, *, sequence: int) -> None:
    """Take over what crm says of an account; older news changes nothing."""
    await store.remember(work, _customer(account), sequence=sequence)


async def remember_buyer(work: Work, account: CustomerAccount, *, sold_on: date, opportunity_id: UUID) -> None:
    """Know the customer of a sale, even before the account's own news is here."""
    await store.remember_from_sale(work, _customer(account), sold_on=sold_on, sold_by=opportunity_id)


async def customer_of(work: Work, customer_id: UUID) -> Customer:
    """One customer, as known now. Raises NoSuchCustomer."""
    found = await store.find(work, customer_id)
    if found is None:
        raise NoSuchCustomer()
    return found


async def customers_of(work: Work, customer_ids: Collection[UUID]) -> dict[UUID, Customer]:
    """Customers by id, as known now."""
    return {customer.id: customer for customer in await store.find_all(work, customer_ids)}


def _customer(account: CustomerAccount) -> Customer:
    address = account.billing_address
    return Customer(
        id=account.account_id,
        name=account.name,
        legal_name=account.legal_name,
        currency=account.currency,
        tax_id=account.tax_id,
        billing_email=account.billing_email,
        street=address.street,
        postal_code=address.postal_code,
        city=address.city,
        country=address.country,
        payment_terms_days=account.payment_terms_days,
        legal_entity=account.legal_entity,
    )

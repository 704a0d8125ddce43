"""A customer: an account of crm, as far as a contract and an invoice need it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.errors import NotFound


class NoSuchCustomer(NotFound):
    """There is no such customer.

    A customer is known here once its account was announced by crm: check the id there.
    """


@dataclass(frozen=True)
class Customer:
    """Who is billed: `id` is the account's, `legal_entity` the code of the firm of ours that contracts with them."""

    id: UUID
    name: str
    legal_name: str
    currency: str
    tax_id: str
    billing_email: str
    street: str
    postal_code: str
    city: str
    country: str
    payment_terms_days: int
    legal_entity: str | None

"""A firm we sell to, or want to, and the people we know there."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.actor import Actor
from shared.errors import Conflict, Forbidden, Invalid, NotFound


class NoSuchAccount(NotFound):
    """There is no such account, or it is not yours.

    Ask its owner or a sales manager, or choose another account.
    """


class AccountExists(Conflict):
    """There is an account with this id already.

    Change it with PATCH, or create another one under a new id.
    """


class OwnParent(Invalid):
    """An account cannot be its own parent, nor the parent of one of its parents.

    Choose another parent, or none.
    """


class UnknownCountry(Invalid):
    """A country is given by its two-letter code of ISO 3166.

    Write DE for Germany, US for the United States.
    """


class NotYoursToGive(Forbidden):
    """Only a sales manager may give a record to somebody else.

    Leave the owner out, or ask a sales manager.
    """


@dataclass(frozen=True)
class Address:
    """Where post is sent; `country` is ISO 3166 alpha-2."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""

    def __post_init__(self) -> None:
        if self.country and not (len(self.country) == 2 and self.country.isascii() and self.country.isupper()):
            raise UnknownCountry(field="/billing_address/country")


@dataclass(frozen=True)
class AccountDetails:
    """Everything that people write down about an account."""

    name: str
    currency: str
    legal_name: str = ""
    domain: str = ""
    tax_id: str = ""
    billing_email: str = ""
    payment_terms_days: int = 30
    sector: str = ""
    legal_entity: str | None = None
    parent_id: UUID | None = None
    owner: str | None = None
    year_established: int | None = None
    employees: int | None = None


@dataclass(eq=False)
class Account:
    """A firm; a prospect until the first deal with it is won, a customer from then on."""

    id: UUID
    details: AccountDetails
    billing_address: Address
    is_customer: bool = False
    version: int = 1

    def describe(self, details: AccountDetails, billing_address: Address) -> None:
        """Replace what is written down about it."""
        if details.parent_id == self.id:
            raise OwnParent(field="/parent_id")
        self.details, self.billing_address = details, billing_address

    def win(self) -> bool:
        """Make it a customer; whether that is new."""
        is_new = not self.is_customer
        self.is_customer = True
        return is_new


@dataclass(eq=False)
class Contact:
    """Somebody we know at an account."""

    id: UUID
    account_id: UUID
    name: str
    email: str
    role: str
    version: int = 1


def owner_for(actor: Actor, wanted: str | None, *, may_give: bool) -> str:
    """Who owns a record that `actor` writes: `wanted`, else the actor; raises NotYoursToGive."""
    if wanted is not None and wanted != actor.subject and not may_give:
        raise NotYoursToGive(field="/owner")
    return wanted or actor.subject

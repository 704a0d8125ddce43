"""A firm we sell to, or want to, and the people we know there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from uuid import UUID

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

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


class TaxIdMisfit(Invalid):
    """A tax id that begins like one of the European Union has another form, or its check digit is wrong.

    Compare it with what the customer's letterhead says; without it nothing is billed with reverse charge.
    """


class DomainMisfit(Invalid):
    """A domain is a name such as alpenglow.example.

    Leave out the path, and whatever stands before the name.
    """


class NotYoursToGive(Forbidden):
    """Only a sales manager may give a record to somebody else.

    Leave the owner out, or ask a sales manager.
    """


EUROPEAN = {state.upper() for state in vat.MEMBER_STATES} | {"EL"}
DOMAIN = re.compile(r"([\w-]+\.)+[^\W\d_]{2,}")


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

    def written_well(self, before: AccountDetails | None = None) -> AccountDetails:
        """These details with the tax id and the domain in their usual form; what stands since `before` is left alone.

        Raises TaxIdMisfit, DomainMisfit.
        """
        tax_id, domain = self.tax_id, self.domain
        if before is None or tax_id != before.tax_id:
            tax_id = _tax_id(tax_id)
        if before is None or domain != before.domain:
            domain = _domain(domain)
        return replace(self, tax_id=tax_id, domain=domain)


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


class NoSuchContact(NotFound):
    """Nobody is written down under this id at this account."""


@dataclass(eq=False)
class Contact:
    """Somebody we know at an account."""

    id: UUID
    account_id: UUID
    name: str
    email: str
    role: str
    version: int = 1


def _tax_id(typed: str) -> str:
    """Other countries have numbers of many forms: they are taken as they are."""
    plain = typed.strip()
    if plain[:2].upper() not in EUROPEAN:
        return plain
    try:
        return vat.validate(plain)
    except ValidationError:
        raise TaxIdMisfit(field="/tax_id") from None


def _domain(typed: str) -> str:
    name = re.sub(r"^https?://(www\.)?", "", typed.strip().lower()).rstrip("/")
    if name and not DOMAIN.fullmatch(name):
        raise DomainMisfit(field="/domain")
    return name


def owner_for(actor: Actor, wanted: str | None, *, may_give: bool) -> str:
    """Who owns a record that `actor` writes: `wanted`, else the actor; raises NotYoursToGive."""
    if wanted is not None and wanted != actor.subject and not may_give:
        raise NotYoursToGive(field="/owner")
    return wanted or actor.subject

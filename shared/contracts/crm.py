"""Events that crm publishes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Amount, Currency, Event, Fact, Minutes


class BillingMethod(StrEnum):
    """How a sold line is billed."""

    TIME_AND_MATERIALS = "time_and_materials"
    FIXED_FEE_MILESTONE = "fixed_fee_milestone"


class Address(Fact):
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    """ISO 3166 alpha-2."""


class CustomerAccount(Fact):
    """An account as a customer of ours: what a contract and an invoice need to know of it."""

    account_id: UUID
    name: str
    legal_name: str
    currency: Currency
    tax_id: str = ""
    billing_email: str = ""
    billing_address: Address = Address()
    payment_terms_days: int = 30
    legal_entity: str | None = None
    """Code of our legal entity that contracts with this account; none means the tenant's default."""


class ContactPerson(Fact):
    contact_id: UUID
    name: str
    email: str
    role: str


class SoldLine(Fact):
    """One line of what was sold; `line_id` is the billing line that work is later charged to."""

    line_id: UUID
    description: str
    method: BillingMethod
    amount: Amount
    product: str
    staffing_role: str | None = None
    minutes: Minutes | None = None
    hourly_rate: Amount | None = None
    milestone_due_on: date | None = None


class EstimatedRole(Fact):
    """Planned work of one staffing role: minutes, and what an hour is priced at and costs."""

    staffing_role: str
    minutes: Minutes
    hourly_price: Amount
    hourly_cost: Amount
    line_id: UUID | None = None
    skills: list[str] = Field(default_factory=list)


class Estimate(Fact):
    """The services estimate as sold: `price` and `cost` are the sums over its roles."""

    price: Amount
    cost: Amount
    roles: list[EstimatedRole]


class AccountChanged(Event):
    """An account was created or changed; carries its whole state."""

    type: ClassVar[str] = "throughline.crm.account.changed.v1"
    about: ClassVar[tuple[str, str]] = ("account", "account_id")
    account_id: UUID
    account: CustomerAccount
    is_customer: bool = False


class ExpectedRole(Fact):
    staffing_role: str
    minutes: Minutes


class OpportunityChanged(Event):
    """An opportunity was created or changed; carries its whole state as far as others plan with it."""

    type: ClassVar[str] = "throughline.crm.opportunity.changed.v1"
    about: ClassVar[tuple[str, str]] = ("opportunity", "opportunity_id")
    opportunity_id: UUID
    name: str
    account_id: UUID | None = None
    stage: str
    forecast_category: str
    probability: Amount
    """Between 0 and 1."""
    amount: Amount
    currency: Currency
    closes_on: date | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    expected_roles: list[ExpectedRole] = Field(default_factory=list)
    imported: bool = False
    """Brought in as history from another system: nothing follows from it."""


class OpportunityClosedWon(Event):
    """A deal was won: everything that delivery, resourcing and billing need to begin."""

    type: ClassVar[str] = "throughline.crm.opportunity.closed_won.v1"
    about: ClassVar[tuple[str, str]] = ("opportunity", "opportunity_id")
    opportunity_id: UUID
    number: str
    name: str
    owner: str
    """Log-in of the sales person."""
    account: CustomerAccount
    contacts: list[ContactPerson] = Field(default_factory=list)
    currency: Currency
    amount: Amount
    lines: list[SoldLine]
    estimate: Estimate
    closed_on: date
    starts_on: date
    ends_before: date
    payment_terms_days: int
    purchase_order: str | None = None
    quote_reference: str | None = None
    project_template: str | None = None
    """Wish of the sales person; without one the template follows from the lines."""


class OpportunityClosedLost(Event):
    """A deal was lost."""

    type: ClassVar[str] = "throughline.crm.opportunity.closed_lost.v1"
    about: ClassVar[tuple[str, str]] = ("opportunity", "opportunity_id")
    opportunity_id: UUID
    reason: str
    closed_on: date

"""Events that crm publishes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, PlainSerializer, model_validator

from shared.contracts.base import Amount, Currency, Event, Fact, Minutes


class FirstMethod(StrEnum):
    """The billing methods that readers of the first release know; the list never grows."""

    TIME_AND_MATERIALS = "time_and_materials"
    FIXED_FEE_MILESTONE = "fixed_fee_milestone"


class BillingMethod(StrEnum):
    """How a sold line is billed."""

    TIME_AND_MATERIALS = "time_and_materials"
    FIXED_FEE_MILESTONE = "fixed_fee_milestone"
    TIME_AND_MATERIALS_CAPPED = "time_and_materials_capped"
    FIXED_FEE_PERCENT = "fixed_fee_percent"
    RETAINER = "retainer"
    EXPENSE = "expense"

    @property
    def first(self) -> FirstMethod:
        """What a reader of the first release takes it for: hours at a rate, or a sum that nothing bills by itself."""
        by_the_hour = self in (BillingMethod.TIME_AND_MATERIALS, BillingMethod.TIME_AND_MATERIALS_CAPPED)
        return FirstMethod.TIME_AND_MATERIALS if by_the_hour else FirstMethod.FIXED_FEE_MILESTONE


def _as_first_told(method: BillingMethod) -> FirstMethod:
    return method.first


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
    """One line of what was sold; `line_id` is the billing line that work is later charged to.

    The list of methods could not grow under readers of the first release, so a line travels with two: in `method` the
    nearest one that they know, in `billing_method` the true one. In the code there is only `method`, the true one.
    """

    line_id: UUID
    description: str
    method: Annotated[BillingMethod, PlainSerializer(_as_first_told)]
    """The nearest method that the first release knows."""
    amount: Amount
    product: str
    staffing_role: str | None = None
    minutes: Minutes | None = None
    hourly_rate: Amount | None = None
    milestone_due_on: date | None = None
    billing_method: str = Field(default="", examples=[BillingMethod.TIME_AND_MATERIALS])
    """The true method; empty where `method` is."""
    cap: Amount | None = None
    """What hours at a rate come to at most."""
    monthly_fee: Amount | None = None
    """Of a retainer, whose `amount` is the fee of all its months."""
    months: int | None = None
    """How many months a retainer is sold for, from the first day on; none means all of the contract."""
    monthly_minutes: Minutes | None = None
    """What the monthly fee pays for."""
    rollover_months: int | None = None
    """How many months unused minutes of a retainer stay good."""
    overage_rate: Amount | None = None
    """What an hour beyond a retainer's minutes costs; none means that it is not billed."""
    markup_percent: Amount | None = None
    """What is added to expenses passed on."""
    is_agent: bool = False
    """Expenses are passed on in the client's name: what is billed for them is no revenue of ours."""
    recognition_method: str | None = None
    """`as_delivered`, `cost_to_cost`, `ratable` or `milestone`; none means the one that goes with the method."""

    @model_validator(mode="before")
    @classmethod
    def _with_its_true_method(cls, told: Any) -> Any:
        if not isinstance(told, dict):
            return told
        true = told.get("billing_method") or told.get("method")
        return {**told, "method": true, "billing_method": true}


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
    minor: ClassVar[int] = 1
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
    purchase_order_budget: Amount | None = None
    """What may be billed under the purchase order, net; none means no limit."""
    billing_increment_minutes: int | None = None
    """Time is billed in steps of so many minutes; none means to the minute."""
    deposit: Amount | None = None
    """What the client pays in advance, net; later invoices draw it down."""
    revision: int = 1
    """How often the deal was closed as won: delivery returned all before, and this takes their place."""
    correction: str | None = None
    """What sales put right since delivery returned it."""


class OpportunityClosedLost(Event):
    """A deal was lost."""

    type: ClassVar[str] = "throughline.crm.opportunity.closed_lost.v1"
    about: ClassVar[tuple[str, str]] = ("opportunity", "opportunity_id")
    opportunity_id: UUID
    reason: str
    closed_on: date

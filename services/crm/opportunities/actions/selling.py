"""What is sold, and the estimate of what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.crm.opportunities.actions.describing import own_opportunity
from services.crm.opportunities.actions.events import changed
from services.crm.opportunities.model import (
    NO_TERMS,
    BillingMethod,
    EstimateRole,
    Line,
    LineTerms,
    Opportunity,
    fixed_sum,
    hours,
    must_fit,
    retainer,
)
from services.crm.permissions import Permission
from services.crm.products.actions import RolePrices, prices_of_roles, product_called
from services.crm.products.model import NoPrice, NoStandardCost
from shared.ids import new_id
from shared.reasons import because
from shared.work import Work


@dataclass(frozen=True)
class LineDetails:
    """What the caller says of a line; time takes rate and product from the price book if left out."""

    description: str
    method: BillingMethod
    product: str | None = None
    staffing_role: str | None = None
    minutes: int | None = None
    hourly_rate: Decimal | None = None
    amount: Decimal | None = None
    milestone_due_on: date | None = None
    terms: LineTerms = NO_TERMS

    @property
    def said(self) -> dict[str, object]:
        """Everything that depends on the method, by name."""
        of_the_line = ("staffing_role", "minutes", "hourly_rate", "amount", "milestone_due_on")
        return {name: getattr(self, name) for name in of_the_line} | asdict(self.terms)


@dataclass(frozen=True)
class PlannedRole:
    """Planned work of one role; price and cost of an hour come from the line or the price book if left out."""

    staffing_role: str
    minutes: int
    hourly_price: Decimal | None = None
    hourly_cost: Decimal | None = None
    line_id: UUID | None = None
    skills: tuple[str, ...] = ()


async def sell_line(work: Work, opportunity_id: UUID, line_id: UUID, *, details: LineDetails) -> Opportunity:
    """Add a line to a deal; the deal's amount becomes the sum of its lines.

    Raises LineIncomplete, NotOfThisMethod, NoMilestoneToRecogniseBy, NoSuchProduct, NoPrice.
    """
    opportunity = await own_opportunity(work, opportunity_id)
    if details.product is not None:
        await product_called(work, details.product)
    must_fit(details.method, details.said)
    opportunity.sell(await _line(work, opportunity, line_id, details))
    work.publish(changed(opportunity))
    return opportunity


async def drop_line(work: Work, opportunity_id: UUID, line_id: UUID) -> Opportunity:
    """Take a line out of a deal; the amount follows."""
    opportunity = await own_opportunity(work, opportunity_id)
    opportunity.drop(line_id)
    work.publish(changed(opportunity))
    return opportunity


async def plan_services(work: Work, opportunity_id: UUID, *, roles: Sequence[PlannedRole]) -> Opportunity:
    """Replace the services estimate of a deal."""
    opportunity = await own_opportunity(work, opportunity_id)
    if any(role.hourly_cost is not None for role in roles):
        work.actor.must(Permission.SEE_COSTS)
    book = await role_prices(work, opportunity, [role.staffing_role for role in roles])
    rates = {line.id: line.hourly_rate for line in opportunity.lines}
    opportunity.plan(
        [
            EstimateRole(
                id=new_id(),
                opportunity_id=opportunity.id,
                position=position,
                staffing_role=role.staffing_role,
                minutes=role.minutes,
                hourly_price=_price(role, rates.get(role.line_id) if role.line_id else None, book, position),
                hourly_cost=_cost(role, book, position),
                line_id=role.line_id,
                skills=list(role.skills),
            )
            for position, role in enumerate(roles)
        ]
    )
    work.publish(changed(opportunity))
    return opportunity


async def role_prices(work: Work, opportunity: Opportunity, staffing_roles: Sequence[str]) -> RolePrices:
    """The price book's entries for these roles on the day the work starts, else today."""
    on = opportunity.details.starts_on or work.now.date()
    return await prices_of_roles(work, staffing_roles, on=on, currency=opportunity.details.currency)


async def _line(work: Work, opportunity: Opportunity, line_id: UUID, details: LineDetails) -> Line:
    """The line as its method makes it; `details` have what that needs."""
    if details.staffing_role is not None and details.minutes is not None:
        sold = details.staffing_role, details.minutes
        return await _hours(work, opportunity, line_id, details, sold=sold)
    if details.terms.monthly_fee is not None and details.terms.months is not None:
        return retainer(
            line_id,
            opportunity.id,
            description=details.description,
            product=details.product or "",
            monthly_fee=details.terms.monthly_fee,
            months=details.terms.months,
            staffing_role=details.staffing_role,
            terms=details.terms,
        )
    return fixed_sum(
        line_id,
        opportunity.id,
        description=details.description,
        product=details.product or "",
        amount=details.amount or Decimal(),
        method=details.method,
        milestone_due_on=details.milestone_due_on,
        terms=details.terms,
    )


async def _hours(
    work: Work, opportunity: Opportunity, line_id: UUID, details: LineDetails, *, sold: tuple[str, int]
) -> Line:
    role, minutes = sold
    book = await role_prices(work, opportunity, [role])
    product = book.products.get(role)
    price = book.prices.get(role)
    rate = details.hourly_rate if details.hourly_rate is not None or price is None else price.amount
    if rate is None:
        raise NoPrice(because("The price book has no price for %(role)s.", role=role), field="/hourly_rate")
    return hours(
        line_id,
        opportunity.id,
        description=details.description,
        product=details.product or (product.code if product else ""),
        staffing_role=role,
        minutes=minutes,
        hourly_rate=rate,
        currency=opportunity.details.currency,
        terms=details.terms,
    )


def _price(role: PlannedRole, line_rate: Decimal | None, book: RolePrices, position: int) -> Decimal:
    listed = book.prices.get(role.staffing_role)
    for known in (role.hourly_price, line_rate, listed.amount if listed else None):
        if known is not None:
            return known
    raise NoPrice(
        because("The price book has no price for %(staffing_role)s.", staffing_role=role.staffing_role),
        field=f"/roles/{position}/hourly_price",
    )


def _cost(role: PlannedRole, book: RolePrices, position: int) -> Decimal:
    listed = book.prices.get(role.staffing_role)
    for known in (role.hourly_cost, listed.standard_cost if listed else None):
        if known is not None:
            return known
    raise NoStandardCost(
        because("The price book has no standard cost for %(staffing_role)s.", staffing_role=role.staffing_role),
        field=f"/roles/{position}/staffing_role",
    )

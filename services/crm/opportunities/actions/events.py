"""What others are told of a deal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.crm.accounts.actions import as_customer
from services.crm.accounts.model import Account
from services.crm.opportunities.model import Line, LossReason, Opportunity
from shared.contracts import crm as contract


def changed(opportunity: Opportunity) -> contract.OpportunityChanged:
    """The state of a deal as far as others plan with it."""
    details = opportunity.details
    return contract.OpportunityChanged(
        thread_id=opportunity.id,
        opportunity_id=opportunity.id,
        name=details.name,
        account_id=details.account_id,
        stage=opportunity.stage,
        forecast_category=opportunity.forecast_category,
        probability=opportunity.probability,
        amount=opportunity.amount,
        currency=details.currency,
        closes_on=details.closes_on,
        starts_on=details.starts_on,
        ends_before=details.ends_before,
        expected_roles=[
            contract.ExpectedRole(staffing_role=role.staffing_role, minutes=role.minutes) for role in opportunity.roles
        ],
        imported=opportunity.imported,
    )


def closed_won(
    opportunity: Opportunity, account: Account, contacts: Sequence[contract.ContactPerson]
) -> contract.OpportunityClosedWon:
    """Everything that delivery, resourcing and billing need to begin, of a deal that has all it takes."""
    details, closing = opportunity.details, opportunity.closing
    terms = details.payment_terms_days
    return contract.OpportunityClosedWon(
        thread_id=opportunity.id,
        opportunity_id=opportunity.id,
        number=opportunity.number,
        name=details.name,
        owner=details.owner or opportunity.history[-1].entered_by,
        account=as_customer(account),
        contacts=list(contacts),
        currency=details.currency,
        amount=opportunity.amount,
        lines=_sold_lines(opportunity),
        estimate=_estimate(opportunity),
        closed_on=_known(closing.closed_on),
        starts_on=_known(details.starts_on),
        ends_before=_known(details.ends_before),
        payment_terms_days=account.details.payment_terms_days if terms is None else terms,
        purchase_order=details.purchase_order,
        quote_reference=closing.quote_reference,
        project_template=details.project_template,
        purchase_order_budget=details.purchase_order_budget,
        billing_increment_minutes=details.billing_increment_minutes,
        deposit=details.deposit,
        revision=opportunity.revision,
        correction=closing.correction,
    )


def _known(day: date | None) -> date:
    if day is None:
        raise ValueError("a won deal knows its days")
    return day


def closed_lost(opportunity: Opportunity, reason: LossReason, closed_on: date) -> contract.OpportunityClosedLost:
    """That a deal was lost, why and when."""
    return contract.OpportunityClosedLost(
        thread_id=opportunity.id, opportunity_id=opportunity.id, reason=reason, closed_on=closed_on
    )


def _sold_lines(opportunity: Opportunity) -> list[contract.SoldLine]:
    return [_sold(line) for line in opportunity.lines]


def _sold(line: Line) -> contract.SoldLine:
    terms = line.terms
    return contract.SoldLine(
        line_id=line.id,
        description=line.description,
        method=contract.BillingMethod(line.method),
        amount=line.amount,
        product=line.product,
        staffing_role=line.staffing_role,
        minutes=line.minutes,
        hourly_rate=line.hourly_rate,
        milestone_due_on=line.milestone_due_on,
        cap=terms.cap,
        monthly_fee=terms.monthly_fee,
        months=terms.months,
        monthly_minutes=terms.monthly_minutes,
        rollover_months=terms.rollover_months,
        overage_rate=terms.overage_rate,
        markup_percent=terms.markup_percent,
        is_agent=terms.is_agent,
        recognition_method=terms.recognition_method,
    )


def _estimate(opportunity: Opportunity) -> contract.Estimate:
    sums = opportunity.estimate
    return contract.Estimate(
        price=sums.price,
        cost=sums.cost,
        roles=[
            contract.EstimatedRole(
                staffing_role=role.staffing_role,
                minutes=role.minutes,
                hourly_price=role.hourly_price,
                hourly_cost=role.hourly_cost,
                line_id=role.line_id,
                skills=list(role.skills),
            )
            for role in opportunity.roles
        ],
    )

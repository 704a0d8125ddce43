"""Closing a deal, as won or as lost."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.crm.accounts import actions as accounts
from services.crm.opportunities import store
from services.crm.opportunities.actions.describing import own_opportunity
from services.crm.opportunities.actions.events import changed, closed_lost, closed_won
from services.crm.opportunities.actions.selling import role_prices
from services.crm.opportunities.model import (
    ClosedInFuture,
    DealWithoutEstimate,
    EstimateRole,
    LossReason,
    Opportunity,
    Outcome,
    all_at_once,
    refusals_to_win,
)
from shared.ids import new_id
from shared.reasons import because
from shared.work import Work


async def close_as_won(
    work: Work,
    opportunity_id: UUID,
    *,
    closed_on: date | None = None,
    quote_reference: str | None = None,
    override_reason: str | None = None,
) -> Opportunity:
    """Win a deal that has all it takes: the account becomes a customer, and the other services are told everything."""
    opportunity = await own_opportunity(work, opportunity_id)
    opportunity.must_be_open()
    account_id = opportunity.details.account_id
    billed = await accounts.make_customer(work, account_id) if account_id else None
    missing = list(
        refusals_to_win(opportunity, billed, quote_reference=quote_reference, override_reason=override_reason)
    )
    if missing or billed is None:
        raise all_at_once(missing)
    if not opportunity.roles:
        await _estimate_from_lines(work, opportunity)
    if override_reason:
        await work.because(override_reason)
    day = _day(work, closed_on)
    opportunity.win(
        await store.closing_stage(work, Outcome.WON),
        on=day,
        by=work.actor.subject,
        quote=quote_reference,
        override=override_reason,
    )
    contacts = await accounts.contact_people(work, billed.id)
    work.publish(changed(opportunity))
    work.publish(closed_won(opportunity, billed, contacts))
    return opportunity


async def close_as_lost(
    work: Work, opportunity_id: UUID, *, reason: LossReason, note: str = "", closed_on: date | None = None
) -> Opportunity:
    """Give a deal up, for a coded reason."""
    opportunity = await own_opportunity(work, opportunity_id)
    day = _day(work, closed_on)
    stage = await store.closing_stage(work, Outcome.LOST)
    opportunity.lose(stage, on=day, by=work.actor.subject, reason=reason, note=note)
    work.publish(changed(opportunity))
    work.publish(closed_lost(opportunity, reason, day))
    return opportunity


def _day(work: Work, closed_on: date | None) -> date:
    today = work.now.date()
    if closed_on is not None and closed_on > today:
        raise ClosedInFuture(field="/closed_on")
    return closed_on or today


async def _estimate_from_lines(work: Work, opportunity: Opportunity) -> None:
    """Without an estimate of its own a deal is estimated as its lines of time say, at standard cost."""
    sold = [(line, line.staffing_role) for line in opportunity.lines]
    timed = [(line, role) for line, role in sold if role is not None and line.minutes]
    book = await role_prices(work, opportunity, [role for _, role in timed])
    roles = []
    for position, (line, role) in enumerate(timed):
        listed = book.prices.get(role)
        if listed is None or listed.standard_cost is None:
            raise DealWithoutEstimate(
                because(
                    "The deal has no services estimate, and the price book no standard cost for %(role)s.", role=role
                ),
                field="/estimate",
            )
        roles.append(
            EstimateRole(
                id=new_id(),
                opportunity_id=opportunity.id,
                position=position,
                staffing_role=role,
                minutes=line.minutes or 0,
                hourly_price=line.hourly_rate or listed.amount,
                hourly_cost=listed.standard_cost,
                line_id=line.id,
            )
        )
    opportunity.plan(roles)

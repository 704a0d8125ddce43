"""Closing a deal, as won or as lost, and anew what delivery returned."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.crm.accounts import actions as accounts
from services.crm.accounts.model import Account
from services.crm.handoffs.actions import answer_return
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
    id_of_role_for,
    refusals_to_win,
)
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
    billed = await _with_all_it_takes(work, opportunity, quote=quote_reference, override=override_reason)
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
    await _tell(work, opportunity, billed)
    return opportunity


async def close_anew(
    work: Work,
    opportunity_id: UUID,
    *,
    correction: str,
    quote_reference: str | None = None,
    override_reason: str | None = None,
) -> Opportunity:
    """Hand a deal that delivery returned over once more, as it is now; without a quote or a reason the former stays.

    Raises HandoffNotReturned.
    """
    opportunity = await own_opportunity(work, opportunity_id)
    opportunity.must_be_returned()
    if not (quote_reference or override_reason):
        quote_reference, override_reason = opportunity.closing.quote_reference, opportunity.closing.override_reason
    billed = await _with_all_it_takes(work, opportunity, quote=quote_reference, override=override_reason)
    await work.because(correction)
    await answer_return(work, opportunity_id)
    opportunity.win_anew(
        await store.closing_stage(work, Outcome.WON),
        on=work.now.date(),
        by=work.actor.subject,
        quote=quote_reference,
        override=override_reason,
        correction=correction,
    )
    await _tell(work, opportunity, billed)
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


async def _with_all_it_takes(
    work: Work, opportunity: Opportunity, *, quote: str | None, override: str | None
) -> Account:
    """See that nothing is missing to win the deal; gives the account that will be billed, a customer from now on."""
    account_id = opportunity.details.account_id
    billed = await accounts.make_customer(work, account_id) if account_id else None
    missing = list(refusals_to_win(opportunity, billed, quote_reference=quote, override_reason=override))
    if missing or billed is None:
        raise all_at_once(missing)
    if not opportunity.roles:
        await _estimate_from_lines(work, opportunity)
    return billed


async def _tell(work: Work, opportunity: Opportunity, billed: Account) -> None:
    contacts = await accounts.contact_people(work, billed.id)
    work.publish(changed(opportunity))
    work.publish(closed_won(opportunity, billed, contacts))


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
                id=id_of_role_for(line.id),
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

"""What sales does: accounts, deals through their stages, offers, won and lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid5

from deploy.suite.founding import PRICES
from deploy.suite.year.customers import CUSTOMERS, Customer
from deploy.suite.year.firm import Firm, line_id
from deploy.suite.year.plan import (
    CAPPED,
    HOUR,
    RETAINED,
    SKILLS,
    TRAVEL,
    TRAVELLED,
    Deal,
    Kind,
    Member,
    Outcome,
)
from deploy.suite.year.weeks import FRIDAY

CRM = "/crm/api/v1"
STAGES = ("prospecting", "engaging", "proposal", "negotiation")
OFFERED_AT = "proposal"
TRAINING_SHARE = 20  # of the first member's work, one part in so many is for the fee of a mixed deal


async def write_down_customers(firm: Firm) -> None:
    """Have an account and a contact of every customer."""
    await asyncio.gather(*(_customer(firm, each) for each in CUSTOMERS))


async def sell(firm: Firm, week: int) -> None:
    """Move every deal that is due; one after the other, so that their numbers are the same each time."""
    for deal in firm.deals:
        for index, stage in enumerate(STAGES):
            if entered_in(deal, index) == week:
                await _enter(firm, deal, stage)
        if deal.closes_in == week and deal.outcome is not Outcome.OPEN:
            await _close(firm, deal)
            await firm.settled()  # contracts, too, get their numbers in this order


def entered_in(deal: Deal, index: int) -> int:
    """The week in which a deal comes into a stage: evenly from the first call to the decision."""
    return deal.opened_in + (deal.closes_in - deal.opened_in) * index // len(STAGES)


async def _customer(firm: Firm, who: Customer) -> None:
    desk, place = firm.desks[who.seller], f"{CRM}/accounts/{who.id}"
    await desk.put(
        place,
        {
            "name": who.name,
            "legal_name": who.name,
            "currency": "EUR",
            "tax_id": who.tax_id,
            "domain": who.domain,
            "sector": who.sector,
            "payment_terms_days": who.payment_terms_days,
            "billing_email": f"invoices@{who.domain}",
            "billing_address": {
                "street": who.street,
                "postal_code": who.postal_code,
                "city": who.city,
                "country": who.country,
            },
        },
    )
    contact = {"name": who.contact, "email": f"{who.contact.split()[0].lower()}@{who.domain}", "role": "sponsor"}
    await desk.put(f"{place}/contacts/{uuid5(who.id, who.contact)}", contact)


async def _enter(firm: Firm, deal: Deal, stage: str) -> None:
    desk, place = firm.desks[deal.seller], f"{CRM}/opportunities/{deal.id}"
    if stage == STAGES[0]:
        await desk.put(place, _opening(firm, deal))
        return
    if stage == OFFERED_AT:
        for line in _lines(firm, deal):
            await desk.put(f"{place}/lines/{line.pop('id')}", line)
        await desk.post(f"{place}/estimate", {"roles": _roles(deal)})
    await desk.post(f"{place}/stage", {"stage": stage})


async def _close(firm: Firm, deal: Deal) -> None:
    desk, place = firm.desks[deal.seller], f"{CRM}/opportunities/{deal.id}"
    if deal.outcome is Outcome.LOST:
        await desk.post(f"{place}/close-as-lost", {"reason": deal.loss, "note": "They told us on the phone."})
    elif deal.number % 7 == 6:
        await desk.post(f"{place}/close-as-won", {"override_reason": "The frame contract covers it."})
    else:
        await desk.post(f"{place}/close-as-won", {"quote_reference": f"Q-{1000 + deal.number}"})


def _opening(firm: Firm, deal: Deal) -> dict[str, Any]:
    year = firm.year
    return {
        "name": deal.subject,
        "currency": "EUR",
        "account_id": str(deal.customer.id),
        "amount": str(deal.price.quantize(Decimal("0.01"))),
        "closes_on": year.day(deal.closes_in).isoformat(),
        "starts_on": year.day(deal.start).isoformat(),
        "ends_before": year.day(deal.ends_before).isoformat(),
        "purchase_order": f"PO-{4700 + deal.number}",
        "next_step": "agree on the scope",
    }


def _lines(firm: Firm, deal: Deal) -> list[dict[str, Any]]:
    """What is sold: time by role unless all is for a fixed fee, and the fees."""
    by_hour = [] if deal.kind is Kind.FIXED_FEE else deal.team
    lines: list[dict[str, Any]] = [
        {
            "id": line_id(deal, each.role),
            "description": each.role.replace("_", " ").capitalize(),
            "method": "time_and_materials",
            "staffing_role": each.role,
            "minutes": deal.minutes(each),
            **_discounted(deal, each.role),
            **_capped(deal, each),
        }
        for each in by_hour
    ]
    lines += [
        {
            "id": line_id(deal, name),
            "description": name,
            "method": "fixed_fee_milestone",
            "product": "FIXED-FEE",
            "amount": str(amount),
            "milestone_due_on": firm.year.day(week, FRIDAY).isoformat(),
        }
        for name, amount, week in deal.fees
    ]
    return [*lines, *_on_top(deal)]


def _capped(deal: Deal, who: Member) -> dict[str, str]:
    """The most that the client pays for these hours, where that was agreed: a tenth more than by the price book."""
    if deal.number not in CAPPED:
        return {}
    worth = Decimal(PRICES[who.role][0]) * deal.minutes(who) / HOUR
    return {"method": "time_and_materials_capped", "cap": str((worth * Decimal("1.1")).quantize(Decimal(1)))}


def _on_top(deal: Deal) -> list[dict[str, Any]]:
    """A retainer or travel, where they are sold."""
    lines: list[dict[str, Any]] = []
    if deal.number in RETAINED:
        retainer = {"description": "Hotline", "method": "retainer", "monthly_fee": "900", "months": 2}
        terms = {"monthly_minutes": 6 * HOUR, "rollover_months": 2, "overage_rate": "160"}
        lines.append({"id": line_id(deal, "Hotline"), **retainer, **terms})
    if deal.number in TRAVELLED:
        lines.append({"id": line_id(deal, TRAVEL), "description": TRAVEL, "method": "expense", "amount": "2000"})
    return lines


def _discounted(deal: Deal, role: str) -> dict[str, str]:
    """The hourly rate, where it is not the one of the price book."""
    if deal.discount >= 1:
        return {}
    return {"hourly_rate": str((Decimal(PRICES[role][0]) * deal.discount).quantize(Decimal(1), ROUND_HALF_UP))}


def _roles(deal: Deal) -> list[dict[str, Any]]:
    """The work behind each line; that of fixed fees is estimated under the last of them."""
    last_fee = str(line_id(deal, deal.fees[-1][0])) if deal.fees else None
    roles = [
        {
            "staffing_role": each.role,
            "minutes": deal.minutes(each),
            "line_id": last_fee if deal.kind is Kind.FIXED_FEE else str(line_id(deal, each.role)),
            "skills": [SKILLS[each.role]] if each.role in SKILLS else [],
        }
        for each in deal.team
    ]
    if deal.kind is Kind.MIXED:
        first = deal.team[0]
        roles.append(
            {"staffing_role": first.role, "minutes": deal.minutes(first) // TRAINING_SHARE, "line_id": last_fee}
        )
    return roles


def days_before(firm: Firm, deal: Deal) -> str:
    """A day of preparation, before anybody had agreed a rate."""
    return (firm.year.day(deal.closes_in) - timedelta(days=3)).isoformat()

"""Founding the demo firm: its people, what it sells and at which price, its company and its chart, over HTTP."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID, uuid5

from deploy.suite.desk import Desk, Desks
from deploy.suite.people import COLLEAGUES, ERP_CLIENT, FIRM, Colleague
from shared.actor import Role

WORK_DAYS = 5
STAFFING_ROLES = {
    "project_manager": "leads a project",
    "senior_consultant": "leads a part of it",
    "consultant": "does the work",
    "data_engineer": "builds data platforms",
    "architect": "decides how it is built",
}
# What an hour is sold for, and what it costs on average.
PRICES = {
    "project_manager": ("160.00", "71.00"),
    "senior_consultant": ("150.00", "64.00"),
    "consultant": ("110.00", "45.00"),
    "data_engineer": ("135.00", "57.00"),
    "architect": ("190.00", "84.00"),
}
LEGAL_ENTITY = uuid5(FIRM, "legal-entity/de")


async def found(desks: Desks, *, since: date) -> None:
    """Set the firm up as of `since`; doing it again changes nothing."""
    await _staffing_roles(desks["sam"])
    await asyncio.gather(*(_employ(desks, colleague, since) for colleague in COLLEAGUES))
    await _price_book(desks["helen"], since)
    await _sellers(desks["helen"])
    await _company(desks["sam"])


async def _staffing_roles(desk: Desk) -> None:
    for name, purpose in STAFFING_ROLES.items():
        body = {"name": name, "description": purpose}
        await desk.put(f"/resourcing/api/v1/staffing-roles/{_id('staffing-role', name)}", body)


async def _employ(desks: Desks, who: Colleague, since: date) -> None:
    """Have `who` in the books: person, calendar, skills, cost."""
    manager, place = desks["marta"], f"/resourcing/api/v1/people/{who.id}"
    await manager.put(
        place,
        {
            "name": who.name,
            "email": who.email,
            "subject_id": who.login,
            "practice": who.practice,
            "grade": who.grade,
            "staffing_roles": list(who.staffing_roles),
            "employed_from": since.isoformat(),
        },
    )
    await manager.put(
        f"{place}/calendars/{_id('calendar', who.login)}",
        {
            "starts_on": since.isoformat(),
            "minutes_by_weekday": [who.minutes_per_day] * WORK_DAYS + [0, 0],
            "country": who.country,
        },
    )
    for skill, level in who.skills:
        await manager.put(f"{place}/skills/{skill}", {"level": level, "assessed_on": since.isoformat()})
    if who.hourly_cost is not None:
        rate = {"starts_on": since.isoformat(), "hourly_cost": str(who.hourly_cost), "currency": "EUR"}
        await manager.put(f"{place}/cost-rates/{_id('cost', who.login)}", rate)


async def _price_book(desk: Desk, since: date) -> None:
    for role, (price, cost) in PRICES.items():
        product = _id("product", role)
        body = {
            "code": f"TIME-{role.upper()}",
            "name": STAFFING_ROLES[role],
            "kind": "time_by_role",
            "staffing_role": role,
        }
        await desk.put(f"/crm/api/v1/products/{product}", body)
        await desk.put(
            f"/crm/api/v1/products/{product}/prices/{_id('price', role)}",
            {"currency": "EUR", "amount": price, "standard_cost": cost, "starts_on": since.isoformat()},
        )
    milestone = {"code": "FIXED-FEE", "name": "Fixed fee by milestone", "kind": "milestone"}
    await desk.put(f"/crm/api/v1/products/{_id('product', 'fixed-fee')}", milestone)


async def _sellers(desk: Desk) -> None:
    """Put on the list whoever sells."""
    for who in COLLEAGUES:
        if who.roles & {Role.SALES_REP, Role.SALES_MANAGER}:
            body = {"name": who.name, "subject": who.login, "office": "Berlin"}
            await desk.put(f"/crm/api/v1/sales-people/{_id('sales-person', who.login)}", body)


async def _company(desk: Desk) -> None:
    """The company of ours that contracts and keeps books, with its tax rules and its chart of accounts."""
    rules = [
        {"territory": "domestic", "category": "S", "rate": "19.00"},
        {
            "territory": "european_union",
            "category": "AE",
            "rate": "0",
            "reference_text": "Reverse charge: the customer owes the tax.",
        },
        {"territory": "abroad", "category": "O", "rate": "0", "reference_text": "Not subject to tax here."},
    ]
    await desk.put(
        f"/billing/api/v1/legal-entities/{LEGAL_ENTITY}",
        {
            "code": "MER",
            "name": "Meridian Consulting GmbH",
            "street": "Lindenweg 4",
            "postal_code": "10115",
            "city": "Berlin",
            "country": "DE",
            "tax_registration": "DE123456789",
            "functional_currency": "EUR",
            "iban": "DE89370400440532013000",
            "payment_terms_days": 30,
            "invoice_series": "INV-",
            "is_default": True,
            "tax_rules": rules,
        },
    )
    receiver = {"legal_entity": "MER", "subject": ERP_CLIENT}
    await desk.put(f"/billing/api/v1/batch-receivers/{_id('batch-receiver', ERP_CLIENT)}", receiver)


def _id(kind: str, name: str) -> UUID:
    return uuid5(FIRM, f"{kind}/{name}")

"""Words for setting the scene in crm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import text

from services.crm.service import service
from shared.actor import Role, the_service
from shared.contracts.base import Event
from shared.database import Database
from shared.ids import new_id
from shared.work import begin
from tests.support.api import MERIDIAN, Api

MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

CANARY = UUID("0198c0de-0000-7000-8000-00000000ca9a")

Made = dict[str, Any]


def an_account_body(**different: Any) -> Made:
    """Describe a firm that can be billed."""
    return {
        "name": "Alpenglow",
        "legal_name": "Alpenglow AG",
        "currency": "EUR",
        "billing_address": {"street": "Hauptstraße 1", "city": "München", "country": "DE"},
        **different,
    }


def an_opportunity_body(**different: Any) -> Made:
    """Describe a deal in its first stage."""
    return {
        "name": "Data platform",
        "currency": "EUR",
        "starts_on": "2026-04-01",
        "ends_before": "2026-07-01",
        **different,
    }


def a_time_line(**different: Any) -> Made:
    """Describe 100 hours of a consultant at 120."""
    return {
        "description": "Build the platform",
        "method": "time_and_materials",
        "staffing_role": "Consultant",
        "minutes": 6000,
        "hourly_rate": "120",
        **different,
    }


def a_milestone_line(**different: Any) -> Made:
    """Describe a milestone at 8,000."""
    return {
        "description": "Blueprint accepted",
        "method": "fixed_fee_milestone",
        "amount": "8000",
        "milestone_due_on": "2026-05-01",
        **different,
    }


def a_capped_line(**different: Any) -> Made:
    """Describe 100 hours of a consultant at 120, of which at most 9,000 is billed."""
    return a_time_line(**{"method": "time_and_materials_capped", "cap": "9000", **different})


def a_retainer_line(**different: Any) -> Made:
    """Describe twenty hours a month for half a year, at 3,000 a month."""
    return {
        "description": "Support",
        "method": "retainer",
        "monthly_fee": "3000",
        "months": 6,
        "monthly_minutes": 1200,
        "rollover_months": 2,
        "overage_rate": "160",
        **different,
    }


def an_expense_line(**different: Any) -> Made:
    """Describe a subcontractor passed on as an agent, at cost plus 5 %."""
    return {
        "description": "Subcontractor",
        "method": "expense",
        "amount": "1500",
        "markup_percent": "5",
        "is_agent": True,
        **different,
    }


async def made(client: httpx2.AsyncClient, path: str, body: Mapping[str, Any]) -> Made:
    """Create something at `path` and give it as answered; fails unless it was made."""
    answer = await client.put(path, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def an_account(client: httpx2.AsyncClient, **different: Any) -> Made:
    """Create a firm that can be billed."""
    return await made(client, f"/accounts/{new_id()}", an_account_body(**different))


async def an_opportunity(client: httpx2.AsyncClient, **different: Any) -> Made:
    """Create a deal."""
    return await made(client, f"/opportunities/{new_id()}", an_opportunity_body(**different))


async def a_line(client: httpx2.AsyncClient, opportunity_id: UUID | str, body: Made) -> Made:
    """Add a line to a deal; gives the deal."""
    return await made(client, f"/opportunities/{opportunity_id}/lines/{new_id()}", body)


async def a_priced_role(crm: Api, *, role: str = "Consultant", price: str = "120", cost: str | None = "70") -> Made:
    """Have the time of a staffing role in the price book, from 2020 on, in EUR."""
    manager = crm.as_(Role.SALES_MANAGER)
    code = f"TIME-{role.upper()}"
    product = await made(
        manager,
        f"/products/{new_id()}",
        {"code": code, "name": f"{role}, by the hour", "kind": "time_by_role", "staffing_role": role},
    )
    body = {"currency": "EUR", "amount": price, "standard_cost": cost, "starts_on": "2020-01-01"}
    return await made(manager, f"/products/{product['id']}/prices/{new_id()}", body)


async def a_deal_ready_to_win(crm: Api, client: httpx2.AsyncClient) -> Made:
    """Create a deal with account, lines of both methods and an estimate: only the quote is missing."""
    await a_priced_role(crm)
    account = await an_account(client)
    deal = await an_opportunity(client, account_id=account["id"])
    timed = await a_line(client, deal["id"], a_time_line())
    await a_line(client, deal["id"], a_milestone_line())
    line_id = timed["lines"][0]["id"]
    roles = [{"staffing_role": "Consultant", "minutes": 6000, "line_id": line_id, "skills": ["Python"]}]
    answer = await client.post(f"/opportunities/{deal['id']}/estimate", json={"roles": roles})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@dataclass(frozen=True)
class Announced:
    """An event that waits to be sent."""

    type: str
    correlation_id: UUID
    payload: Made


async def announced(database: Database) -> list[Announced]:
    """Read what was announced so far, in order."""
    rows = text("select type, correlation_id, convert_from(payload, 'utf8') as payload from msg.outbox order by id")
    async with database.engine.connect() as connection:
        found = await connection.execute(rows)
        return [Announced(row.type, row.correlation_id, json.loads(row.payload)) for row in found]


async def hear(database: Database, event: Event, sequence: int, *, tenant: UUID = MERIDIAN) -> None:
    """Have every reaction of crm to `event` act on it."""
    for reaction in service.all_reactions:
        if reaction.event_type is type(event):
            async with begin(database, the_service("crm", tenant), NOON) as work:
                await reaction.handler(work, event, sequence)

"""The story, first part: an export is imported, two deals are won, delivery takes them over, people are booked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from deploy.suite.calendar import Dates
from deploy.suite.desk import Desk, Desks, eventually
from deploy.suite.people import BY_LOGIN, FIRM

SENIOR_MINUTES, CONSULTANT_MINUTES, MIGRATION_MINUTES = 80 * 60, 60 * 60, 40 * 60
FEE = "12000.00"
STORY = uuid5(FIRM, "story")


@dataclass(frozen=True)
class Deal:
    """A won deal of the story and what it became."""

    opportunity_id: UUID
    project: dict[str, Any]

    @property
    def project_id(self) -> str:
        """The project that delivers it."""
        return str(self.project["id"])

    def task(self, role: str) -> dict[str, Any]:
        """The first task that somebody in `role` works on."""
        tasks: list[dict[str, Any]] = self.project["tasks"]
        return next(task for task in tasks if task["staffing_role"] == role and task["billing_line_id"])


def id_in_story(name: str) -> UUID:
    """The id of something in the story: the same each time, so that a story that was cut off can be gone on with."""
    return uuid5(STORY, name)


async def import_export(desk: Desk, files: list[Path], *, anew: bool = False) -> dict[str, Any]:
    """Import a CRM export and wait until it is done; the answer has the counts."""
    named = {path.name: path.read_bytes() for path in files}
    begun = await desk.upload("/crm/api/v1/imports", named, {"dry_run": "false"}, anew=anew)
    return await follow(desk, begun["id"])


async def follow(desk: Desk, import_id: str) -> dict[str, Any]:
    """Wait until an import has ended."""

    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = await desk.get(f"/crm/api/v1/imports/{import_id}")
        return found if found["state"] in ("done", "failed", "cancelled") else None

    return await eventually(look, what="the import")


async def sign_up(desk: Desk, name: str, city: str) -> UUID:
    """Have an account that can be billed."""
    account = id_in_story(f"account/{name}")
    address = {"street": "Seestraße 12", "postal_code": "80331", "city": city, "country": "DE"}
    await desk.put(
        f"/crm/api/v1/accounts/{account}",
        {
            "name": name,
            "legal_name": name,
            "currency": "EUR",
            "tax_id": "DE811907980",
            "billing_email": "invoices@alpenglow.example",
            "billing_address": address,
        },
    )
    await desk.put(
        f"/crm/api/v1/accounts/{account}/contacts/{uuid5(account, 'sponsor')}",
        {"name": "Carla Brunner", "email": "carla@alpenglow.example", "role": "sponsor"},
    )
    return account


async def win_time_and_materials(desk: Desk, account: UUID, dates: Dates) -> UUID:
    """Win a deal billed by the hour: two roles."""
    lines = [
        ("Integration lead", "senior_consultant", SENIOR_MINUTES, ["integration"]),
        ("Integration work", "consultant", CONSULTANT_MINUTES, ["python"]),
    ]
    opportunity = await _open(desk, account, "Order integration", dates)
    roles = []
    for description, role, minutes, skills in lines:
        line = uuid5(opportunity, role)
        body = {"description": description, "method": "time_and_materials", "staffing_role": role, "minutes": minutes}
        await desk.put(f"/crm/api/v1/opportunities/{opportunity}/lines/{line}", body)
        roles.append({"staffing_role": role, "minutes": minutes, "line_id": str(line), "skills": skills})
    return await _close(desk, opportunity, roles)


async def win_fixed_fee(desk: Desk, account: UUID, dates: Dates) -> UUID:
    """Win a deal billed by one milestone."""
    opportunity = await _open(desk, account, "Data migration", dates)
    line = uuid5(opportunity, "go-live")
    await desk.put(
        f"/crm/api/v1/opportunities/{opportunity}/lines/{line}",
        {
            "description": "Go-live accepted",
            "method": "fixed_fee_milestone",
            "amount": FEE,
            "milestone_due_on": dates.last_day.isoformat(),
        },
    )
    role = {"staffing_role": "senior_consultant", "minutes": MIGRATION_MINUTES, "line_id": str(line)}
    return await _close(desk, opportunity, [{**role, "skills": ["integration"]}])


async def _open(desk: Desk, account: UUID, name: str, dates: Dates) -> UUID:
    opportunity = id_in_story(f"opportunity/{name}")
    await desk.put(
        f"/crm/api/v1/opportunities/{opportunity}",
        {
            "name": name,
            "currency": "EUR",
            "account_id": str(account),
            "starts_on": dates.monday.isoformat(),
            "ends_before": dates.ends_before.isoformat(),
            "closes_on": dates.today.isoformat(),
            "purchase_order": "PO-4711",
        },
    )
    return opportunity


async def _close(desk: Desk, opportunity: UUID, roles: list[dict[str, Any]]) -> UUID:
    place = f"/crm/api/v1/opportunities/{opportunity}"
    await desk.post(f"{place}/estimate", {"roles": roles})
    await desk.post(f"{place}/stage", {"stage": "negotiation"})
    await desk.post(f"{place}/close-as-won", {"quote_reference": "Q-2026-014"})
    return opportunity


async def take_over(desk: Desk, opportunity: UUID) -> Deal:
    """Accept the handoff as soon as it is here: a project with its plan stands."""
    handoff = uuid5(opportunity, "handoff")
    await eventually(lambda: desk.get(f"/delivery/api/v1/handoffs/{handoff}"), what="the handoff")
    project = await desk.post(f"/delivery/api/v1/handoffs/{handoff}/acceptance")
    return Deal(opportunity, project)


async def rank(desk: Desk, deal: Deal, role: str) -> dict[str, Any]:
    """The candidates for the request of `role`, ranked, and those who fall out, with reasons."""
    request = uuid5(UUID(deal.project_id), f"staffing/{role}")
    await eventually(lambda: desk.get(f"/resourcing/api/v1/requests/{request}"), what="the staffing request")
    found: dict[str, Any] = await desk.get(f"/resourcing/api/v1/requests/{request}/candidates", limit=50)
    return found


async def occupy(desks: Desks, deal: Deal, dates: Dates) -> None:
    """Make the choice interesting: one senior is fully booked elsewhere, another one on leave."""
    busy = BY_LOGIN["bela"]
    await desks["marta"].put(
        f"/resourcing/api/v1/bookings/{id_in_story('booking/bela')}",
        {
            "person_id": str(busy.id),
            "project_id": deal.project_id,
            "staffing_role": "senior_consultant",
            "kind": "hard",
            "minutes_per_day": busy.minutes_per_day,
            "starts_on": dates.monday.isoformat(),
            "ends_before": dates.ends_before.isoformat(),
            "overbooking_reason": "holidays are made up for afterwards",
        },
    )
    leave = id_in_story("leave/elif")
    await desks["elif"].put(
        f"/resourcing/api/v1/time-off/{leave}",
        {"starts_on": dates.monday.isoformat(), "ends_before": dates.ends_before.isoformat(), "kind": "parental"},
    )
    await desks["marta"].post(f"/resourcing/api/v1/time-off/{leave}/approval")


async def book(desk: Desk, deal: Deal, role: str, login: str) -> dict[str, Any]:
    """Book somebody on a request of the deal."""
    request = uuid5(UUID(deal.project_id), f"staffing/{role}")
    body = {
        "person_id": str(BY_LOGIN[login].id),
        "request_id": str(request),
        "kind": "hard",
        "overbooking_reason": "agreed with the team: holidays are made up for",
    }
    booked: dict[str, Any] = await desk.put(f"/resourcing/api/v1/bookings/{id_in_story(f'booking/{login}')}", body)
    return booked

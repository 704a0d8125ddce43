"""Deals of the campaign, one after another, from won to issued."""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from tests.chaos.client import Client, GaveUp
from tests.chaos.firm import ROLE, WEEKS, Firm

FEE = "4800.00"


@dataclass
class Deal:
    """One deal of a firm, worked on by one consultant, whose days it takes one after the other."""

    firm: Firm
    consultant: Client
    number: int
    first_day: int

    def id(self, name: str) -> UUID:
        """The id of something of this deal."""
        return self.firm.id(f"{self.consultant.subject}/{self.number}/{name}")

    @property
    def opportunity(self) -> UUID:
        """The id of the deal itself."""
        return self.id("opportunity")

    async def live(self) -> None:
        """Go the whole way; raises GaveUp at any step."""
        await self.win()
        project = await self.take_over()
        if self.number % 3 == 1:
            await self.accept_milestone(project)
        await self.work(project)
        await self.invoice()

    async def win(self) -> None:
        """Sign a customer up and win the deal: work by the hour, and a fixed fee."""
        seller, account = self.firm.seller, self.id("account")
        body = {
            "name": f"Customer {self.consultant.subject} {self.number}",
            "legal_name": "Customer AG",
            "currency": "EUR",
            "tax_id": "DE811907980",
            "billing_email": "invoices@customer.example",
            "billing_address": {"street": "Seestraße 12", "postal_code": "80331", "city": "München", "country": "DE"},
        }
        await seller.put(f"/crm/accounts/{account}", body, effect="account", key=account)
        contact = {"name": "Carla Brunner", "email": "carla@customer.example", "role": "sponsor"}
        await seller.put(f"/crm/accounts/{account}/contacts/{self.id('contact')}", contact)
        place, calendar = f"/crm/opportunities/{self.opportunity}", self.firm.calendar
        deal = {
            "name": f"Deal {self.number}",
            "currency": "EUR",
            "account_id": str(account),
            "starts_on": calendar.first_monday.isoformat(),
            "ends_before": (calendar.first_monday + timedelta(weeks=WEEKS)).isoformat(),
            "closes_on": calendar.today.isoformat(),
        }
        await seller.put(place, deal, effect="opportunity", key=self.opportunity)
        await self._describe(place)
        await seller.post(f"{place}/stage", {"stage": "negotiation"})
        quote = {"quote_reference": f"Q-{self.number}"}
        await seller.post(f"{place}/close-as-won", quote, effect="won", key=self.opportunity)

    async def _describe(self, place: str) -> None:
        seller, line = self.firm.seller, self.id("line")
        by_hour = {
            "description": "work",
            "method": "time_and_materials",
            "staffing_role": ROLE,
            "minutes": 6000,
            "hourly_rate": f"{100 + self.number % 37}.37",
        }
        await seller.put(f"{place}/lines/{line}", by_hour)
        roles = [{"staffing_role": ROLE, "minutes": 6000, "line_id": str(line), "skills": []}]
        if self.number % 3 == 1:
            due = self.firm.calendar.today.isoformat()
            fee = {
                "description": "go-live",
                "method": "fixed_fee_milestone",
                "amount": FEE,
                "milestone_due_on": due,
            }
            await seller.put(f"{place}/lines/{self.id('fee')}", fee)
        await seller.post(f"{place}/estimate", {"roles": roles})

    async def take_over(self) -> Any:
        """Accept the handoff as soon as it is there, and staff the project."""
        manager, handoff = self.firm.project_manager, uuid5(self.opportunity, "handoff")
        await manager.find(f"/delivery/handoffs/{handoff}", lambda found: found["id"])
        project = await manager.post(
            f"/delivery/handoffs/{handoff}/acceptance", effect="accepted", key=self.opportunity
        )
        request, booking = uuid5(UUID(project["id"]), f"staffing/{ROLE}"), self.id("booking")
        await self.firm.resource_manager.find(f"/resourcing/requests/{request}", lambda found: found["id"])
        body = {
            "person_id": str(self.firm.id(f"person/{self.consultant.subject}")),
            "request_id": str(request),
            "kind": "hard",
            "overbooking_reason": "agreed",
        }
        await self.firm.resource_manager.put(f"/resourcing/bookings/{booking}", body, effect="booked", key=booking)
        return project

    async def accept_milestone(self, project: Any) -> None:
        """Reach the milestone that bills the fee, and have the client accept it."""
        today = self.firm.calendar.today.isoformat()
        milestone = next(each["id"] for each in project["milestones"] if each["is_billed"])
        place = f"/delivery/milestones/{milestone}"
        await self.firm.project_manager.post(f"{place}/reached", {"reached_on": today})
        accepted = {"accepted_by": "Carla Brunner", "accepted_on": today}
        await self.firm.project_manager.post(f"{place}/acceptance", accepted, effect="milestone", key=milestone)

    async def work(self, project: Any) -> None:
        """Enter some days, hand the weeks in, have them approved, and sometimes put one right."""
        task = next(each["id"] for each in project["tasks"] if each["billing_line_id"] == str(self.id("line")))
        entries = {self.id(f"entry/{n}"): self.firm.calendar.day(self.first_day + n) for n in range(3)}
        for number, (entry, day) in enumerate(entries.items()):
            body = {"task_id": task, "day": day.isoformat(), "minutes": 61 + 97 * number, "note": "chaos"}
            await self.consultant.put(f"/delivery/time-entries/{entry}", body, effect="entered", key=entry)
        for monday in sorted({day - timedelta(days=day.weekday()) for day in entries.values()}):
            body = {"week_starts_on": monday.isoformat(), "project_id": project["id"]}
            handed_in = await self.consultant.post("/delivery/timesheets/submission", body)
            for sheet in handed_in["items"]:
                place = f"/delivery/timesheets/{sheet['id']}/approval"
                await self.firm.project_manager.post(place, effect="approved", key=sheet["id"])
        if self.number % 4 == 2:
            entry = self.id("entry/1")
            right = {"minutes": 45, "reason": "left early"}
            place = f"/delivery/time-entries/{entry}/correction"
            await self.firm.project_manager.post(place, right, effect="corrected", key=entry)

    async def invoice(self) -> None:
        """Draft what is there, sometimes discard it and draft again, approve, issue."""
        clerk, approver = self.firm.clerk, self.firm.approver
        contract = await clerk.find(
            "/billing/contracts",
            lambda found: found["items"][0]["id"] if found["items"] else None,
            opportunity_id=str(self.opportunity),
            status="active",
        )
        wanted = 3 + (2 if self.number % 4 == 2 else 0) + (1 if self.number % 3 == 1 else 0)
        await clerk.find(
            "/billing/work-in-progress", lambda found: len(found["items"]) >= wanted, contract_id=contract, limit=200
        )
        body = {"contract_id": contract, "up_to": self.firm.calendar.today.isoformat()}
        if self.number % 5 == 3:
            draft = await clerk.post("/billing/invoices/drafts", body, effect="drafted", key=contract, is_final=False)
            await clerk.post(f"/billing/invoices/{draft['id']}/discard", {"reason": "one line is missing"})
        draft = await clerk.post("/billing/invoices/drafts", body, effect="drafted", key=contract)
        await approver.post(f"/billing/invoices/{draft['id']}/approval")
        await approver.post(f"/billing/invoices/{draft['id']}/issue", effect="issued", key=draft["id"])


async def live_deals(firm: Firm, consultant: Client) -> None:
    """Live one deal after another until the time is over."""
    for number in itertools.count():
        if consultant.answers.is_over:
            return
        with suppress(GaveUp):
            await Deal(firm, consultant, number, first_day=number * 3).live()
            consultant.answers.deals += 1

"""What takes longer than a click: invoices over ten thousand entries, utilization over a hundred thousand."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from statistics import median
from uuid import UUID

from deploy.bench.setting import FIRST_DAY, TENANT, heard, won
from services.billing.contracts.model import contract_id_of
from services.billing.invoices.actions.issuing import issue_invoice
from services.billing.invoices.actions.preparing import approve_invoice, draft_invoice
from services.billing.legal_entities.actions import set_up_legal_entity
from services.billing.legal_entities.model import LegalEntity, TaxCategory, TaxRule, Territory
from services.billing.service import service as billing
from services.resourcing.calendars.actions import set_calendar
from services.resourcing.people.actions import add_person
from services.resourcing.people.model import PersonDetails
from services.resourcing.service import service as resourcing
from services.resourcing.utilization.queries import list_utilization
from shared.actor import Actor
from shared.announcements import Cause
from shared.clock import wall_clock
from shared.contracts.crm import OpportunityClosedWon
from shared.contracts.delivery import ApprovedEntry, HandoffAccepted, TimesheetApproved
from shared.database import Database
from shared.ids import new_id
from shared.work import Work, begin

CONTRACTS, ENTRIES = 10, 10_000
PEOPLE, HUNDRED_THOUSAND = 100, 100_000
A_SHEET = 100  # entries
ASKED = 10  # times
SELLER = LegalEntity(
    id=new_id(),
    code="BENCH",
    name="Bench GmbH",
    street="Invalidenstraße 5",
    postal_code="10115",
    city="Berlin",
    country="DE",
    tax_registration="DE136695976",
    functional_currency="EUR",
    iban="DE89370400440532013000",
    payment_terms_days=30,
    invoice_series="B-",
    credit_note_series="CN-B-",
    is_default=True,
    tax_rules=[
        TaxRule(Territory.DOMESTIC, TaxCategory.STANDARD, Decimal(19)),
        TaxRule(Territory.EUROPEAN_UNION, TaxCategory.REVERSE_CHARGE, Decimal(0), "Reverse charge"),
        TaxRule(Territory.ABROAD, TaxCategory.OUTSIDE_SCOPE, Decimal(0), "Not subject to tax in Germany."),
    ],
)


@dataclass(frozen=True)
class Firm:
    """A service's database, and who asks."""

    database: Database

    @asynccontextmanager
    async def work(self, who: str) -> AsyncIterator[Work]:
        """Do one thing."""
        actor = Actor(who, TENANT, is_service=True)
        async with begin(self.database, actor, wall_clock(), Cause.new()) as work:
            yield work


async def set_up_seller(firm: Firm) -> None:
    """Have somebody who sells."""
    async with firm.work("administrator") as work:
        await set_up_legal_entity(work, replace(SELLER))  # a new object, in each database anew


async def invoices(database: Database) -> dict[str, float]:
    """Seconds to draft, and to approve and issue, ten invoices over ten thousand open entries."""
    firm = Firm(database)
    await set_up_seller(firm)
    deals = [won(new_id()) for _ in range(CONTRACTS)]
    await heard(billing, database, [*deals, *map(accepted, deals)])
    for deal in deals:
        await heard(billing, database, sheets(deal, ENTRIES // CONTRACTS))
    began = time.perf_counter()
    drafts = []
    for deal in deals:
        async with firm.work("clerk") as work:
            contract_id = contract_id_of(deal.opportunity_id)
            drafts.append((await draft_invoice(work, contract_id=contract_id, up_to=work.now.date())).id)
    drafted = time.perf_counter()
    for draft in drafts:
        async with firm.work("approver") as work:
            await approve_invoice(work, draft)
        async with firm.work("approver") as work:
            await issue_invoice(work, draft)
    return {"draft_s": drafted - began, "approve_and_issue_s": time.perf_counter() - drafted}


async def utilization(database: Database) -> dict[str, float]:
    """Milliseconds to answer for everybody's utilization, over a hundred thousand approved entries of a year."""
    firm = Firm(database)
    people = [new_id() for _ in range(PEOPLE)]
    async with firm.work("administrator") as work:
        for number, person in enumerate(people):
            await add_person(work, person, PersonDetails(f"Person {number}", FIRST_DAY))
            week = [480, 480, 480, 480, 480, 0, 0]
            await set_calendar(
                work, person, new_id(), starts_on=FIRST_DAY, minutes_by_weekday=week, country="DE", region="BY"
            )
    deal = won(new_id())
    for person in people:
        await heard(resourcing, database, sheets(deal, HUNDRED_THOUSAND // PEOPLE, person))
    asked = []
    for _ in range(ASKED):
        began = time.perf_counter()
        async with firm.work("controller") as work:
            await list_utilization(work, starts_on=FIRST_DAY, ends_before=FIRST_DAY + timedelta(days=365), limit=PEOPLE)
        asked.append((time.perf_counter() - began) * 1000)
    return {"p50_ms": median(asked), "slowest_ms": max(asked)}


def accepted(deal: OpportunityClosedWon) -> HandoffAccepted:
    """The news that delivery took a deal over."""
    return HandoffAccepted(
        thread_id=deal.thread_id,
        opportunity_id=deal.opportunity_id,
        handoff_id=new_id(),
        project_id=new_id(),
        accepted_by="manager",
        accepted_at=wall_clock(),
    )


def sheets(deal: OpportunityClosedWon, count: int, person: UUID | None = None) -> Sequence[TimesheetApproved]:
    """Timesheets with `count` entries on what was sold, over the days of a year."""
    who, project = person or new_id(), new_id()
    line = deal.lines[0]
    entries = [
        ApprovedEntry(
            entry_id=new_id(),
            task_id=project,
            billing_line_id=line.line_id,
            person_id=who,
            staffing_role=line.staffing_role or "",
            day=FIRST_DAY + timedelta(days=number % 365),
            minutes=15,
            billable=True,
        )
        for number in range(count)
    ]
    return [
        TimesheetApproved(
            thread_id=deal.thread_id,
            timesheet_id=new_id(),
            project_id=project,
            person_id=who,
            week_starts_on=FIRST_DAY,
            approved_by="manager",
            approved_at=wall_clock(),
            entries=entries[start : start + A_SHEET],
        )
        for start in range(0, count, A_SHEET)
    ]

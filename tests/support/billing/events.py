"""What crm, delivery and resourcing announce to billing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.contracts import crm, delivery, resourcing
from shared.ids import new_id

MONDAY = date(2026, 3, 2)
MONTH_END = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
ROLE = "Consultant"

Made = dict[str, Any]


def an_account(account_id: UUID | None = None, *, name: str = "Alpenglow AG", **different: Any) -> crm.CustomerAccount:
    """Describe a customer in Munich that has a tax id."""
    told: Made = {
        "account_id": account_id or new_id(),
        "name": name,
        "legal_name": name,
        "currency": "EUR",
        "tax_id": "DE811907980",
        "billing_address": crm.Address(street="Hauptstraße 1", postal_code="80331", city="München", country="DE"),
    }
    return crm.CustomerAccount(**{**told, **different})


def a_time_line(rate: str | None = "120.00", *, role: str | None = ROLE, line_id: UUID | None = None) -> crm.SoldLine:
    """Describe 100 hours of one role, sold by the hour."""
    return crm.SoldLine(
        line_id=line_id or new_id(),
        description=f"Data platform, {role}",
        method=crm.BillingMethod.TIME_AND_MATERIALS,
        amount=Decimal(rate or 0) * 100,
        product="Consulting",
        staffing_role=role,
        minutes=6000,
        hourly_rate=None if rate is None else Decimal(rate),
    )


def a_milestone_line(amount: str = "8000.00", *, line_id: UUID | None = None) -> crm.SoldLine:
    """Describe a fixed fee for one milestone."""
    return crm.SoldLine(
        line_id=line_id or new_id(),
        description="Blueprint",
        method=crm.BillingMethod.FIXED_FEE_MILESTONE,
        amount=Decimal(amount),
        product="Blueprint",
        milestone_due_on=date(2026, 3, 20),
    )


def a_sale(
    *lines: crm.SoldLine,
    opportunity_id: UUID | None = None,
    account: crm.CustomerAccount | None = None,
    closed_on: date = date(2026, 2, 16),
    purchase_order: str | None = "PO-7781",
) -> crm.OpportunityClosedWon:
    """Announce that a deal was won."""
    opportunity = opportunity_id or new_id()
    return crm.OpportunityClosedWon(
        thread_id=opportunity,
        opportunity_id=opportunity,
        number="O-1042",
        name="Data platform",
        owner="rita",
        account=account or an_account(),
        currency="EUR",
        amount=sum((line.amount for line in lines), Decimal()),
        lines=list(lines),
        estimate=crm.Estimate(price=Decimal(0), cost=Decimal(0), roles=[]),
        closed_on=closed_on,
        starts_on=MONDAY,
        ends_before=date(2026, 7, 1),
        payment_terms_days=30,
        purchase_order=purchase_order,
    )


def an_acceptance(opportunity_id: UUID, project_id: UUID) -> delivery.HandoffAccepted:
    """Announce that delivery took the work over."""
    return delivery.HandoffAccepted(
        thread_id=opportunity_id,
        opportunity_id=opportunity_id,
        handoff_id=new_id(),
        project_id=project_id,
        accepted_by="petra",
        accepted_at=NOON,
    )


def a_return(opportunity_id: UUID) -> delivery.HandoffReturned:
    """Announce that delivery sent the work back."""
    return delivery.HandoffReturned(
        thread_id=opportunity_id,
        opportunity_id=opportunity_id,
        handoff_id=new_id(),
        reasons=["The scope is open."],
        returned_by="petra",
        returned_at=NOON,
    )


def an_entry(line_id: UUID | None, minutes: int = 480, **different: Any) -> delivery.ApprovedEntry:
    """Describe a day of a consultant's approved time."""
    told: Made = {
        "entry_id": new_id(),
        "task_id": UUID(int=7),
        "billing_line_id": line_id,
        "person_id": UUID(int=11),
        "staffing_role": ROLE,
        "day": MONDAY,
        "minutes": minutes,
        "billable": True,
    }
    return delivery.ApprovedEntry(**{**told, **different})


def a_timesheet(
    sale: crm.OpportunityClosedWon | None, *entries: delivery.ApprovedEntry, project_id: UUID | None = None
) -> delivery.TimesheetApproved:
    """Announce somebody's approved week on the project of `sale`, or on one that nobody bought."""
    return delivery.TimesheetApproved(
        thread_id=None if sale is None else sale.opportunity_id,
        timesheet_id=new_id(),
        project_id=project_id or UUID(int=77),
        person_id=UUID(int=11),
        week_starts_on=MONDAY,
        approved_by="petra",
        approved_at=NOON,
        entries=list(entries),
    )


def a_correction(sale: crm.OpportunityClosedWon, *entries: delivery.ApprovedEntry) -> delivery.TimeCorrected:
    """Announce that approved time was corrected."""
    return delivery.TimeCorrected(
        thread_id=sale.opportunity_id,
        correction_id=new_id(),
        project_id=UUID(int=77),
        person_id=UUID(int=11),
        reason="Wrong day",
        corrected_by="petra",
        corrected_at=NOON,
        entries=list(entries),
    )


def a_reversal(entry: delivery.ApprovedEntry) -> delivery.ApprovedEntry:
    """Describe the entry that takes `entry` back."""
    return entry.model_copy(
        update={"entry_id": new_id(), "minutes": -entry.minutes, "corrects_entry_id": entry.entry_id}
    )


def an_accepted_milestone(
    sale: crm.OpportunityClosedWon, line_id: UUID | None, *, milestone_id: UUID | None = None
) -> delivery.MilestoneAccepted:
    """Announce that the client accepted a milestone."""
    return delivery.MilestoneAccepted(
        thread_id=sale.opportunity_id,
        milestone_id=milestone_id or new_id(),
        project_id=UUID(int=77),
        name="Blueprint accepted",
        billing_line_id=line_id,
        accepted_on=date(2026, 3, 18),
        accepted_by="Clara Vogt",
    )


def a_person_known(subject: str, person_id: UUID, name: str = "Anna Berg") -> resourcing.PersonChanged:
    """Announce who is behind a log-in."""
    return resourcing.PersonChanged(person_id=person_id, subject_id=subject, name=name, employed_from=date(2025, 1, 1))

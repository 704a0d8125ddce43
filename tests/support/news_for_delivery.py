"""Words for what crm and resourcing announce to delivery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.contracts import crm, resourcing
from shared.ids import new_id

MONDAY = date(2026, 3, 2)
CLOSED_ON = date(2026, 2, 20)
PERSON = UUID("0198c0de-0000-7000-8000-0000000000aa")
MANAGER = UUID("0198c0de-0000-7000-8000-0000000000bb")


def an_hours_line(
    line_id: UUID | None = None, *, role: str = "Consultant", minutes: int = 4_800, rate: str = "120"
) -> crm.SoldLine:
    """Describe a sold line that is billed by the hour."""
    return crm.SoldLine(
        line_id=line_id or new_id(),
        description=f"{role}, by the hour",
        method=crm.BillingMethod.TIME_AND_MATERIALS,
        amount=Decimal(rate) * minutes / 60,
        product=role,
        staffing_role=role,
        minutes=minutes,
        hourly_rate=Decimal(rate),
    )


def a_milestone_line(
    line_id: UUID | None = None, *, name: str = "Go-live", amount: str = "8000", due_on: date | None = None
) -> crm.SoldLine:
    """Describe a sold line with a fixed fee."""
    return crm.SoldLine(
        line_id=line_id or new_id(),
        description=name,
        method=crm.BillingMethod.FIXED_FEE_MILESTONE,
        amount=Decimal(amount),
        product="Fixed fee",
        milestone_due_on=due_on or date(2026, 5, 15),
    )


def an_expense_line(line_id: UUID | None = None, *, amount: str = "2000") -> crm.SoldLine:
    """Describe travel that the client pays at cost."""
    return crm.SoldLine(
        line_id=line_id or new_id(),
        description="Travel",
        method=crm.BillingMethod.EXPENSE,
        amount=Decimal(amount),
        product="",
    )


def a_capped_line(line_id: UUID | None = None, *, cap: str = "9000") -> crm.SoldLine:
    """Describe hours of which no more than the cap is billed."""
    method = crm.BillingMethod.TIME_AND_MATERIALS_CAPPED
    line = an_hours_line(line_id)
    return crm.SoldLine(**{**dict(line), "method": method, "billing_method": "", "cap": Decimal(cap)})


def a_retainer_line(line_id: UUID | None = None) -> crm.SoldLine:
    """Describe a fee of 3,000 for each of six months."""
    return crm.SoldLine(
        line_id=line_id or new_id(),
        description="Hotline",
        method=crm.BillingMethod.RETAINER,
        amount=Decimal(18_000),
        product="",
        monthly_fee=Decimal(3_000),
    )


def an_estimated_role(
    role: str = "Consultant",
    minutes: int = 4_800,
    *,
    line_id: UUID | None = None,
    price: str = "120",
    cost: str = "70",
    skills: Sequence[str] = (),
) -> crm.EstimatedRole:
    """Describe one role of a services estimate."""
    return crm.EstimatedRole(
        staffing_role=role,
        minutes=minutes,
        hourly_price=Decimal(price),
        hourly_cost=Decimal(cost),
        line_id=line_id,
        skills=list(skills),
    )


def an_account(account_id: UUID, name: str = "Alpenglow AG") -> crm.CustomerAccount:
    """Describe a customer."""
    return crm.CustomerAccount(account_id=account_id, name=name, legal_name=name, currency="EUR")


def a_won_deal(
    opportunity_id: UUID | None = None,
    *,
    lines: Sequence[crm.SoldLine] | None = None,
    roles: Sequence[crm.EstimatedRole] | None = None,
    account: crm.CustomerAccount | None = None,
    name: str = "Data platform",
    wish: str | None = None,
) -> crm.OpportunityClosedWon:
    """Announce that a deal with Alpenglow AG was won: 80 hours and a milestone, unless said otherwise."""
    sold = [an_hours_line(), a_milestone_line()] if lines is None else list(lines)
    estimated = [an_estimated_role(), an_estimated_role("Architect", 2_400, price="160", cost="95")]
    estimated = estimated if roles is None else list(roles)
    opportunity_id = opportunity_id or new_id()
    cost = sum((role.hourly_cost * role.minutes / 60 for role in estimated), Decimal())
    price = sum((role.hourly_price * role.minutes / 60 for role in estimated), Decimal())
    return crm.OpportunityClosedWon(
        thread_id=opportunity_id,
        opportunity_id=opportunity_id,
        number="O-77",
        name=name,
        owner="rita",
        account=account or an_account(new_id()),
        contacts=[
            crm.ContactPerson(contact_id=new_id(), name="Ms Berger", email="berger@alpenglow.example", role="sponsor")
        ],
        currency="EUR",
        amount=sum((line.amount for line in sold), Decimal()),
        lines=sold,
        estimate=crm.Estimate(price=price, cost=cost, roles=estimated),
        closed_on=CLOSED_ON,
        starts_on=MONDAY,
        ends_before=date(2026, 6, 1),
        payment_terms_days=30,
        project_template=wish,
    )


def a_person(
    person_id: UUID = PERSON,
    *,
    subject: str | None = "carla",
    name: str = "Carla Consultant",
    until: date | None = None,
) -> resourcing.PersonChanged:
    """Announce somebody who has worked here since 2025."""
    return resourcing.PersonChanged(
        person_id=person_id,
        subject_id=subject,
        name=name,
        employed_from=date(2025, 1, 1),
        employed_until=until,
    )


def a_cost_rate(
    person_id: UUID = PERSON, *costs: tuple[date, str], currency: str = "EUR"
) -> resourcing.CostRateChanged:
    """Announce what an hour of somebody costs from each of these days on."""
    starts = [day for day, _ in costs]
    ends = [*starts[1:], None]
    return resourcing.CostRateChanged(
        person_id=person_id,
        currency=currency,
        rates=[
            resourcing.DatedCost(starts_on=day, ends_before=end, hourly_cost=Decimal(cost))
            for (day, cost), end in zip(costs, ends, strict=True)
        ],
    )


def a_booking(
    project_id: UUID, person_id: UUID = PERSON, *, booking_id: UUID | None = None, is_cancelled: bool = False
) -> resourcing.BookingChanged:
    """Announce that somebody is on a project, or is not any more."""
    return resourcing.BookingChanged(
        booking_id=booking_id or new_id(),
        person_id=person_id,
        project_id=project_id,
        staffing_role="Consultant",
        kind=resourcing.BookingKind.HARD,
        minutes_per_day=480,
        starts_on=MONDAY,
        ends_before=date(2026, 4, 1),
        is_cancelled=is_cancelled,
    )

"""Words for setting the scene in billing."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import text

from services.billing.contracts.model import contract_id_of
from services.billing.service import service
from shared.actor import Actor, Role, the_service
from shared.announcements import Cause
from shared.contracts import crm, delivery, resourcing
from shared.contracts.base import Event
from shared.database import Database
from shared.ids import new_id
from shared.messaging.reactions import NotReady
from shared.work import Work, begin
from tests.support.api import MERIDIAN, Api

MONDAY = date(2026, 3, 2)
MONTH_END = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
CANARY = UUID("0198c0de-0000-7000-8000-00000000ca12")
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


@dataclass(frozen=True)
class Billing:
    """The service as tests meet it: its database, its HTTP interface, its reactions."""

    database: Database
    api: Api

    @asynccontextmanager
    async def work(
        self, role: Role = Role.BILLING_CLERK, *, subject: str = "bella", tenant: UUID = MERIDIAN, at: datetime = NOON
    ) -> AsyncIterator[Work]:
        """Do one thing as somebody with `role`, at noon of the last day of March."""
        roles = frozenset({role.value})
        actor = Actor(subject, tenant, roles, service.permissions_of(roles))
        async with begin(self.database, actor, at, Cause.new()) as work:
            yield work

    def as_(self, role: Role, *, subject: str | None = None, tenant: UUID = MERIDIAN) -> httpx2.AsyncClient:
        """A client that somebody with `role` has logged in with."""
        return self.api.as_(role, subject=subject, tenant=tenant)

    async def hear(self, event: Event, sequence: int = 1, *, tenant: UUID = MERIDIAN) -> None:
        """Let every reaction to `event` run, each in a work of its own."""
        for reaction in service.all_reactions:
            if reaction.event_type is type(event):
                async with begin(self.database, the_service("billing", tenant), NOON, Cause.new()) as work:
                    await reaction.handler(work, event, sequence)

    async def hear_all(self, history: Iterable[tuple[Event, int]], *, tenant: UUID = MERIDIAN) -> None:
        """Let a history of events with their sequences run; what is not ready comes again, until all have run."""
        waiting = list(history)
        while waiting:
            left: list[tuple[Event, int]] = []
            for event, sequence in waiting:
                try:
                    await self.hear(event, sequence, tenant=tenant)
                except NotReady:
                    left.append((event, sequence))
            assert len(left) < len(waiting), f"these wait for ever: {left}"
            waiting = left

    async def announced(self, kind: type[Event]) -> list[Any]:
        """The events of one kind that wait to be sent, in order."""
        async with self.database.sessions() as session:
            bodies = await session.scalars(
                text("select payload from msg.outbox where type = :type order by id"), {"type": kind.type}
            )
            return [kind.model_validate_json(body) for body in bodies]

    async def rows(self, table: str, *, tenant: UUID = MERIDIAN) -> list[Mapping[str, Any]]:
        """Every row of a table, as the tenant sees it."""
        async with self.work(tenant=tenant) as work:
            found = await work.session.execute(text(f'select * from "{table}" order by 2, 3'))
            return [dict(row) for row in found.mappings()]

    async def digest(
        self, *, tenant: UUID = MERIDIAN, without: frozenset[str] = frozenset(), fields: Sequence[str] = ()
    ) -> str:
        """A digest of every row that the tenant has, whatever their order, save some tables and some fields."""
        whole = hashlib.sha256()
        async with self.work(tenant=tenant) as work:
            for table in sorted(set(service.schema.metadata.tables) - without):
                rows = text(f'select cast(to_jsonb(t) - cast(:fields as text[]) as text) from "{table}" t order by 1')
                found = await work.session.scalars(rows, {"fields": list(fields)})
                whole.update("\n".join([table, *found, ""]).encode())
        return whole.hexdigest()

    async def sold(self, sale: crm.OpportunityClosedWon, *, tenant: UUID = MERIDIAN) -> UUID:
        """Let a deal be won and taken over, and give its contract."""
        await self.hear(sale, tenant=tenant)
        await self.hear(an_acceptance(sale.opportunity_id, UUID(int=77)), tenant=tenant)
        return contract_id_of(sale.opportunity_id)


def a_legal_entity_body(**different: Any) -> Made:
    """Describe a firm of ours in Berlin."""
    abroad = "Not subject to tax in Germany."
    return {
        "code": "MER",
        "name": "Meridian Consulting GmbH",
        "street": "Invalidenstraße 5",
        "postal_code": "10115",
        "city": "Berlin",
        "country": "DE",
        "tax_registration": "DE136695976",
        "functional_currency": "EUR",
        "iban": "DE89370400440532013000",
        "invoice_series": "INV-2026-",
        "is_default": True,
        "tax_rules": [
            {"territory": "domestic", "category": "S", "rate": "19.00"},
            {"territory": "european_union", "category": "AE", "rate": "0", "reference_text": "Reverse charge"},
            {"territory": "abroad", "category": "O", "rate": "0", "reference_text": abroad},
        ],
        **different,
    }


async def a_legal_entity(billing: Billing, *, tenant: UUID = MERIDIAN, **different: Any) -> UUID:
    """Set up a firm of ours that sells, and give its id."""
    entity_id = new_id()
    administrator = billing.as_(Role.ADMINISTRATOR, tenant=tenant)
    answer = await administrator.put(f"/legal-entities/{entity_id}", json=a_legal_entity_body(**different))
    assert answer.is_success, answer.text
    return entity_id


async def a_draft(billing: Billing, contract_id: UUID, *, up_to: date = MONTH_END, subject: str = "bella") -> Made:
    """Draft an invoice of everything open on a contract."""
    clerk = billing.as_(Role.BILLING_CLERK, subject=subject)
    answer = await clerk.post("/invoices/drafts", json={"contract_id": str(contract_id), "up_to": up_to.isoformat()})
    assert answer.is_success, answer.text
    return dict(answer.json())


async def an_issued_invoice(billing: Billing, contract_id: UUID) -> Made:
    """Draft, approve and issue an invoice of everything open on a contract."""
    draft = await a_draft(billing, contract_id)
    approver = billing.as_(Role.BILLING_APPROVER, subject="bruno")
    approval = await approver.post(f"/invoices/{draft['id']}/approval")
    assert approval.is_success, approval.text
    answer = await approver.post(f"/invoices/{draft['id']}/issue", headers={"Idempotency-Key": str(new_id())})
    assert answer.is_success, answer.text
    return dict(answer.json())

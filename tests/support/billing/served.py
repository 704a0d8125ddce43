"""Billing as tests meet it, and what people do in it to set a scene."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import text

from services.billing.contracts.model import contract_id_of
from services.billing.service import service
from shared.actor import Actor, Role, the_service
from shared.announcements import Cause
from shared.contracts import crm
from shared.contracts.base import Event
from shared.database import Database
from shared.ids import new_id
from shared.messaging.reactions import NotReady
from shared.work import Work, begin
from tests.support.api import MERIDIAN, Api
from tests.support.billing.events import MONTH_END, NOON, Made, an_acceptance
from tests.support.home import digest

A_LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="10"><path d="M0 0h40v10H0z" fill="#123456"/></svg>'
BODIES_OF_LOOKS: dict[str, Any] = {
    "POST /legal-entities/{legal_entity_id}/invoice-logo": A_LOGO,
    "POST /legal-entities/{legal_entity_id}/tax-texts": {"texts": []},
}
CANARY = UUID("0198c0de-0000-7000-8000-00000000ca12")


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
        self, *, tenant: UUID = MERIDIAN, without: Collection[str] = (), fields: Sequence[str] = ()
    ) -> dict[str, str]:
        """A digest of every row that the tenant has in each table, save some tables and some fields."""
        return await digest(self.database, service, tenant, without=without, fields=fields)

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


BODIES_OF_FIRMS: dict[str, Any] = {
    "PUT /legal-entities/{legal_entity_id}": a_legal_entity_body(code="TWO", is_default=False),
    "POST /legal-entities/{legal_entity_id}/tax-rules": {"tax_rules": a_legal_entity_body()["tax_rules"]},
}


async def a_legal_entity(billing: Billing, *, tenant: UUID = MERIDIAN, **different: Any) -> UUID:
    """Set up a firm of ours that sells, and give its id."""
    entity_id = new_id()
    administrator = billing.as_(Role.ADMINISTRATOR, tenant=tenant)
    answer = await administrator.put(f"/legal-entities/{entity_id}", json=a_legal_entity_body(**different))
    assert answer.is_success, answer.text
    return entity_id


async def a_logo(billing: Billing, legal_entity_id: UUID, content: bytes = A_LOGO.encode()) -> None:
    """Give a firm of ours a logo."""
    administrator = billing.as_(Role.ADMINISTRATOR)
    place = f"/legal-entities/{legal_entity_id}/invoice-logo"
    answer = await administrator.post(place, files=[("files", ("logo", content))])
    assert answer.is_success, answer.text


async def a_draft(billing: Billing, contract_id: UUID, *, up_to: date = MONTH_END, subject: str = "bella") -> Made:
    """Draft an invoice of everything open on a contract."""
    clerk = billing.as_(Role.BILLING_CLERK, subject=subject)
    answer = await clerk.post("/invoices/drafts", json={"contract_id": str(contract_id), "up_to": up_to.isoformat()})
    assert answer.is_success, answer.text
    return dict(answer.json())


async def an_issued_invoice(billing: Billing, contract_id: UUID, *, up_to: date = MONTH_END) -> Made:
    """Draft, approve and issue an invoice of everything open on a contract."""
    draft = await a_draft(billing, contract_id, up_to=up_to)
    return await approved_and_issued(billing, f"/invoices/{draft['id']}")


async def a_drafted_credit(billing: Billing, invoice: Made, **chosen: Any) -> Made:
    """Draft a credit note of an invoice, of all that is left of it where nothing is chosen."""
    body = {"invoice_id": invoice["id"], "reason": "Wrong month", **chosen}
    answer = await billing.as_(Role.BILLING_CLERK, subject="bella").post("/credit-notes/drafts", json=body)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def an_issued_credit(billing: Billing, invoice: Made, **chosen: Any) -> Made:
    """Draft, approve and issue a credit note of an invoice."""
    draft = await a_drafted_credit(billing, invoice, **chosen)
    return await approved_and_issued(billing, f"/credit-notes/{draft['id']}")


async def approved_and_issued(billing: Billing, path: str) -> Made:
    """Let Bruno approve and issue the invoice or credit note at `path`."""
    approver = billing.as_(Role.BILLING_APPROVER, subject="bruno")
    approval = await approver.post(f"{path}/approval")
    assert approval.is_success, approval.text
    answer = await approver.post(f"{path}/issue", headers={"Idempotency-Key": str(new_id())})
    assert answer.is_success, answer.text
    return dict(answer.json())


def a_payment_body(invoice: Made, *amounts: str, paid: str | None = None, **different: Any) -> Made:
    """Describe a payment of today for one invoice; without amounts, of all of it."""
    shares = amounts or (invoice["gross"],)
    return {
        "customer_id": invoice["customer_id"],
        "legal_entity_id": invoice["legal_entity_id"],
        "currency": invoice["currency"],
        "amount": paid or shares[0],
        "received_on": "2026-03-31",
        "reference": f"BANK-{new_id()}",
        "allocations": [{"invoice_id": invoice["id"], "amount": amount} for amount in shares],
        **different,
    }


async def a_payment(billing: Billing, invoice: Made, *amounts: str, paid: str | None = None, **different: Any) -> Made:
    """Record a payment for an invoice."""
    body = a_payment_body(invoice, *amounts, paid=paid, **different)
    answer = await billing.as_(Role.BILLING_CLERK).put(f"/payments/{new_id()}", json=body)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def a_bank_line(billing: Billing) -> None:
    """Bring in a bank statement of one line that nobody knows."""
    clerk = billing.as_(Role.BILLING_CLERK)
    entity = (await clerk.get("/legal-entities")).json()["items"][0]
    content = b"booked_on,amount,reference,payer_name\n2026-03-31,7.00,TX-7,Somebody\n"
    answer = await clerk.post(
        "/bank-files", params={"legal_entity_id": entity["id"]}, files=[("files", ("bank.csv", content))]
    )
    assert answer.is_success, answer.text

"""What is measured against: a real PostgreSQL, a service with a project in it, tokens of an issuer of our own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid5

from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy.suite.databases import ServiceDatabase, create_service_database
from deploy.suite.postgres import EmbeddedPostgres
from services.delivery.handoffs.actions import accept_handoff
from services.delivery.service import service as delivery
from shared import migrations
from shared.actor import Actor, Role
from shared.announcements import Cause
from shared.auth import AUDIENCE
from shared.clock import wall_clock
from shared.contracts.base import Event
from shared.contracts.crm import (
    Address,
    BillingMethod,
    CustomerAccount,
    Estimate,
    EstimatedRole,
    OpportunityClosedWon,
    SoldLine,
)
from shared.contracts.resourcing import PersonChanged
from shared.database import Database, connect
from shared.ids import new_id
from shared.messaging.drain import Drain
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Delivery, Inbox
from shared.service import Service
from shared.work import begin

TENANT = UUID("01930000-0000-7000-8000-62656e636800")
PEOPLE = 40
FIRST_DAY = date(2020, 1, 6)
DAYS = 1000
HOUR = Decimal("150.00")


class Issuer:
    """Signs tokens, and serves the key they are checked with."""

    def __init__(self, port: int) -> None:
        self._key = RSAKey.generate_key(2048, {"kid": "bench", "use": "sig", "alg": "RS256"})
        self.url = f"http://127.0.0.1:{port}"

    def token(self, subject: str, *roles: Role) -> str:
        """A token of `subject` that lasts for the bench."""
        now = int(wall_clock().timestamp())
        said = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": subject,
            "tenant": str(TENANT),
            "roles": [*roles],
            "exp": now + 3600,
        }
        return jwt.encode({"alg": "RS256", "kid": "bench", "typ": "at+jwt"}, said, self._key)

    def keys(self) -> bytes:
        """The key set."""
        return json.dumps({"keys": [self._key.as_dict(private=False)]}).encode()


@contextmanager
def issuing(port: int) -> Iterator[Issuer]:
    """An issuer that serves its keys at `port` until the block ends."""
    issuer = Issuer(port)

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = issuer.keys()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()


async def prepared(service: Service, postgres: EmbeddedPostgres, database: str | None = None) -> ServiceDatabase:
    """The database of `service` (named so unless `database` says otherwise), with its tables."""
    addresses = await create_service_database(postgres, service.name, database)
    await migrations.upgrade(service.schema, addresses.owner_url, f"{service.name}_app")
    return addresses


@dataclass(frozen=True)
class Worksite:
    """A project in delivery's database and the people who enter time on it."""

    task_id: UUID
    subjects: list[str]

    def day(self, number: int) -> str:
        """One of a thousand days."""
        return (FIRST_DAY + timedelta(days=number % DAYS)).isoformat()


async def worksite(database: Database) -> Worksite:
    """Let delivery hear of people and a won deal, and take it over; the way is the product's own."""
    opportunity = new_id()
    subjects = [f"person-{number}" for number in range(PEOPLE)]
    await heard(delivery, database, [person(subject) for subject in subjects])
    await heard(delivery, database, [won(opportunity)])
    async with begin(database, manager(), wall_clock(), Cause.new()) as work:
        project = await accept_handoff(work, uuid5(opportunity, "handoff"), manager=None, starts_on=None)
    task = next(task.id for task in project.tasks if task.billing_line_id is not None)
    return Worksite(task, subjects)


async def heard(service: Service, database: Database, events: Sequence[Event]) -> None:
    """Let `service` react to `events`, in their order, as its own worker would."""
    inbox = Inbox(service.name, service.all_reactions, database)
    await inbox.accept([_delivery(event) for event in events])
    drain = Drain(inbox, wall_clock)
    while await drain.once():
        pass


def manager() -> Actor:
    """Who takes sold work over."""
    return Actor("manager", TENANT, frozenset({Role.PROJECT_MANAGER}), is_service=True)


def _delivery(event: Event) -> Delivery:
    now = wall_clock()
    envelope = Envelope(
        event_id=new_id(),
        tenant_id=TENANT,
        type=event.type,
        schema_minor=event.minor,
        subject=event.subject,
        sequence=1,
        correlation_id=event.thread_id or new_id(),
        causation_id=None,
        traceparent=None,
        occurred_at=now,
        recorded_at=now,
        body=event.model_dump_json().encode(),
    )
    return Delivery(envelope.headers(), envelope.body, str(envelope.event_id))


def person(subject: str) -> PersonChanged:
    """The news that somebody works here, with the log-in `subject`."""
    return PersonChanged(person_id=uuid5(TENANT, subject), subject_id=subject, name=subject, employed_from=FIRST_DAY)


def won(opportunity: UUID) -> OpportunityClosedWon:
    """A hundred hours sold to an account of Germany."""
    line = new_id()
    minutes = 6000
    return OpportunityClosedWon(
        thread_id=opportunity,
        opportunity_id=opportunity,
        number="O-1",
        name="Bench",
        owner="seller",
        account=_account(),
        currency="EUR",
        amount=HOUR * 100,
        lines=[
            SoldLine(
                line_id=line,
                description="Work",
                method=BillingMethod.TIME_AND_MATERIALS,
                amount=HOUR * 100,
                product="TIME",
                staffing_role="consultant",
                minutes=minutes,
                hourly_rate=HOUR,
            )
        ],
        estimate=Estimate(
            price=HOUR * 100,
            cost=HOUR * 50,
            roles=[
                EstimatedRole(
                    staffing_role="consultant", minutes=minutes, hourly_price=HOUR, hourly_cost=HOUR / 2, line_id=line
                )
            ],
        ),
        closed_on=FIRST_DAY,
        starts_on=FIRST_DAY,
        ends_before=FIRST_DAY + timedelta(days=DAYS),
        payment_terms_days=30,
        quote_reference="Q-1",
    )


def _account() -> CustomerAccount:
    """A customer who can be sent an invoice."""
    return CustomerAccount(
        account_id=new_id(),
        name="Bench AG",
        legal_name="Bench AG",
        currency="EUR",
        tax_id="DE811907980",
        billing_address=Address(street="Hauptstraße 1", postal_code="80331", city="München", country="DE"),
    )


def open_database(service: str, addresses: ServiceDatabase) -> Database:
    """A connection to a prepared database as its app role."""
    return connect(service, addresses.app_url)

"""Order: what a service knows of a thing never goes back, and in the end it is the last thing that was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deploy.checker.announced import announced
from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look
from deploy.checker.routes import types_of


@dataclass(frozen=True)
class Kept:
    """A table that keeps the number of the news each row comes from: `about` is the news' subject, in SQL."""

    consumers: tuple[str, ...]
    table: str
    column: str
    about: str

    @property
    def service(self) -> str:
        """Whose rows they are."""
        return self.consumers[0].partition(".")[0]

    @property
    def types(self) -> frozenset[str]:
        """The news that they follow."""
        return types_of(self.consumers)

    @property
    def query(self) -> str:
        """The rows: tenant, subject, number."""
        return (
            f"select tenant_id, {self.about} as subject, {self.column} as number from {self.table}"  # noqa: S608
            f" where {self.column} is not null"
        )

    def __str__(self) -> str:
        return f"{self.service}.{self.table}.{self.column}"


OPPORTUNITY, PERSON = "'opportunity/' || ", "'person/' || "
PROJECTIONS = (
    Kept(("billing.remember_customer",), "customers", "sequence", "'account/' || id"),
    Kept(("billing.draft_contract",), "contracts", "sold_sequence", OPPORTUNITY + "opportunity_id"),
    Kept(
        ("billing.activate_contract", "billing.void_contract"),
        "contracts",
        "answered_sequence",
        OPPORTUNITY + "opportunity_id",
    ),
    Kept(("billing.remember_person",), "subjects", "sequence", PERSON + "person_id"),
    Kept(("billing.remember_standing",), "rated_people", "sequence", PERSON + "person_id"),
    Kept(
        ("crm.note_handoff_accepted", "crm.note_handoff_returned"),
        "handoffs",
        "sequence",
        OPPORTUNITY + "opportunity_id",
    ),
    Kept(("crm.remember_person",), "subjects", "sequence", PERSON + "person_id"),
    Kept(("delivery.rename_account",), "accounts", "sequence", "'account/' || id"),
    Kept(("delivery.take_booking",), "bookings", "sequence", "'booking/' || id"),
    Kept(("delivery.take_cost_rates",), "cost_holders", "sequence", "'cost_rate/' || id"),
    Kept(("delivery.take_employment",), "people", "sequence", PERSON + "id"),
    Kept(("delivery.remember_person",), "subjects", "sequence", PERSON + "person_id"),
    Kept(("delivery.fulfil_request",), "staffing_requests", "sequence", "'staffing_request/' || id"),
    Kept(("resourcing.expect_deal",), "deals", "changed_sequence", OPPORTUNITY + "id"),
    Kept(("resourcing.await_won_deal",), "deals", "won_sequence", OPPORTUNITY + "id"),
    Kept(("resourcing.forget_lost_deal",), "deals", "lost_sequence", OPPORTUNITY + "id"),
    Kept(("resourcing.end_bookings",), "projects", "closed_sequence", "'project/' || id"),
    Kept(("resourcing.take_request",), "resource_requests", "sequence", "'staffing_request/' || id"),
    Kept(("resourcing.remember_person",), "subjects", "sequence", PERSON + "person_id"),
)


@invariant("E-5", Strength.LOCAL)
async def what_is_known_never_goes_back(look: Look) -> list[str]:
    """No row goes back to older news than it was seen with before."""
    broken = []
    for kept in PROJECTIONS:
        highest = look.seen.of(f"news of {kept}")
        for row in await look.rows(kept.service, kept.query):
            thing = f"{row['tenant_id']} {row['subject']}"
            if row["number"] < highest.get(thing, 0):
                broken.append(f"{kept} of {thing} went back from {highest[thing]} to {row['number']}")
            highest[thing] = max(row["number"], highest.get(thing, 0))
    return broken


@invariant("E-5", Strength.QUIESCENT)
async def what_is_known_is_the_last_that_was_said(look: Look) -> list[str]:
    """Each row that follows the news of another service comes from the last of them."""
    events = await announced(look)
    broken = []
    for kept in PROJECTIONS:
        last: dict[Any, int] = {}
        for event in events:
            if event.type in kept.types:
                thing = (event.tenant_id, event.subject)
                last[thing] = max(event.sequence, last.get(thing, 0))
        for row in await look.rows(kept.service, kept.query):
            number = last.get((row["tenant_id"], row["subject"]), 0)
            if row["number"] != number:
                broken.append(f"{kept} of {row['subject']} is from news {row['number']}, the last one is {number}")
    return broken

"""Order: what a service knows of a thing never goes back, and in the end it is the last thing that was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deploy.checker.announced import announced
from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look

PERSON = "throughline.resourcing.person.changed.v1"


@dataclass(frozen=True)
class Kept:
    """A table that keeps the number of the news each row comes from: `about` is the news' subject, in SQL."""

    service: str
    table: str
    column: str
    about: str
    types: tuple[str, ...]

    @property
    def query(self) -> str:
        """The rows: tenant, subject, number."""
        return (
            f"select tenant_id, {self.about} as subject, {self.column} as number from {self.table}"  # noqa: S608
            f" where {self.column} is not null"
        )

    def __str__(self) -> str:
        return f"{self.service}.{self.table}.{self.column}"


ACCOUNT = ("throughline.crm.account.changed.v1",)
WON = ("throughline.crm.opportunity.closed_won.v1",)
ANSWERED = ("throughline.delivery.handoff.accepted.v1", "throughline.delivery.handoff.returned.v1")
OPPORTUNITY = "'opportunity/' || "
PROJECTIONS = (
    Kept("billing", "customers", "sequence", "'account/' || id", ACCOUNT),
    Kept("billing", "contracts", "sold_sequence", OPPORTUNITY + "opportunity_id", WON),
    Kept("billing", "contracts", "answered_sequence", OPPORTUNITY + "opportunity_id", ANSWERED),
    Kept("billing", "subjects", "sequence", "'person/' || person_id", (PERSON,)),
    Kept("crm", "handoffs", "sequence", OPPORTUNITY + "opportunity_id", ANSWERED),
    Kept("crm", "subjects", "sequence", "'person/' || person_id", (PERSON,)),
    Kept("delivery", "accounts", "sequence", "'account/' || id", ACCOUNT),
    Kept("delivery", "bookings", "sequence", "'booking/' || id", ("throughline.resourcing.booking.changed.v1",)),
    Kept(
        "delivery", "cost_holders", "sequence", "'cost_rate/' || id", ("throughline.resourcing.cost_rate.changed.v1",)
    ),
    Kept("delivery", "people", "sequence", "'person/' || id", (PERSON,)),
    Kept("delivery", "subjects", "sequence", "'person/' || person_id", (PERSON,)),
    Kept(
        "delivery",
        "staffing_requests",
        "sequence",
        "'staffing_request/' || id",
        ("throughline.resourcing.staffing.fulfilled.v1",),
    ),
    Kept("resourcing", "deals", "changed_sequence", OPPORTUNITY + "id", ("throughline.crm.opportunity.changed.v1",)),
    Kept("resourcing", "deals", "won_sequence", OPPORTUNITY + "id", WON),
    Kept("resourcing", "deals", "lost_sequence", OPPORTUNITY + "id", ("throughline.crm.opportunity.closed_lost.v1",)),
    Kept("resourcing", "projects", "closed_sequence", "'project/' || id", ("throughline.delivery.project.closed.v1",)),
    Kept(
        "resourcing",
        "resource_requests",
        "sequence",
        "'staffing_request/' || id",
        ("throughline.delivery.staffing.requested.v1",),
    ),
    Kept("resourcing", "subjects", "sequence", "'person/' || person_id", (PERSON,)),
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

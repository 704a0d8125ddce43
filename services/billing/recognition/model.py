"""Revenue is recognised as work is delivered: each item once, one entry per contract line and run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, Source, SourceKind, entry_id
from shared.errors import NotFound
from shared.period import Period

LINES = UUID("5b7c3c55-2f35-5e0e-8b7d-6d9b7d9e2a04")


class NoSuchRun(NotFound):
    """There is no such recognition run."""


class NoSuchRecognition(NotFound):
    """There is no such recognised contract line."""


@dataclass(frozen=True)
class DeliveredItem:
    """Approved work or an accepted milestone: what it is worth, and the day it was delivered."""

    id: UUID
    contract_line_id: UUID
    project_id: UUID
    day: date
    value: Decimal


@dataclass(frozen=True)
class SoldLine:
    """A contract line, and what was recognised on it before."""

    id: UUID
    description: str
    contract_id: UUID
    contract_number: str
    customer_id: UUID
    opportunity_id: UUID
    thread_id: UUID
    currency: str
    recognised_before: Decimal


@dataclass(frozen=True)
class Earned:
    """What one contract line delivered and was not recognised yet; corrections count with their sign."""

    line: SoldLine
    items: Sequence[DeliveredItem]

    @property
    def amount(self) -> Decimal:
        """The difference to what was recognised before."""
        return sum((item.value for item in self.items), Decimal())

    @property
    def cumulative(self) -> Decimal:
        """Everything recognised on the line once this is."""
        return self.line.recognised_before + self.amount

    @property
    def project_id(self) -> UUID | None:
        """The project the work was done on; none where it was several."""
        projects = {item.project_id for item in self.items}
        return projects.pop() if len(projects) == 1 else None

    @property
    def service(self) -> Period:
        """The days from the first delivery to the last one."""
        days = [item.day for item in self.items]
        return Period(min(days), max(days) + timedelta(days=1))


@dataclass(frozen=True)
class RecognisedLine:
    """The difference that one run recognised on one contract line; no entry where corrections cancel the work out."""

    id: UUID | None
    contract_id: UUID
    contract_line_id: UUID
    contract_number: str
    description: str
    currency: str
    amount: Decimal
    cumulative: Decimal
    item_count: int
    entry_id: UUID | None


@dataclass(frozen=True)
class RecognitionRun:
    """What was recognised for a month of a legal entity, by whom and when; `id` is None in a preview."""

    id: UUID | None
    legal_entity: str
    period_starts_on: date
    recognised_by: str
    recognised_at: datetime
    lines: Sequence[RecognisedLine]


def recognised_line_id(run_id: UUID, contract_line_id: UUID) -> UUID:
    """The id of what a run recognised on a contract line."""
    return uuid5(LINES, f"{run_id}/{contract_line_id}")


def earned_by_line(items: Iterable[DeliveredItem], lines: Iterable[SoldLine]) -> list[Earned]:
    """The items gathered by contract line, in the order of `lines` and of days, however they arrived."""
    by_line: dict[UUID, list[DeliveredItem]] = {}
    for item in sorted(items, key=lambda item: (item.day, item.id)):
        by_line.setdefault(item.contract_line_id, []).append(item)
    return [Earned(line, by_line[line.id]) for line in lines if line.id in by_line]


def recognised(earned: Earned, *, run_id: UUID | None) -> RecognisedLine:
    """`earned` as the run keeps it; without a run, as it would."""
    line_id = None if run_id is None else recognised_line_id(run_id, earned.line.id)
    return RecognisedLine(
        id=line_id,
        contract_id=earned.line.contract_id,
        contract_line_id=earned.line.id,
        contract_number=earned.line.contract_number,
        description=earned.line.description,
        currency=earned.line.currency,
        amount=earned.amount,
        cumulative=earned.cumulative,
        item_count=len(earned.items),
        entry_id=entry_id(Source(SourceKind.RECOGNITION, line_id)) if line_id and earned.amount else None,
    )


def entry_for(earned: Earned, *, legal_entity: str, run_id: UUID, period: Period) -> NewEntry:
    """Debit the contract's net position, credit revenue, dated on the last day of the month."""
    line = earned.line
    sides = ((PostingRole.CONTRACT_ASSET, earned.amount), (PostingRole.REVENUE, -earned.amount))
    return NewEntry(
        legal_entity=legal_entity,
        currency=line.currency,
        on=last_day_of(period),
        text=f"Revenue {period.starts_on:%Y-%m}, {line.contract_number}: {line.description}",
        source=Source(SourceKind.RECOGNITION, recognised_line_id(run_id, line.id)),
        lines=[NewLine(role, amount, line.contract_id, line.id, earned.project_id) for role, amount in sides],
        thread_id=line.thread_id,
        service=earned.service,
    )


def last_day_of(period: Period) -> date:
    """The day on which a month's revenue is posted."""
    return list(period.days())[-1]

"""What one run recognises: delivered items, each once, or what is earned by now and was not recognised before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, Source, SourceKind, entry_id
from services.billing.recognition.model.methods import CostEstimate, Obligation, RecognitionMethod
from shared.errors import NotFound
from shared.period import Period

BEYOND = "beyond the price, as delivered"
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
    paid_on: Decimal = Decimal()
    """What of it we paid for the client as their agent: it is owed to us and is no revenue of ours."""


@dataclass(frozen=True)
class SoldLine:
    """A contract line, what was recognised on it before by its price or by its items, and what in the other way.

    On a measured line items are recognised beyond its price, such as overage on a retainer.
    """

    id: UUID
    description: str
    contract_id: UUID
    contract_number: str
    customer_id: UUID
    opportunity_id: UUID
    thread_id: UUID
    currency: str
    recognised_before: Decimal
    billing_method: str = ""
    project_id: UUID | None = None
    recognised_otherwise: Decimal = Decimal()
    is_measured: bool = False
    paid_on_before: Decimal = Decimal()
    """What of it we paid as the client's agent, so that it was no revenue."""
    is_at_cost: bool = False

    @property
    def revenue_before(self) -> Decimal:
        """All revenue of the line before."""
        return self.recognised_before + self.recognised_otherwise - self.paid_on_before

    @property
    def revenue_role(self) -> PostingRole:
        """Expenses passed on at cost are reimbursements; what bears a markup is sold like any other service."""
        return PostingRole.REIMBURSABLE_REVENUE if self.is_at_cost else PostingRole.REVENUE


@dataclass(frozen=True)
class MeasuredLine:
    """A contract line whose revenue is measured, and what was recognised and provided for before."""

    line: SoldLine
    obligation: Obligation
    recognised_for: date | None
    provides_for_losses: bool
    provided: Decimal
    estimate: CostEstimate | None = None

    def is_recognised_after(self, month: Period) -> bool:
        """Whether a later month was recognised: then the figure of `month` is not the newest."""
        return self.recognised_for is not None and self.recognised_for > month.starts_on


@dataclass(frozen=True)
class Measured:
    """What is earned on a priced contract line by the end of a month, all of it, and why so much."""

    method: RecognitionMethod
    earned: Decimal
    month: Period
    basis: str
    measurement_id: UUID | None


@dataclass(frozen=True)
class Earned:
    """What one contract line earned and was not recognised yet: by its items, or as `measured`.

    Corrections count with their sign.
    """

    line: SoldLine
    items: Sequence[DeliveredItem] = ()
    measured: Measured | None = None

    @property
    def is_beyond(self) -> bool:
        """Whether this comes on top of the price of a measured line."""
        return self.measured is None and self.line.is_measured

    @property
    def amount(self) -> Decimal:
        """The difference to what was recognised before."""
        if self.measured is not None:
            return self.measured.earned - self.line.recognised_before
        return sum((item.value for item in self.items), Decimal())

    @property
    def paid_on(self) -> Decimal:
        """What of the amount we paid as an agent, so that it is no revenue."""
        return sum((item.paid_on for item in self.items), Decimal())

    @property
    def revenue(self) -> Decimal:
        """What of the amount is revenue."""
        return self.amount - self.paid_on

    @property
    def cumulative(self) -> Decimal:
        """Everything recognised on the line once this is, by its price or by its items."""
        return self.line.recognised_before + self.amount

    @property
    def project_id(self) -> UUID | None:
        """The project the work was done on; none where it was several."""
        if self.measured is not None:
            return self.line.project_id
        projects = {item.project_id for item in self.items}
        return projects.pop() if len(projects) == 1 else None

    @property
    def service(self) -> Period:
        """The days from the first delivery to the last one, or the month that was measured."""
        if self.measured is not None:
            return self.measured.month
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
    paid_on: Decimal = Decimal()
    method: RecognitionMethod = RecognitionMethod.AS_DELIVERED
    basis: str | None = None
    measurement_id: UUID | None = None
    is_beyond: bool = False


@dataclass(frozen=True)
class LossProvision:
    """What a run changed of the provision for the loss on a contract, and what is provided for since."""

    id: UUID | None
    contract_id: UUID
    contract_number: str
    currency: str
    amount: Decimal
    cumulative: Decimal
    entry_id: UUID | None


@dataclass(frozen=True)
class RecognitionRun:
    """What was recognised for a month of a legal entity, by whom and when; `id` is None in a preview."""

    id: UUID | None
    legal_entity: str
    period_starts_on: date
    recognised_by: str
    recognised_at: datetime
    lines: Sequence[RecognisedLine] = ()
    provisions: Sequence[LossProvision] = ()

    @property
    def kept_as(self) -> UUID:
        """Its id; raises ValueError for a preview, which is not kept."""
        if self.id is None:
            raise ValueError("a preview is not kept")
        return self.id


def recognised_line_id(run_id: UUID, contract_line_id: UUID, *, is_beyond: bool = False) -> UUID:
    """The id of what a run recognised on a contract line, or beyond the price of it."""
    return uuid5(LINES, f"{run_id}/{contract_line_id}{'/beyond' if is_beyond else ''}")


def earned_by_line(items: Iterable[DeliveredItem], lines: Iterable[SoldLine]) -> list[Earned]:
    """The items gathered by contract line, in the order of `lines` and of days, however they arrived."""
    by_line: dict[UUID, list[DeliveredItem]] = {}
    for item in sorted(items, key=lambda item: (item.day, item.id)):
        by_line.setdefault(item.contract_line_id, []).append(item)
    return [Earned(line, by_line[line.id]) for line in lines if line.id in by_line]


def measured(one: MeasuredLine, month: Period) -> Earned | None:
    """What a line has earned by the end of a month; None where nobody measured it, or a later month is recognised."""
    day = month.ends_before or month.starts_on
    earned = one.obligation.earned_before(day)
    if earned is None or one.is_recognised_after(month):
        return None
    measurement = one.obligation.measurement
    basis = one.obligation.in_words(day)
    method = one.obligation.method
    is_by_cost = method is RecognitionMethod.COST_TO_COST
    return Earned(
        one.line,
        measured=Measured(method, earned, month, basis, measurement.id if measurement and is_by_cost else None),
    )


def recognised(earned: Earned, *, run_id: UUID | None) -> RecognisedLine:
    """`earned` as the run keeps it; without a run, as it would."""
    line_id = None if run_id is None else recognised_line_id(run_id, earned.line.id, is_beyond=earned.is_beyond)
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
        paid_on=earned.paid_on,
        entry_id=entry_id(Source(SourceKind.RECOGNITION, line_id)) if line_id and earned.amount else None,
        method=earned.measured.method if earned.measured else RecognitionMethod.AS_DELIVERED,
        basis=earned.measured.basis if earned.measured else BEYOND if earned.is_beyond else None,
        measurement_id=earned.measured.measurement_id if earned.measured else None,
        is_beyond=earned.is_beyond,
    )


def entry_for(earned: Earned, *, legal_entity: str, run_id: UUID, period: Period) -> NewEntry:
    """Debit the contract's net position, credit revenue, dated on the last day of the month.

    What was paid on as an agent is credited to the account on which the supplier's bill was put for the client.
    """
    line = earned.line
    place = (line.contract_id, line.id, earned.project_id)
    lines = [
        NewLine(PostingRole.CONTRACT_ASSET, earned.amount, *place),
        NewLine(PostingRole.RECOVERABLE, -earned.paid_on, *place),
        NewLine(line.revenue_role, -earned.revenue, *place, narrowed_by=line.billing_method),
    ]
    return NewEntry(
        legal_entity=legal_entity,
        currency=line.currency,
        on=last_day_of(period),
        text=f"Revenue {period.starts_on:%Y-%m}, {line.contract_number}: {line.description}",
        source=Source(SourceKind.RECOGNITION, recognised_line_id(run_id, line.id, is_beyond=earned.is_beyond)),
        lines=[new for new in lines if new.amount],
        thread_id=line.thread_id,
        service=earned.service,
        difference=line.revenue_role,
    )


def last_day_of(period: Period) -> date:
    """The day on which a month's revenue is posted."""
    return list(period.days())[-1]

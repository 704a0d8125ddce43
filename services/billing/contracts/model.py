"""A contract: what a customer agreed to pay for, line by line, and whether it may be billed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from shared.errors import Conflict, Invalid, NotFound
from shared.reasons import because

CONTRACTS = UUID("6f1a3a8e-0a0b-5f5e-9d39-6f0f8f2c5b11")


class NoSuchContract(NotFound):
    """There is no such contract."""


class ContractNotActive(Conflict):
    """This contract may not be billed.

    Only an active contract is billed: delivery accepts the handoff first.
    """


class NoSuchSoldLine(NotFound):
    """This contract has no such line."""


class NegativeTerm(Invalid):
    """What is agreed on a line cannot be less than nothing.

    Take away no more than the line has: its amount, its minutes and its cap stay at nought or above.
    """


class NewLineIncomplete(Invalid):
    """This contract has no such line, and a new one needs a method and a description.

    Correct the id of the line, or say what the new line is.
    """


class ContractStatus(StrEnum):
    """draft → active | voided; a returned handoff can still be accepted later."""

    DRAFT = "draft"
    ACTIVE = "active"
    VOIDED = "voided"


class Method(StrEnum):
    """How a line is billed."""

    TIME_AND_MATERIALS = "time_and_materials"
    TIME_AND_MATERIALS_CAPPED = "time_and_materials_capped"
    FIXED_FEE_MILESTONE = "fixed_fee_milestone"
    FIXED_FEE_PERCENT = "fixed_fee_percent"
    RETAINER = "retainer"
    EXPENSE = "expense"

    @property
    def is_by_the_hour(self) -> bool:
        """Whether each hour is billed at its rate."""
        return self in (Method.TIME_AND_MATERIALS, Method.TIME_AND_MATERIALS_CAPPED)


@dataclass(eq=False)
class ContractLine:
    """One line as it was sold; its id is the billing line that work is charged to.

    `added_by` is the amendment that brought a line that was not sold; such a line is worth what amendments make it.
    """

    id: UUID
    position: int
    description: str
    method: Method
    product: str
    amount: Decimal
    staffing_role: str | None = None
    minutes: int | None = None
    hourly_rate: Decimal | None = None
    milestone_due_on: date | None = None
    cap: Decimal | None = None
    monthly_fee: Decimal | None = None
    months: int | None = None
    monthly_minutes: int | None = None
    rollover_months: int | None = None
    overage_rate: Decimal | None = None
    markup_percent: Decimal | None = None
    is_agent: bool = False
    recognition_method: str | None = None
    added_by: UUID | None = None

    def become(self, other: ContractLine) -> ContractLine:
        """This line, with everything that `other` says of it."""
        for one in fields(self):
            setattr(self, one.name, getattr(other, one.name))
        return self


@dataclass(frozen=True)
class SoldOn:
    """A contract line with what of its contract counts for work that is moved to it."""

    line: ContractLine
    contract_id: UUID
    currency: str


@dataclass(frozen=True)
class LineChange:
    """What an amendment adds to a line, or takes from it; the rest counts where the line is a new one."""

    line_id: UUID
    amount_delta: Decimal = Decimal()
    minutes_delta: int | None = None
    cap_delta: Decimal | None = None
    description: str = ""
    method: Method | None = None
    product: str = ""
    staffing_role: str | None = None
    hourly_rate: Decimal | None = None


@dataclass(frozen=True)
class Amendment:
    """A change that the customer agreed to; it counts from `effective_on` on and is never changed itself."""

    id: UUID
    contract_id: UUID
    number: str
    approved_on: date
    effective_on: date
    client_approver: str
    reason: str
    changes: Sequence[LineChange] = ()
    new_ends_before: date | None = None


@dataclass(frozen=True)
class Terms:
    """What is agreed on one line on some day."""

    amount: Decimal
    minutes: int | None
    cap: Decimal | None


@dataclass(eq=False)
class Contract:
    """The terms on which one won opportunity is billed."""

    id: UUID
    number: str
    opportunity_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    name: str
    currency: str
    amount: Decimal
    purchase_order: str | None
    payment_terms_days: int
    starts_on: date
    ends_before: date
    sold_sequence: int
    thread_id: UUID
    status: ContractStatus = ContractStatus.DRAFT
    project_id: UUID | None = None
    answered_sequence: int = 0
    purchase_order_budget: Decimal | None = None
    purchase_order_noted_at: datetime | None = None
    billing_increment_minutes: int | None = None
    deposit: Decimal | None = None
    lines: list[ContractLine] = field(default_factory=list)
    version: int = 1

    def activate(self, *, project_id: UUID, sequence: int) -> bool:
        """Let the contract be billed for the project that stands; whether this is news."""
        if sequence <= self.answered_sequence:
            return False
        was_active = self.status is ContractStatus.ACTIVE
        self.status, self.project_id, self.answered_sequence = ContractStatus.ACTIVE, project_id, sequence
        return not was_active

    def void(self, *, sequence: int) -> None:
        """Take the contract out of billing, because delivery returned the sold work."""
        if sequence > self.answered_sequence:
            self.status, self.project_id, self.answered_sequence = ContractStatus.VOIDED, None, sequence

    def continuing(self, earlier: Contract, amendments: Iterable[Amendment]) -> Contract:
        """This contract, newly sold, with what delivery answered to the `earlier` one and what was amended since."""
        self.status, self.project_id = earlier.status, earlier.project_id
        self.answered_sequence, self.version = earlier.answered_sequence, earlier.version
        if earlier.purchase_order_noted_at is not None:
            self.note_order(earlier.purchase_order, earlier.purchase_order_budget, at=earlier.purchase_order_noted_at)
        self.add_lines(amendments)
        return self

    def note_order(self, number: str | None, budget: Decimal | None, *, at: datetime) -> None:
        """Bill under this purchase order from now on, whatever the sale said or says."""
        self.purchase_order, self.purchase_order_budget, self.purchase_order_noted_at = number, budget, at

    def add_lines(self, amendments: Iterable[Amendment]) -> None:
        """Have a line for everything that `amendments` change, those that were not sold behind the sold ones."""
        before = {line.id: line for line in self.lines if line.added_by is not None}
        lines = {line.id: line for line in self.lines if line.added_by is None}
        for amendment in in_force_order(amendments):
            for change in amendment.changes:
                if change.line_id not in lines:
                    made = _added(change, by=amendment.id, position=len(lines) + 1)
                    lines[made.id] = before[made.id].become(made) if made.id in before else made
        self.lines = list(lines.values())

    def line(self, line_id: UUID) -> ContractLine:
        """One of its lines. Raises NoSuchSoldLine."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NoSuchSoldLine(because("Contract %(number)s has no such line.", number=self.number))

    def must_be_active(self) -> None:
        """Refuse with ContractNotActive unless the contract may be billed."""
        if self.status is not ContractStatus.ACTIVE:
            facts = {"number": self.number, "status": self.status.value}
            raise ContractNotActive(because("Contract %(number)s is %(status)s and may not be billed.", **facts))


def in_force_order(amendments: Iterable[Amendment]) -> list[Amendment]:
    """Amendments in the order in which they come into force, however they were heard of."""
    return sorted(amendments, key=lambda one: (one.effective_on, one.number, one.id))


def terms_on(line: ContractLine, amendments: Iterable[Amendment], day: date | None = None) -> Terms:
    """What is agreed on `line` on `day`, or with every amendment there is; what a line was sold at counts always."""
    terms = Terms(line.amount, line.minutes, line.cap)
    for amendment in in_force_order(amendments):
        if day is None or amendment.effective_on <= day:
            for change in amendment.changes:
                if change.line_id == line.id:
                    terms = _changed(terms, change)
    return terms


def ends_before_on(contract: Contract, amendments: Iterable[Amendment], day: date | None = None) -> date:
    """The first day after the contract, as agreed on `day`, or with every amendment there is."""
    ends = contract.ends_before
    for amendment in in_force_order(amendments):
        if amendment.new_ends_before is not None and (day is None or amendment.effective_on <= day):
            ends = amendment.new_ends_before
    return ends


def check_terms(contract: Contract, amendments: Sequence[Amendment]) -> None:
    """Refuse amendments that make less than nothing of a line on any day."""
    days = [amendment.effective_on for amendment in amendments]
    for line in contract.lines:
        for terms in (terms_on(line, amendments, day) for day in days):
            for name, left in vars(terms).items():
                if left is not None and left < 0:
                    raise NegativeTerm(
                        because(
                            "This would leave %(description)s with %(name)s of %(left)s.",
                            description=line.description,
                            name=name,
                            left=f"{left:f}",
                        ),
                        field="/lines",
                    )


def _added(change: LineChange, *, by: UUID, position: int) -> ContractLine:
    if change.method is None or not change.description:
        raise NewLineIncomplete(field="/lines")
    return ContractLine(
        id=change.line_id,
        position=position,
        description=change.description,
        method=change.method,
        product=change.product,
        amount=Decimal(),
        staffing_role=change.staffing_role,
        hourly_rate=change.hourly_rate,
        added_by=by,
    )


def _changed(terms: Terms, change: LineChange) -> Terms:
    minutes = terms.minutes if change.minutes_delta is None else (terms.minutes or 0) + change.minutes_delta
    cap = terms.cap if change.cap_delta is None else (terms.cap or Decimal()) + change.cap_delta
    return replace(terms, amount=terms.amount + change.amount_delta, minutes=minutes, cap=cap)


def contract_id_of(opportunity_id: UUID) -> UUID:
    """The contract of a won opportunity: the same one however often and in whatever order its news arrives."""
    return uuid5(CONTRACTS, str(opportunity_id))

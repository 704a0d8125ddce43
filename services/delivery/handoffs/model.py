"""A handoff: what sales sold, waiting for delivery to take it over or to send it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from services.delivery.projects.model.project import id_of_project
from services.delivery.projects.model.sold import SoldMilestone, SoldScope, SoldWork
from services.delivery.templates.model.rules import FIXED_FEES, RETAINERS, BillingMethod, Choice, Deal
from shared.errors import Conflict, Invalid
from shared.money import Money
from shared.period import Period


class HandoffNotOpen(Conflict):
    """Only an open handoff can be accepted or returned.

    A returned one opens again when sales closes the deal anew.
    """


class HandoffIncomplete(Conflict):
    """Something that delivery cannot begin without is missing from what was sold.

    Return the handoff with these reasons.
    """


class NoReasons(Invalid):
    """A handoff is returned with at least one reason, and no reason is empty.

    Say what sales has to put right.
    """


class HandoffState(StrEnum):
    """Where a handoff stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(eq=False)
class HandoffLine:
    """One sold line."""

    id: UUID
    handoff_id: UUID
    position: int
    description: str
    method: BillingMethod
    amount: Decimal
    product: str
    staffing_role: str | None = None
    minutes: int | None = None
    hourly_rate: Decimal | None = None
    milestone_due_on: date | None = None
    cap: Decimal | None = None


@dataclass(eq=False)
class HandoffRole:
    """One role of the services estimate."""

    id: UUID
    handoff_id: UUID
    position: int
    staffing_role: str
    minutes: int
    hourly_price: Decimal
    hourly_cost: Decimal
    line_id: UUID | None = None
    skills: list[str] = field(default_factory=list)


@dataclass(eq=False)
class HandoffContact:
    """A person on the client's side."""

    id: UUID
    handoff_id: UUID
    name: str
    email: str
    role: str


@dataclass(frozen=True)
class Check:
    """One point of the checklist; without a required one that is met, the handoff cannot be accepted."""

    code: str
    says: str
    is_met: bool
    is_required: bool = False


@dataclass(eq=False)
class Handoff:
    """A won deal on its way into delivery; `sequence` is that of the news it was made from.

    `revision` counts how often sales handed it over, `correction` says what it put right since it was returned.
    """

    id: UUID
    thread_id: UUID
    number: str
    name: str
    seller: str
    account_id: UUID
    account_name: str
    price: Money
    cost: Decimal
    closed_on: date
    starts_on: date
    ends_before: date
    payment_terms_days: int
    opened_at: datetime
    sequence: int
    purchase_order: str | None = None
    quote_reference: str | None = None
    template_wish: str | None = None
    revision: int = 1
    correction: str | None = None
    state: HandoffState = HandoffState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    reasons: list[str] = field(default_factory=list)
    project_id: UUID | None = None
    lines: list[HandoffLine] = field(default_factory=list)
    roles: list[HandoffRole] = field(default_factory=list)
    contacts: list[HandoffContact] = field(default_factory=list)

    @property
    def opportunity_id(self) -> UUID:
        """The won opportunity."""
        return self.thread_id

    @property
    def currency(self) -> str:
        """The currency of the deal."""
        return self.price.currency

    @property
    def margin(self) -> Money:
        """What is left of the sold price after the sold cost."""
        return self.price - Money(self.cost, self.currency)

    @property
    def deal(self) -> Deal:
        """What the choice of a template depends on."""
        methods = frozenset(line.method for line in self.lines)
        return Deal(methods, (self.ends_before - self.starts_on).days, self.template_wish)

    def is_outdated_by(self, news: Handoff) -> bool:
        """Whether `news` of the same deal is newer, and this was not accepted yet."""
        return news.sequence > self.sequence and self.state is not HandoffState.ACCEPTED

    def take(self, news: Handoff) -> None:
        """Begin anew with what sales now says it sold."""
        for name in (each.name for each in fields(self) if each.name != "id"):
            setattr(self, name, getattr(news, name))

    def accept(self, *, by: str, at: datetime) -> None:
        """Take the sold work over."""
        self._must_be_open()
        missing = [check.says for check in self.checklist() if check.is_required and not check.is_met]
        if missing:
            raise HandoffIncomplete("Missing: " + " ".join(missing))
        self.state, self.decided_by, self.decided_at = HandoffState.ACCEPTED, by, at
        self.project_id = id_of_project(self.thread_id)

    def send_back(self, reasons: Sequence[str], *, by: str, at: datetime) -> None:
        """Return the sold work to sales."""
        self._must_be_open()
        if not reasons or not all(reason.strip() for reason in reasons):
            raise NoReasons(field="/reasons")
        self.state, self.decided_by, self.decided_at = HandoffState.RETURNED, by, at
        self.reasons = [reason.strip() for reason in reasons]

    def checklist(self) -> list[Check]:
        """What a project manager looks for before taking the work over."""
        last = self.ends_before
        dues = [line.milestone_due_on for line in self.lines if line.milestone_due_on]
        return [
            Check("lines", "At least one line was sold.", bool(self.lines), is_required=True),
            Check("work", "The sold work is known by role.", bool(self.work()), is_required=True),
            Check("period", "The work ends after it starts.", self.starts_on < last, is_required=True),
            Check("estimate", "Every hourly line agrees with the estimate.", self._estimate_agrees()),
            Check("costs", "Every role has a sold cost.", all(work.hourly_cost for work in self.work())),
            Check("milestones", "Every milestone is due within the sold period.", all(due < last for due in dues)),
            Check("margin", "The deal was sold with a margin.", self.margin.amount > 0),
            Check("purchase_order", "The client's purchase order is known.", bool(self.purchase_order)),
            Check("contacts", "Somebody on the client's side is known.", bool(self.contacts)),
        ]

    def work(self) -> tuple[SoldWork, ...]:
        """The sold work by role and line: the estimate, and hourly lines that it leaves out."""
        estimated = [
            SoldWork(
                role.staffing_role,
                role.minutes,
                role.hourly_price,
                role.hourly_cost,
                role.line_id or self._line_for(role.staffing_role),
                tuple(role.skills),
            )
            for role in self.roles
            if role.minutes > 0
        ]
        covered = {work.line_id for work in estimated}
        rest = [
            SoldWork(line.staffing_role, line.minutes, line.hourly_rate or Decimal(), None, line.id)
            for line in self.lines
            if line.staffing_role and line.minutes and line.id not in covered
        ]
        return (*estimated, *rest)

    def scope(self, choice: Choice, *, account_name: str) -> SoldScope:
        """What a project is made from."""
        milestones = [line for line in self.lines if line.method is BillingMethod.FIXED_FEE_MILESTONE]
        return SoldScope(
            opportunity_id=self.thread_id,
            handoff_id=self.id,
            name=self.name,
            seller=self.seller,
            account_id=self.account_id,
            account_name=account_name,
            period=Period(self.starts_on, self.ends_before),
            price=self.price,
            cost=Money(self.cost, self.currency),
            work=self.work(),
            milestones=tuple(SoldMilestone(one.description, one.id, one.milestone_due_on) for one in milestones),
            line_ids=tuple(line.id for line in self.lines),
            choice=choice,
        )

    def _must_be_open(self) -> None:
        if self.state is not HandoffState.OPEN:
            raise HandoffNotOpen()

    def _line_for(self, staffing_role: str) -> UUID | None:
        """The line that work of a role is billed under: the hourly one of that role, else the first fixed fee."""
        hourly = [line.id for line in self.lines if line.staffing_role == staffing_role]
        fixed = [line.id for line in self.lines if line.method in FIXED_FEES | RETAINERS]
        return next(iter(hourly + fixed), None)

    def _estimate_agrees(self) -> bool:
        minutes: dict[UUID | None, int] = {}
        for work in self.work():
            minutes[work.line_id] = minutes.get(work.line_id, 0) + work.minutes
        return all(minutes.get(line.id) == line.minutes for line in self.lines if line.minutes)


def id_of_handoff(opportunity_id: UUID) -> UUID:
    """The id of an opportunity's handoff: always the same, however often the deal is announced."""
    return uuid5(opportunity_id, "handoff")

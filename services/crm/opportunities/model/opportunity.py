"""A deal from the first call until it is won or lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from services.crm.handoffs.model import HandoffNotReturned
from services.crm.opportunities.model.estimate import Estimate, EstimateRole
from services.crm.opportunities.model.line import Line
from services.crm.opportunities.model.stage import (
    ClosedByItsOwnVerb,
    ForecastCategory,
    LossReason,
    Outcome,
    Stage,
)
from shared.errors import Conflict, Invalid, NotFound
from shared.reasons import because


class NoSuchOpportunity(NotFound):
    """There is no such opportunity, or it is not yours.

    Ask its owner or a sales manager.
    """


class NoSuchLine(NotFound):
    """The opportunity has no such line.

    Read the opportunity for the ids of its lines.
    """


class OpportunityExists(Conflict):
    """There is an opportunity with this id already.

    Change it with PATCH, or create another one under a new id.
    """


class OpportunityClosed(Conflict):
    """The deal is closed: what was agreed does not change any more.

    Open a new opportunity for what comes on top; delivery's change orders change what was sold.
    """


class AmountFollowsLines(Conflict):
    """The amount of a deal with lines is the sum of its lines.

    Change the lines, or leave the amount out.
    """


class EndsBeforeStart(Invalid):
    """The work would end before it starts.

    Choose an `ends_before` after `starts_on`.
    """


class BudgetWithoutOrder(Invalid):
    """A budget belongs to a purchase order, and none is named.

    Name the client's `purchase_order`, or leave its budget out.
    """


@dataclass(frozen=True)
class OpportunityDetails:
    """Everything that people write down about a deal, apart from its stage, its lines and its estimate."""

    name: str
    currency: str
    account_id: UUID | None = None
    owner: str | None = None
    closes_on: date | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    purchase_order: str | None = None
    payment_terms_days: int | None = None
    project_template: str | None = None
    next_step: str = ""
    purchase_order_budget: Decimal | None = None
    billing_increment_minutes: int | None = None
    deposit: Decimal | None = None

    def __post_init__(self) -> None:
        if self.starts_on and self.ends_before and self.ends_before <= self.starts_on:
            raise EndsBeforeStart(field="/ends_before")
        if self.purchase_order_budget is not None and not self.purchase_order:
            raise BudgetWithoutOrder(field="/purchase_order_budget")


@dataclass(eq=False)
class StageEntry:
    """A stage that a deal came into: when, by whom, and how likely it seemed then."""

    id: UUID
    opportunity_id: UUID
    position: int
    stage: str
    probability: Decimal
    forecast_category: ForecastCategory
    entered_on: date | None
    entered_by: str


@dataclass(frozen=True)
class Closing:
    """How a deal ended."""

    closed_on: date | None = None
    quote_reference: str | None = None
    override_reason: str | None = None
    loss_reason: LossReason | None = None
    loss_note: str = ""
    correction: str | None = None


@dataclass(eq=False)
class Opportunity:
    """A deal; `imported` ones that came closed are history, of which nothing follows.

    `revision` counts how often it was closed as won: what delivery returned can be put right and closed anew.
    """

    id: UUID
    number: str
    details: OpportunityDetails
    stage: str
    probability: Decimal
    forecast_category: ForecastCategory
    outcome: Outcome
    amount: Decimal
    closing: Closing = Closing()
    imported: bool = False
    revision: int = 1
    is_returned: bool = False
    version: int = 1
    lines: list[Line] = field(default_factory=list)
    roles: list[EstimateRole] = field(default_factory=list)
    history: list[StageEntry] = field(default_factory=list)

    @property
    def estimate(self) -> Estimate:
        """The sums of the services estimate."""
        return Estimate.of(self.roles, self.details.currency)

    @property
    def may_change(self) -> bool:
        """Whether what is agreed may still change: the deal is open, or delivery returned it."""
        return self.outcome is Outcome.OPEN or self.is_returned

    def enter(self, stage: Stage, *, on: date, by: str) -> None:
        """Move into an open stage; raises OpportunityClosed, ClosedByItsOwnVerb."""
        self.must_be_open()
        if stage.outcome is not Outcome.OPEN:
            raise ClosedByItsOwnVerb(field="/stage")
        self._take(stage, on, by)

    def describe(self, details: OpportunityDetails, amount: Decimal | None) -> None:
        """Replace what is written down; `amount` only while there are no lines. Raises AmountFollowsLines."""
        self.must_be_changeable()
        if (self.lines or self.roles) and details.currency != self.details.currency:
            raise AmountFollowsLines(because("The prices of the lines are in the deal's currency."), field="/currency")
        if amount is not None and amount != self.amount and self.lines:
            raise AmountFollowsLines(field="/amount")
        self.details = details
        self.amount = self.amount if amount is None else amount

    def sell(self, line: Line) -> None:
        """Add a line, or put it in place of the one with its id; the amount follows."""
        self.must_be_changeable()
        self._forget_what_lines_made()
        replaced = next((one for one in self.lines if one.id == line.id), None)
        line.position = replaced.position if replaced else max((one.position for one in self.lines), default=0) + 1
        if replaced:
            self.lines.remove(replaced)
        self.lines.append(line)
        self._add_up()

    def drop(self, line_id: UUID) -> None:
        """Take a line out; the amount follows. Raises NoSuchLine."""
        self.must_be_changeable()
        line = next((one for one in self.lines if one.id == line_id), None)
        if line is None:
            raise NoSuchLine()
        self._forget_what_lines_made()
        self.lines.remove(line)
        for role in self.roles:
            role.line_id = None if role.line_id == line_id else role.line_id
        self._add_up()

    def plan(self, roles: Sequence[EstimateRole]) -> None:
        """Replace the services estimate; a role may name the line that it delivers. Raises NoSuchLine."""
        self.must_be_changeable()
        known = {line.id for line in self.lines}
        for position, role in enumerate(roles):
            if role.line_id is not None and role.line_id not in known:
                raise NoSuchLine(field=f"/roles/{position}/line_id")
        self.roles = list(roles)

    def win(self, stage: Stage, *, on: date, by: str, quote: str | None, override: str | None) -> None:
        """Close as won; what it takes has been checked by `refusals_to_win`."""
        self.must_be_open()
        self._take(stage, on, by)
        self.closing = Closing(closed_on=on, quote_reference=quote, override_reason=override)

    def win_anew(
        self, stage: Stage, *, on: date, by: str, quote: str | None, override: str | None, correction: str
    ) -> None:
        """Close as won once more, because delivery returned it; the day on which it was won stays."""
        self.must_be_returned()
        self._take(stage, on, by)
        self.closing = replace(self.closing, quote_reference=quote, override_reason=override, correction=correction)
        self.revision += 1
        self.is_returned = False

    def lose(self, stage: Stage, *, on: date, by: str, reason: LossReason, note: str) -> None:
        """Close as lost, for a coded reason."""
        self.must_be_changeable()
        self._take(stage, on, by)
        self.closing = Closing(closed_on=on, loss_reason=reason, loss_note=note)
        self.is_returned = False

    def must_be_open(self) -> None:
        """Refuse with OpportunityClosed unless the deal is open."""
        if self.outcome is not Outcome.OPEN:
            raise OpportunityClosed()

    def must_be_changeable(self) -> None:
        """Refuse with OpportunityClosed unless what is agreed may still change."""
        if not self.may_change:
            raise OpportunityClosed()

    def must_be_returned(self) -> None:
        """Refuse with HandoffNotReturned unless delivery returned the deal."""
        if not self.is_returned:
            raise HandoffNotReturned()

    def _take(self, stage: Stage, on: date, by: str) -> None:
        self.stage, self.outcome = stage.code, stage.outcome
        self.probability, self.forecast_category = stage.probability, stage.forecast_category
        position = len(self.history) + 1
        entry_id = uuid5(self.id, f"stage/{position}")
        self.history.append(
            StageEntry(entry_id, self.id, position, stage.code, stage.probability, stage.forecast_category, on, by)
        )

    def _forget_what_lines_made(self) -> None:
        if all(role.is_made_of_line for role in self.roles):
            self.roles = []

    def _add_up(self) -> None:
        self.amount = sum((line.amount for line in self.lines), Decimal())

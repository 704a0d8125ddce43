"""The stages of the pipeline, each with the probability and the forecast category a deal has in it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared.errors import Conflict, Invalid, NotFound


class NoSuchStage(NotFound):
    """The pipeline has no such stage.

    Choose one of the stages that GET /stages lists.
    """


class ClosedByItsOwnVerb(Conflict):
    """A deal is not moved into a stage that closes it.

    Close it as won or as lost, which asks for what that needs.
    """


class StageMisfit(Invalid):
    """A stage that wins has the probability 1, one that loses 0, and an open one something between.

    Correct the probability; the outcome of a stage does not change.
    """


class Outcome(StrEnum):
    """What a stage means for the deal."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


AGED_AFTER_DAYS = 30
"""A deal that has been in its stage for longer is marked: it stands still, or belongs elsewhere."""


class Attention(StrEnum):
    """Why somebody should look at an open deal."""

    OVERDUE = "overdue"
    AGED = "aged"


class ForecastCategory(StrEnum):
    """How far a deal counts in the forecast."""

    OMITTED = "omitted"
    PIPELINE = "pipeline"
    BEST_CASE = "best_case"
    COMMIT = "commit"
    CLOSED = "closed"


class LossReason(StrEnum):
    """Why a deal was lost."""

    PRICE = "price"
    COMPETITOR = "competitor"
    NO_BUDGET = "no_budget"
    NO_DECISION = "no_decision"
    TIMING = "timing"
    SCOPE = "scope"
    RELATIONSHIP = "relationship"
    OTHER = "other"


@dataclass(eq=False)
class Stage:
    """One step of the pipeline; `probability` is between 0 and 1."""

    code: str
    name: str
    position: int
    probability: Decimal
    forecast_category: ForecastCategory
    outcome: Outcome = Outcome.OPEN
    version: int = 1

    def __post_init__(self) -> None:
        self.weigh(self.probability, self.forecast_category)

    def weigh(self, probability: Decimal, forecast_category: ForecastCategory) -> None:
        """Say how likely a deal in this stage is won, and how it counts in the forecast; raises StageMisfit."""
        fits = {
            Outcome.OPEN: 0 <= probability < 1,
            Outcome.WON: probability == 1,
            Outcome.LOST: probability == 0,
        }
        if not fits[self.outcome]:
            raise StageMisfit(field="/probability")
        self.probability, self.forecast_category = probability, forecast_category


Row = tuple[str, str, int, str, ForecastCategory, Outcome]
DEFAULT_PIPELINE: tuple[Row, ...] = (
    ("prospecting", "Prospecting", 10, "0.10", ForecastCategory.PIPELINE, Outcome.OPEN),
    ("engaging", "Engaging", 20, "0.25", ForecastCategory.PIPELINE, Outcome.OPEN),
    ("proposal", "Proposal", 30, "0.50", ForecastCategory.BEST_CASE, Outcome.OPEN),
    ("negotiation", "Negotiation", 40, "0.80", ForecastCategory.COMMIT, Outcome.OPEN),
    ("won", "Won", 90, "1", ForecastCategory.CLOSED, Outcome.WON),
    ("lost", "Lost", 99, "0", ForecastCategory.OMITTED, Outcome.LOST),
)
"""What a tenant starts with: code, name, position, probability, forecast category, outcome."""

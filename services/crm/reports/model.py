"""The figures of the pipeline report, each with its formula."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class StageFigures:
    """The deals in a stage; `weighted` is the sum of amount times probability, rounded to the cent."""

    stage: str
    currency: str
    count: int
    amount: Decimal
    weighted: Decimal


@dataclass(frozen=True)
class QuarterFigures:
    """The deals closed in a quarter of the calendar year."""

    quarter_starts_on: date
    currency: str
    won: int
    lost: int
    won_value: Decimal
    lost_value: Decimal

    @property
    def quarter(self) -> str:
        """The quarter as people write it, such as 2017-Q1."""
        return f"{self.quarter_starts_on.year}-Q{(self.quarter_starts_on.month + 2) // 3}"

    @property
    def win_rate(self) -> Decimal | None:
        """Won deals divided by (won + lost deals), to four places; none where nothing was closed."""
        return _share(Decimal(self.won), Decimal(self.lost))

    @property
    def win_rate_by_value(self) -> Decimal | None:
        """Won value divided by (won + lost value), to four places; none where nothing of value was closed."""
        return _share(self.won_value, self.lost_value)


@dataclass(frozen=True)
class PipelineReport:
    """All of it; `open_without_account` are open deals that name no account yet."""

    stages: list[StageFigures]
    quarters: list[QuarterFigures]
    open_without_account: int


def _share(won: Decimal, lost: Decimal) -> Decimal | None:
    whole = won + lost
    return (won / whole).quantize(Decimal("0.0001")) if whole else None

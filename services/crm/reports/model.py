"""The figures of the pipeline report, each with its formula."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


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
class MonthFigures:
    """The open deals that are to close in a month; `month` is its first day, none for deals without a closing date."""

    month: date | None
    currency: str
    count: int
    amount: Decimal
    weighted: Decimal


class Age(StrEnum):
    """For how many days a deal has been in its stage; unknown where an import did not tell."""

    UP_TO_30 = "up_to_30"
    UP_TO_60 = "up_to_60"
    UP_TO_90 = "up_to_90"
    OLDER = "older"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AgeFigures:
    """The open deals that have been in their stage for so long."""

    age: Age
    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class PipelineReport:
    """All of it; `open_without_account` are open deals that name no account yet."""

    stages: list[StageFigures]
    quarters: list[QuarterFigures]
    months: list[MonthFigures]
    ages: list[AgeFigures]
    open_without_account: int


def _share(won: Decimal, lost: Decimal) -> Decimal | None:
    whole = won + lost
    return (won / whole).quantize(Decimal("0.0001")) if whole else None

"""A month of a legal entity's books, and when it may be posted into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from shared.errors import Conflict, Invalid, NotFound
from shared.period import Period, month_of
from shared.reasons import because

PERIODS = UUID("6a0b1d8e-6a8f-5a1c-9c59-5a0f7f6f1d11")


class PeriodClosed(Conflict):
    """This month's books are closed.

    Choose a day in an open month, or ask a controller to reopen the month with a reason.
    """


class PeriodNotOpen(Conflict):
    """This month is past that step already.

    Look at its status; a closed month can be reopened with a reason.
    """


class PeriodNotClosed(Conflict):
    """Only a closed month can be reopened.

    It is open: post into it.
    """


class EarlierPeriodOpen(Conflict):
    """An earlier month is still open.

    Close the months in their order.
    """


class LaterPeriodClosed(Conflict):
    """A later month is closed.

    Reopen the months in their order, the latest first.
    """


class NoSuchPeriod(NotFound):
    """Nothing was ever posted in this month."""


class BadMonth(Invalid):
    """This is not a month.

    Write it as year and month, for example 2026-03.
    """


class PeriodStatus(StrEnum):
    """open → closing → closed; who closes the books may post until they are closed, others only while open."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(eq=False)
class FiscalPeriod:
    """One month of one legal entity's books."""

    id: UUID
    legal_entity: str
    starts_on: date
    ends_before: date
    status: PeriodStatus = PeriodStatus.OPEN
    version: int = 1

    def begin_closing(self) -> None:
        """Let only those post who close the books."""
        if self.status is not PeriodStatus.OPEN:
            raise PeriodNotOpen(
                because(
                    "%(month)s of %(legal_entity)s is %(status)s.",
                    month=f"{self.starts_on:%Y-%m}",
                    legal_entity=self.legal_entity,
                    status=self.status,
                )
            )
        self.status = PeriodStatus.CLOSING

    def close(self) -> None:
        """Let nobody post any more, unless the month is reopened with a reason."""
        if self.status is PeriodStatus.CLOSED:
            raise PeriodNotOpen(
                because(
                    "%(month)s of %(legal_entity)s is closed.",
                    month=f"{self.starts_on:%Y-%m}",
                    legal_entity=self.legal_entity,
                )
            )
        self.status = PeriodStatus.CLOSED

    def reopen(self) -> None:
        """Let postings in again."""
        if self.status is PeriodStatus.OPEN:
            raise PeriodNotClosed(
                because(
                    "%(month)s of %(legal_entity)s is open.",
                    month=f"{self.starts_on:%Y-%m}",
                    legal_entity=self.legal_entity,
                )
            )
        self.status = PeriodStatus.OPEN


def period_id(legal_entity: str, starts_on: date) -> UUID:
    """The id of a month, the same whoever opens it first."""
    return uuid5(PERIODS, f"{legal_entity}/{starts_on.isoformat()}")


def month(text: str) -> Period:
    """Read `2026-03`; raises BadMonth."""
    try:
        year, number = text.split("-")
        return month_of(date(int(year), int(number), 1))
    except ValueError as error:
        raise BadMonth(because("%(text)s is not a month.", text=f"{text!r}"), field="/period") from error

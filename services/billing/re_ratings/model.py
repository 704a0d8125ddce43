"""A re-rating: unbilled work, some days of it, by the rates that count by now for those days.

What is on an invoice or a draft stays as it is, and so does what somebody marked up or down, wrote off or transferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.billing.rates.model import Unbilled
from shared.errors import Conflict, Invalid, NotFound


class NoSuchReRating(NotFound):
    """There is no such re-rating."""


class NothingToReRate(Conflict):
    """Everything unbilled that was chosen has the rate that counts.

    Agree or end a rate first, or choose other days.
    """


class NoDays(Invalid):
    """The last day lies before the first one.

    Choose an earlier first day or a later last one.
    """


@dataclass(frozen=True)
class ReRating:
    """What was chosen, why, and by whom; it is done contract by contract in the background."""

    id: UUID
    contract_id: UUID | None
    customer_id: UUID | None
    from_on: date | None
    up_to: date | None
    reason: str
    started_by: str
    started_at: datetime

    @property
    def chosen(self) -> Unbilled:
        """The work that is looked at again."""
        return Unbilled(self.contract_id, self.customer_id, self.from_on, self.up_to)


def check_days(chosen: Unbilled) -> None:
    """Refuse days that end before they begin."""
    if chosen.from_on and chosen.up_to and chosen.up_to < chosen.from_on:
        raise NoDays(field="/up_to")

"""What must be done before a month of the books is closed, and what should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.errors import Conflict


class UnsealedEntries(Conflict):
    """Entries of this month are in no batch yet.

    Seal them with POST /ledger-batches, one currency after the other, then close the month.
    """


class Concern(StrEnum):
    """What is looked at before a month is closed."""

    UNSEALED_ENTRIES = "unsealed_entries"
    UNEXPLAINED_CONTRACTS = "unexplained_contracts"
    UNRATED_WORK = "unrated_work"
    OPEN_DRAFTS = "open_drafts"
    UNRECOGNISED_LINES = "unrecognised_lines"
    UNREVALUED_BALANCES = "unrevalued_balances"
    UNANSWERED_BATCHES = "unanswered_batches"

    @property
    def blocks(self) -> bool:
        """Whether a month is not closed while there is any."""
        return self is Concern.UNSEALED_ENTRIES


@dataclass(frozen=True)
class Finding:
    """How many there are of something before a month is closed."""

    concern: Concern
    count: int

    @property
    def blocks(self) -> bool:
        """Whether the month cannot be closed for it."""
        return self.concern.blocks and self.count > 0

    @property
    def is_clear(self) -> bool:
        """Whether there is nothing left to do."""
        return self.count == 0


def steps_done(findings: Sequence[Finding], *, is_begun: bool, is_accrued: bool, is_closed: bool) -> tuple[int, int]:
    """How many steps of closing are done, of how many: beginning, accruing, what each concern asks for, and closing.

    Whether time was left to accrue is known to delivery only: closing the month says that none was.
    """
    done = sum(one.is_clear for one in findings) + is_begun + (is_accrued or is_closed) + is_closed
    return done, len(findings) + 3

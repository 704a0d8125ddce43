"""A line of a bank statement, and how a file of them is refused."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound
from shared.reasons import Reason

LONGEST_REFERENCE = 100


class MalformedStatement(Invalid):
    """This is not a bank statement that can be read, so nothing of it was imported.

    Ask the bank for a CAMT.053 file or a CSV file with a header line, and send it as it came.
    """

    def __init__(self, detail: Reason | None = None) -> None:
        """Refuse the file that was sent, saying what is wrong with it."""
        super().__init__(detail, field="/files")


class OtherBankAccount(Invalid):
    """This statement is of another bank account than the legal entity's.

    Choose the legal entity whose IBAN the statement names.
    """


class NoSuchBankLine(NotFound):
    """There is no such line of a bank statement.

    Bring in the statement that it is on, or look for it among the lines that are known.
    """


class MatchedAlready(Conflict):
    """This line was recorded as a payment before.

    Undo that first, if it was wrong.
    """


class NotMatched(Conflict):
    """This line is no payment yet, so there is nothing to undo."""


class NothingSuggested(Conflict):
    """Nothing is suggested for this line with certainty.

    Choose the customer and the invoices yourself.
    """


class LineState(StrEnum):
    """Whether somebody has said what a line is for."""

    UNMATCHED = "unmatched"
    MATCHED = "matched"


@dataclass(frozen=True)
class StatementLine:
    """Money that came in, as the bank tells it; `reference` names it once per legal entity."""

    reference: str
    booked_on: date
    currency: str
    amount: Decimal
    payer_name: str
    payer_iban: str
    remittance: str


@dataclass(frozen=True)
class BankLine(StatementLine):
    """A line that was imported."""

    id: UUID
    legal_entity_id: UUID


def named(lines: Iterable[StatementLine]) -> list[StatementLine]:
    """The lines with a reference each; where the bank gave none, or the same one twice, what the line says names it."""
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        own = line.reference[:LONGEST_REFERENCE] or "L-" + _digest(line)
        seen[own] += 1
        reference = own if seen[own] == 1 else f"{own}#{seen[own]}"
        found.append(
            StatementLine(
                reference,
                line.booked_on,
                line.currency,
                line.amount,
                line.payer_name,
                line.payer_iban,
                line.remittance,
            )
        )
    return found


def _digest(line: StatementLine) -> str:
    said = (line.booked_on, line.currency, line.amount.normalize(), line.payer_iban, line.payer_name, line.remittance)
    return hashlib.sha256("\n".join(str(one) for one in said).encode()).hexdigest()[:32]

"""Which open invoices a bank line is for, each with the reasons that speak for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.billing.bank_statements.model.lines import StatementLine

CERTAIN = 75


class Reason(StrEnum):
    """What speaks for an invoice."""

    NUMBER = "number"
    STRUCTURED_REFERENCE = "structured_reference"
    AMOUNT = "amount"
    KNOWN_ACCOUNT = "known_account"
    NAME = "name"


WEIGHTS = {
    Reason.NUMBER: 60,
    Reason.STRUCTURED_REFERENCE: 70,
    Reason.AMOUNT: 25,
    Reason.KNOWN_ACCOUNT: 20,
    Reason.NAME: 15,
}


@dataclass(frozen=True)
class Candidate:
    """An open invoice that something speaks for."""

    invoice_id: UUID
    number: str
    customer_id: UUID
    customer_name: str
    legal_name: str
    open: Decimal
    is_known_account: bool


@dataclass(frozen=True)
class Suggestion:
    """Invoices of one customer that a line may be for, what of the line goes to each, and why."""

    customer_id: UUID
    customer_name: str
    invoices: Sequence[tuple[UUID, str, Decimal]]
    reasons: frozenset[Reason]

    @property
    def score(self) -> int:
        """How much speaks for it, 100 at most."""
        return min(100, sum(WEIGHTS[reason] for reason in self.reasons))

    @property
    def is_certain(self) -> bool:
        """Whether it may be accepted without choosing."""
        return self.score >= CERTAIN


def suggestions(line: StatementLine, candidates: Iterable[Candidate]) -> list[Suggestion]:
    """What `line` may be for, the best first; two that are equally good are both left to a person."""
    known = list(candidates)
    found = [_single(line, one) for one in known]
    told = [one for one in known if _tells(line, one) is not None]
    if len(told) > 1 and len({one.customer_id for one in told}) == 1:
        found.append(_together(line, told))
    ranked = sorted(found, key=lambda one: (-one.score, one.invoices[0][1]))
    return [one for one in ranked if one.score]


def best(found: Sequence[Suggestion]) -> Suggestion | None:
    """The one suggestion that may be accepted without choosing, if there is just one."""
    if not found or not found[0].is_certain or (len(found) > 1 and found[1].score == found[0].score):
        return None
    return found[0]


def plain(text: str) -> str:
    """Letters and digits only, in capitals, so that blanks and dashes of a bank do not matter."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _single(line: StatementLine, one: Candidate) -> Suggestion:
    reasons = {reason for reason in (_tells(line, one),) if reason} | _customer(line, one)
    if one.open == line.amount:
        reasons.add(Reason.AMOUNT)
    share = (one.invoice_id, one.number, min(one.open, line.amount))
    return Suggestion(one.customer_id, one.customer_name, [share], frozenset(reasons))


def _together(line: StatementLine, told: Sequence[Candidate]) -> Suggestion:
    left, shares = line.amount, []
    for one in sorted(told, key=lambda each: each.number):
        share = min(one.open, left)
        left -= share
        if share > 0:
            shares.append((one.invoice_id, one.number, share))
    reasons = {Reason.NUMBER} | _customer(line, told[0])
    if sum((one.open for one in told), Decimal()) == line.amount:
        reasons.add(Reason.AMOUNT)
    return Suggestion(told[0].customer_id, told[0].customer_name, shares, frozenset(reasons))


def _tells(line: StatementLine, one: Candidate) -> Reason | None:
    """Whether the text names the invoice: by a creditor reference (ISO 11649) or by its number."""
    number = plain(one.number)
    for match in re.finditer(r"RF\d\d" + re.escape(number), plain(line.remittance)):
        if is_creditor_reference(match[0]):
            return Reason.STRUCTURED_REFERENCE
    # A number is not named by a longer one that begins or ends like it; a date behind it makes it no longer.
    signs = r"[^A-Z0-9]*".join(re.escape(sign) for sign in number)
    named = re.search((r"(?<!\d)" if number[0].isdigit() else "") + signs + r"(?!\d)", line.remittance.upper())
    return Reason.NUMBER if named else None


def _customer(line: StatementLine, one: Candidate) -> set[Reason]:
    payer = plain(line.payer_name)
    is_named = bool(payer) and any(plain(name) and plain(name) in payer for name in (one.customer_name, one.legal_name))
    found = {Reason.KNOWN_ACCOUNT} if one.is_known_account else set()
    return found | {Reason.NAME} if is_named else found


def is_creditor_reference(text: str) -> bool:
    """Whether the check digits of `RF18…` fit (ISO 7064 mod 97-10)."""
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1

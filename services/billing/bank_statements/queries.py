"""Reading bank lines, each with what it may be for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.billing.bank_statements import store
from services.billing.bank_statements.model.lines import BankLine, LineState, NoSuchBankLine
from services.billing.bank_statements.model.matching import Suggestion, suggestions
from services.billing.bank_statements.store import FIELDS, bank_lines, with_payment
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work

SHOWN_AT_MOST = 3


@dataclass(frozen=True)
class LineFound:
    """A line, the payment that stands for it, and what it may be for while none does."""

    line: Row[Any]
    suggestions: list[Suggestion]

    @property
    def id(self) -> UUID:
        """The line's own."""
        found: UUID = self.line.id
        return found


async def listed(work: Work, *, state: LineState | None, cursor: str | None, limit: int) -> Page[LineFound]:
    """Lines, the newest first, with the best suggestions for those that wait."""
    work.actor.must(Permission.SEE_INVOICES)
    wanted = with_payment()
    standing = wanted.selected_columns.payment_id
    if state is not None:
        wanted = wanted.where(standing.is_(None) if state is LineState.UNMATCHED else standing.is_not(None))
    keys = (bank_lines.c.booked_on, bank_lines.c.id)
    found = await page(work.session, wanted, keys=keys, cursor=cursor, limit=limit, descending=True)
    waiting = [row.id for row in found.items if row.payment_id is None]
    candidates = await store.candidates(work, waiting) if waiting else {}
    return Page([_found(row, candidates.get(row.id, [])) for row in found.items], found.next)


async def line(work: Work, line_id: UUID) -> LineFound:
    """One line with every suggestion. Raises NoSuchBankLine."""
    work.actor.must(Permission.SEE_INVOICES)
    row = (await work.session.execute(with_payment().where(bank_lines.c.id == line_id))).one_or_none()
    if row is None:
        raise NoSuchBankLine()
    candidates = {} if row.payment_id else await store.candidates(work, [line_id])
    return _found(row, candidates.get(line_id, []))


def _found(row: Row[Any], candidates: list[Any]) -> LineFound:
    said = BankLine(**{name: getattr(row, name) for name in FIELDS})
    return LineFound(row, suggestions(said, candidates)[:SHOWN_AT_MOST])

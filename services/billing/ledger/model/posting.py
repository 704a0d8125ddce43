"""What an entry to be posted becomes in the books: on which accounts, and in the functional currency as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from services.billing.ledger.model.accounts import Chart, PostingRole
from services.billing.ledger.model.entries import JournalEntry, JournalLine, NewEntry, NewLine, check, entry_id
from services.billing.ledger.model.translation import Translation
from shared.period import Period


def in_books(entry: NewEntry, translation: Translation) -> NewEntry:
    """`entry` with what each line is in the functional currency; these amounts sum to nought as well.

    What rounding leaves over goes to rounding. Where lines leave the books at another rate, what is over goes to the
    entry's `difference`: onto its line of that role, or onto one of its own.
    """
    if entry.currency == translation.currency:
        return replace(entry, lines=[replace(line, functional_amount=line.amount) for line in entry.lines])
    lines = [_translated(line, translation) for line in entry.lines]
    over = sum((line.functional_amount or Decimal() for line in lines), Decimal())
    if not over:
        return replace(entry, lines=lines)
    leaves = any(line.functional_amount is not None for line in entry.lines)
    role = entry.difference if leaves else PostingRole.ROUNDING
    place = next((number for number, line in enumerate(lines) if line.account is role), None)
    if place is None:
        return replace(entry, lines=[*lines, NewLine(role, Decimal(), functional_amount=-over)])
    lines[place] = replace(lines[place], functional_amount=(lines[place].functional_amount or Decimal()) - over)
    return replace(entry, lines=lines)


def posted(entry: NewEntry, chart: Chart, translation: Translation, *, on: date, at: datetime, by: str) -> JournalEntry:
    """`entry` as it stands in the books from the day `on`; raises what `check` raises, and NoSuchAccount."""
    check(entry)
    service = entry.service or Period(entry.on, None)
    return JournalEntry(
        id=entry_id(entry.source),
        legal_entity=entry.legal_entity,
        currency=entry.currency,
        functional_currency=translation.currency,
        exchange_rate_id=translation.rate_id,
        posted_on=on,
        service_from=service.starts_on,
        service_before=service.ends_before or date.fromordinal(service.starts_on.toordinal() + 1),
        text=entry.text,
        thread_id=entry.thread_id,
        source=entry.source,
        reverses_id=entry.reverses_id,
        recorded_at=at,
        recorded_by=by,
        lines=tuple(_line(line, chart, on) for line in in_books(entry, translation).lines),
    )


def _translated(line: NewLine, translation: Translation) -> NewLine:
    known = line.functional_amount
    return replace(line, functional_amount=translation.of(line.amount) if known is None else known)


def _line(line: NewLine, chart: Chart, on: date) -> JournalLine:
    account = chart.account_for(line.account, narrowed_by=line.narrowed_by, on=on)
    return JournalLine(
        account_id=account.id,
        account=account.code,
        role=line.account if isinstance(line.account, PostingRole) else line.account.role,
        amount=line.amount,
        functional_amount=line.functional_amount or Decimal(),
        contract_id=line.contract_id,
        contract_line_id=line.contract_line_id,
        project_id=line.project_id,
    )

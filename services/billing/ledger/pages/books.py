"""The books as people see them: the journal and the trial balance of a legal entity."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.billing.exchange_rates.queries import exchange_rate
from services.billing.ledger import queries
from services.billing.ledger.model.accounts import NoBooks
from services.billing.ledger.model.entries import JournalEntry, SourceKind
from services.billing.permissions import Permission
from shared.pages import InWork, PageRoute, page
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _

BY_HAND = frozenset({SourceKind.ADJUSTMENT, SourceKind.OUTSIDE})
"""What is taken back here; the entries of a document are taken back by another document."""
IN_LEGS = frozenset({SourceKind.PAYMENT, SourceKind.WRITE_OFF, SourceKind.ALLOWANCE})
"""What is posted in several entries, each of which has the whole for its cause."""
router = APIRouter(prefix="/journal", route_class=PageRoute)
LegalEntity = Annotated[str | None, Query(alias="legal_entity", max_length=50)]


@router.get("")
async def journal(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    wanted: LegalEntity = None,
    account: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    """Every entry of a legal entity with its lines, the newest first."""
    codes = await queries.legal_entities_with_books(work)
    code = wanted or next(iter(codes), None)
    asked = queries.Wanted(code or "", account=account or None)
    found = await queries.entries(work, asked, cursor=rows.cursor, limit=rows.limit, descending=True)
    columns = (
        Column("posted_on", _("Day")),
        Column("text", _("Entry")),
        Column("account", _("Account"), lambda row: tuple(line.account for line in row.lines)),
        Column("debit", _("Debit"), lambda row: _side(row, 1), number=True, currency="currency"),
        Column("credit", _("Credit"), lambda row: _side(row, -1), number=True, currency="currency"),
    )
    listing = Listing.of(request, "journal", columns, found.items, next=found.next)
    names = (await queries.chart(work, code)).accounts if code else {}
    return page(
        request,
        "billing/ledger/journal.html",
        listing=listing,
        codes=codes,
        legal_entity=code,
        account=account,
        names=names,
        may_adjust=work.actor.may(Permission.ADJUST_LEDGER),
    )


@router.get("/trial-balance")
async def trial_balance(request: Request, work: InWork, wanted: LegalEntity = None) -> Response:
    """The balance of every account used, today."""
    codes = await queries.legal_entities_with_books(work)
    code = wanted or next(iter(codes), None)
    if code is not None and code not in codes:
        raise NoBooks(field="/legal_entity")
    balances = await queries.trial_balance(work, code, up_to=None) if code else []
    by_currency: dict[tuple[str, str], list[queries.Balance]] = {}
    for balance in balances:
        by_currency.setdefault((balance.currency, balance.functional_currency), []).append(balance)
    return page(
        request,
        "billing/ledger/trial_balance.html",
        codes=codes,
        legal_entity=code,
        by_currency=by_currency,
        in_books=queries.in_functional_currency(balances),
    )


@router.get("/entries/{entry_id}")
async def entry(request: Request, entry_id: UUID, work: InWork) -> Response:
    """One entry, and what it was posted for."""
    found = await queries.entry(work, entry_id)
    source = found.entry.source
    causes = {
        SourceKind.INVOICE: (_("Invoice"), f"/billing/invoices/{source.id}"),
        SourceKind.PAYMENT: (_("Payment"), f"/billing/payments/{source.id}"),
        SourceKind.RECOGNITION: (_("Recognition of revenue"), f"/billing/revenue/lines/{source.id}"),
        SourceKind.CREDIT_NOTE: (_("Credit note"), f"/billing/credit-notes/{source.id}"),
        SourceKind.WRITE_OFF: (_("Write-off"), f"/billing/write-offs/{source.id}"),
        SourceKind.ALLOWANCE: (_("Allowance"), f"/billing/allowance/{source.id}"),
        SourceKind.REVERSAL: (_("The entry it takes back"), f"/billing/journal/entries/{found.entry.reverses_id}"),
    }
    is_whole = source.leg == "1" or source.kind in IN_LEGS
    cause = causes.get(source.kind) if is_whole else None
    chart = await queries.chart(work, found.entry.legal_entity)
    rate_id = found.entry.exchange_rate_id
    return page(
        request,
        "billing/ledger/entry.html",
        entry=found.entry,
        rate=None if rate_id is None else await exchange_rate(work, rate_id),
        reversed_by=found.reversed_by_id,
        cause=cause,
        names=chart.accounts,
        today=work.now.date(),
        may_reverse=source.kind in BY_HAND and work.actor.may(Permission.ADJUST_LEDGER),
    )


def _side(entry: JournalEntry, sign: int) -> tuple[Decimal | None, ...]:
    """What stands on one side of an entry, line by line."""
    return tuple(line.amount * sign if line.amount * sign > 0 else None for line in entry.lines)

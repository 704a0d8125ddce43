"""Reading an account line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, Integer, Numeric, String, Uuid, column, select, text

from services.billing.ledger.model.accounts import AccountCode
from services.billing.ledger.queries import books_of
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work

# The balance runs over the whole account, so that each page begins where the one before has ended.
SHEET = text(
    """
    select entry.posted_on, entry.id as entry_id, line.position, entry.text, line.amount, entry.source_kind,
           entry.source_id, line.contract_id, entry.functional_currency, line.functional_amount,
           sum(line.amount) over sheet as balance, sum(line.functional_amount) over sheet as functional_balance
      from journal_lines line
      join journal_entries entry on entry.id = line.entry_id
      join ledger_accounts account on account.id = line.account_id
     where account.legal_entity = :legal_entity and account.code = :account and entry.currency = :currency
    window sheet as (order by entry.posted_on, entry.id, line.position)
    """
)
KEYS = (column("posted_on", Date), column("entry_id", Uuid), column("position", Integer))
COLUMNS = (
    *KEYS,
    column("text", String),
    column("amount", Numeric),
    column("source_kind", String),
    column("source_id", Uuid),
    column("contract_id", Uuid),
    column("balance", Numeric),
    column("functional_currency", String),
    column("functional_amount", Numeric),
    column("functional_balance", Numeric),
)
CURRENCIES = text(
    """
    select distinct entry.currency from journal_entries entry
      join journal_lines line on line.entry_id = entry.id
      join ledger_accounts account on account.id = line.account_id
     where account.legal_entity = :legal_entity and account.code = :account order by entry.currency
    """
)


@dataclass(frozen=True)
class SheetLine:
    """One side of an entry on the account and what that stands at after it; debit positive, in both currencies."""

    posted_on: date
    entry_id: UUID
    position: int
    text: str
    amount: Decimal
    source_kind: str
    source_id: UUID
    contract_id: UUID | None
    balance: Decimal
    functional_currency: str
    functional_amount: Decimal
    functional_balance: Decimal


async def account_sheet(
    work: Work,
    *,
    legal_entity: str,
    account: str,
    currency: str,
    starts_on: date | None,
    cursor: str | None,
    limit: int,
) -> Page[SheetLine]:
    """What was posted to an account, from a day on if one is given, by day. Raises NoBooks, NoSuchAccount."""
    work.actor.must(Permission.SEE_LEDGER)
    (await books_of(work, legal_entity)).account_for(AccountCode(account))
    asked = {"legal_entity": legal_entity, "account": account, "currency": currency}
    sheet = SHEET.bindparams(**asked).columns(*COLUMNS).subquery("sheet")
    rows = select(*COLUMNS).select_from(sheet)
    if starts_on is not None:
        rows = rows.where(sheet.c.posted_on >= starts_on)
    found = await page(work.session, rows, keys=KEYS, cursor=cursor, limit=limit)
    return Page([SheetLine(*tuple(row)) for row in found.items], found.next)


async def currencies_on(work: Work, *, legal_entity: str, account: str) -> list[str]:
    """The currencies that an account has lines in."""
    work.actor.must(Permission.SEE_LEDGER)
    values = {"legal_entity": legal_entity, "account": account}
    return list(await work.session.scalars(CURRENCIES, values))

"""Laying the journal, the sealed bytes and the ERP's answers side by side.

What is sealed is read from the bytes that were sealed, not from the journal, so that a change of either shows.
Of an entry that was corrected, its last batch counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, Integer, Numeric, String, TextClause, Uuid, column, select, text

from services.billing.ledger.queries import books_of
from services.billing.permissions import Permission
from services.billing.reconciliation.model import AccountInThreePlaces, Cause, Deviation, Reconciliation
from shared.database import Page, page
from shared.period import month_of
from shared.work import Work

BESIDE = """
with told as materialized (
    select distinct on (said ->> 'id') cast(said ->> 'id' as uuid) as entry_id, batch.id as batch_id,
           batch.number as batch_number, said
      from export_batches batch
      cross join lateral regexp_split_to_table(convert_from(batch.canonical, 'UTF8'), E'\\n') as raw
      cross join lateral (select cast(raw as jsonb) as said where raw <> '') as parsed
     where batch.legal_entity = :legal_entity and batch.period_starts_on = :starts_on and batch.currency = :currency
     order by said ->> 'id', batch.number desc
),
journal as materialized (
    select id, posted_on, text from journal_entries
     where legal_entity = :legal_entity and currency = :currency
       and posted_on >= :starts_on and posted_on < :ends_before
),
posted as (
    select line.entry_id, account.code as account, sum(line.amount) as amount
      from journal_lines line
      join journal on journal.id = line.entry_id
      join ledger_accounts account on account.id = line.account_id
     group by 1, 2
),
sealed as (
    select told.entry_id, line ->> 'account' as account, sum(cast(line ->> 'amount' as numeric)) as amount
      from told cross join lateral jsonb_array_elements(told.said -> 'lines') as line
     group by 1, 2
),
answered as (
    select told.entry_id, last.verdict, last.reason
      from told
      left join lateral (
          select verdict, reason from entry_answers
           where batch_id = told.batch_id and entry_id = told.entry_id order by attempt desc limit 1
      ) as last on true
),
sides as (
    select entry_id, account, coalesce(posted.amount, 0) as ledger, coalesce(sealed.amount, 0) as sealed
      from posted full join sealed using (entry_id, account)
),
causes as (
    select sides.entry_id,
           case when told.entry_id is null then 'unsealed'
                when bool_or(sides.ledger <> sides.sealed) then 'changed'
                when answered.verdict is null then 'waiting'
                when answered.verdict = 'rejected' then 'rejected' end as cause,
           sum(greatest(sides.ledger, sides.sealed, 0)) as amount
      from sides
      left join told on told.entry_id = sides.entry_id
      left join answered on answered.entry_id = sides.entry_id
     group by sides.entry_id, told.entry_id, answered.verdict
)
"""
ACCOUNTS = text(
    f"""
    {BESIDE}
    select sides.account, coalesce(account.name, '') as name, sum(sides.ledger) as ledger, sum(sides.sealed) as sealed,
           sum(case when answered.verdict = 'accepted' then sides.sealed else 0 end) as accepted,
           cast(count(causes.cause) as integer) as deviating
      from sides
      join causes on causes.entry_id = sides.entry_id
      left join answered on answered.entry_id = sides.entry_id
      left join ledger_accounts account on account.legal_entity = :legal_entity and account.code = sides.account
     group by sides.account, account.name order by sides.account
    """  # noqa: S608 - put together from constants
)
DEVIATIONS = text(
    f"""
    {BESIDE}
    select coalesce(journal.posted_on, cast(told.said ->> 'posted_on' as date)) as posted_on, causes.entry_id,
           causes.cause, coalesce(journal.text, told.said ->> 'text') as text, causes.amount, told.batch_id,
           told.batch_number, answered.reason
      from causes
      left join journal on journal.id = causes.entry_id
      left join told on told.entry_id = causes.entry_id
      left join answered on answered.entry_id = causes.entry_id
     where causes.cause is not null
    """  # noqa: S608 - put together from constants
)
KEYS = (column("posted_on", Date), column("entry_id", Uuid))
COLUMNS = (
    *KEYS,
    column("cause", String),
    column("text", String),
    column("amount", Numeric),
    column("batch_id", Uuid),
    column("batch_number", Integer),
    column("reason", String),
)


@dataclass(frozen=True)
class Part:
    """A month and currency of a legal entity."""

    legal_entity: str
    starts_on: date
    currency: str


async def reconciliation(work: Work, part: Part) -> Reconciliation:
    """Every account that the month moved, in the journal, in its batches and with the ERP. Raises NoBooks."""
    work.actor.must(Permission.SEE_LEDGER)
    await books_of(work, part.legal_entity)
    rows = await work.session.execute(_of(ACCOUNTS, part))
    return Reconciliation([AccountInThreePlaces(**row._mapping) for row in rows])


async def deviations(work: Work, part: Part, *, cursor: str | None, limit: int) -> Page[Deviation]:
    """The entries that are not accepted just as they are in the journal, by day. Raises NoBooks."""
    work.actor.must(Permission.SEE_LEDGER)
    await books_of(work, part.legal_entity)
    found = _of(DEVIATIONS, part).columns(*COLUMNS).subquery("deviations")
    listed = await page(work.session, select(*COLUMNS).select_from(found), keys=KEYS, cursor=cursor, limit=limit)
    told = [Deviation(**{**row._mapping, "cause": Cause(row.cause)}) for row in listed.items]
    return Page(told, listed.next)


def _of(statement: TextClause, part: Part) -> TextClause:
    return statement.bindparams(
        legal_entity=part.legal_entity,
        starts_on=part.starts_on,
        ends_before=month_of(part.starts_on).ends_before,
        currency=part.currency,
    )

"""Contract balances on a day: what the documents come to beside what the ledger says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric, String, Uuid, column, func, select, text

from services.billing.permissions import Permission
from shared.database import Page, page
from shared.period import Period
from shared.work import Work

# Documents first: revenue as runs and accruals have it, invoices and credit notes as issued; from the day of posting.
BALANCES = text(
    """
    with recognised as (
        select line.contract_id, sum(line.amount) as amount from recognised_lines line
          join journal_entries entry on entry.id = line.entry_id
         where entry.legal_entity = :legal_entity and entry.posted_on <= :on group by line.contract_id
    ), accrued as (
        select accrual.contract_id, sum(accrual.amount) as amount from revenue_accruals accrual
         where accrual.legal_entity = :legal_entity
           and exists (select from journal_entries where source_kind = 'accrual' and source_id = accrual.id
                          and posted_on <= :on)
           and not exists (select from journal_entries made join journal_entries back on back.reverses_id = made.id
                            where made.source_kind = 'accrual' and made.source_id = accrual.id
                              and back.posted_on <= :on)
         group by accrual.contract_id
    ), billed as (
        select line.contract_id, sum(line.net) as amount
          from (select invoice_id as id, contract_id, net, 'invoice' as kind from invoice_lines
                union all select credit_note_id, contract_id, -net, 'credit_note' from credit_note_lines) line
          join journal_entries entry on entry.source_kind = line.kind and entry.source_id = line.id
         where entry.legal_entity = :legal_entity and entry.posted_on <= :on group by line.contract_id
    ), posted as (
        select line.contract_id, sum(line.amount) as amount from journal_lines line
          join journal_entries entry on entry.id = line.entry_id
         where entry.legal_entity = :legal_entity and entry.posted_on <= :on and line.contract_id is not null
           and line.role in ('contract_asset', 'contract_liability') group by line.contract_id
    )
    select contract.number, contract.id as contract_id, contract.name, customer.name as customer, contract.currency,
           coalesce(recognised.amount, 0) + coalesce(accrued.amount, 0) as recognised,
           coalesce(billed.amount, 0) as billed,
           greatest(coalesce(posted.amount, 0), 0) as contract_asset,
           greatest(-coalesce(posted.amount, 0), 0) as contract_liability,
           coalesce(posted.amount, 0) - coalesce(recognised.amount, 0) - coalesce(accrued.amount, 0)
             + coalesce(billed.amount, 0) as difference
      from contracts contract
      join customers customer on customer.id = contract.customer_id
      left join recognised on recognised.contract_id = contract.id
      left join accrued on accrued.contract_id = contract.id
      left join billed on billed.contract_id = contract.id
      left join posted on posted.contract_id = contract.id
     where coalesce(recognised.amount, accrued.amount, billed.amount, posted.amount) is not null
    """
)
NUMBER = column("number", String)
COLUMNS = (
    NUMBER,
    column("contract_id", Uuid),
    column("name", String),
    column("customer", String),
    column("currency", String),
    *(column(name, Numeric) for name in ("recognised", "billed", "contract_asset", "contract_liability", "difference")),
)
IN_THE_LEDGER = text(
    """
    select entry.currency, sum(line.amount) as on_accounts,
           coalesce(sum(line.amount) filter (where line.contract_id is not null and line.role is not null), 0)
             as of_contracts
      from journal_lines line
      join journal_entries entry on entry.id = line.entry_id
     where entry.legal_entity = :legal_entity and entry.posted_on <= :on
       and (line.role in ('contract_asset', 'contract_liability')
            or line.role is null and line.account_id in (
                 select account_id from posting_roles where legal_entity = :legal_entity
                    and role in ('contract_asset', 'contract_liability')))
     group by entry.currency order by entry.currency
    """
)


@dataclass(frozen=True)
class ContractBalance:
    """One contract on a day; `difference` is what the ledger has and no document explains."""

    number: str
    contract_id: UUID
    name: str
    customer: str
    currency: str
    recognised: Decimal
    billed: Decimal
    contract_asset: Decimal
    contract_liability: Decimal
    difference: Decimal


@dataclass(frozen=True)
class Agreement:
    """What the accounts of contract balances come to in one currency, and how much of it is of no contract."""

    currency: str
    on_accounts: Decimal
    of_contracts: Decimal

    @property
    def unassigned(self) -> Decimal:
        """Posted to these accounts by hand, without a contract."""
        return self.on_accounts - self.of_contracts


async def contract_balances(
    work: Work, *, legal_entity: str, on: date, cursor: str | None, limit: int
) -> Page[ContractBalance]:
    """Where the contracts of a legal entity stand on the evening of a day, by number."""
    work.actor.must(Permission.SEE_LEDGER)
    balances = BALANCES.bindparams(legal_entity=legal_entity, on=on).columns(*COLUMNS).subquery("balances")
    rows = select(*COLUMNS).select_from(balances)
    found = await page(work.session, rows, keys=(NUMBER,), cursor=cursor, limit=limit)
    return Page([ContractBalance(*tuple(row)) for row in found.items], found.next)


async def agreement(work: Work, *, legal_entity: str, on: date) -> Sequence[Agreement]:
    """What the ledger says of all contracts together, by currency."""
    work.actor.must(Permission.SEE_LEDGER)
    rows = await work.session.execute(IN_THE_LEDGER, {"legal_entity": legal_entity, "on": on})
    return [Agreement(*row) for row in rows]


async def unexplained_contracts(work: Work, legal_entity: str, month: Period) -> int:
    """How many contracts differ from their documents at the end of a month, for other features of billing."""
    on = list(month.days())[-1]
    balances = BALANCES.bindparams(legal_entity=legal_entity, on=on).columns(*COLUMNS).subquery("balances")
    differing = select(func.count()).select_from(balances).where(balances.c.difference != 0)
    return int(await work.session.scalar(differing) or 0)

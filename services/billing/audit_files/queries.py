"""Reading the books of some months for an audit file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row, text

from services.billing.audit_files.model.audit_file import (
    AccountBalances,
    AuditEntry,
    AuditFile,
    AuditLine,
    Company,
    CustomerBalances,
)
from services.billing.audit_files.model.saft import as_saft
from services.billing.ledger.queries import books_of
from services.billing.permissions import Permission
from shared.period import Period
from shared.work import Work

COMPANY = text(
    """
    select name, street, postal_code, city, country, tax_registration, functional_currency, iban
      from legal_entities where code = :legal_entity
    """
)
ACCOUNTS = text(
    """
    select account.code, account.name,
           coalesce(sum(line.functional_amount) filter (where entry.posted_on < :starts_on), 0) as opening,
           coalesce(sum(line.functional_amount), 0) as closing
      from ledger_accounts account
      left join (journal_lines line
                 join journal_entries entry on entry.id = line.entry_id and entry.posted_on < :before)
        on line.account_id = account.id
     where account.legal_entity = :legal_entity
     group by account.code, account.name order by account.code
    """
)
CUSTOMERS = text(
    """
    select customer.id, customer.legal_name, customer.street, customer.postal_code, customer.city, customer.country,
           customer.tax_id,
           coalesce(sum(line.functional_amount) filter (where entry.posted_on < :starts_on), 0) as opening,
           sum(line.functional_amount) as closing
      from journal_entries entry
      join journal_lines line on line.entry_id = entry.id and line.role = 'receivable'
      join contracts contract on contract.id = line.contract_id
      join customers customer on customer.id = contract.customer_id
     where entry.legal_entity = :legal_entity and entry.posted_on < :before
     group by customer.id, customer.legal_name, customer.street, customer.postal_code, customer.city,
              customer.country, customer.tax_id
     order by customer.legal_name, customer.id
    """
)
# An entry that was corrected is in more batches than one; the last is where the ERP has it.
LINES = text(
    """
    select entry.id, entry.posted_on, entry.text, entry.source_kind, entry.source_id, entry.currency,
           entry.functional_currency, entry.recorded_at, entry.recorded_by,
           (select max(batch.number) from export_batch_entries sealed
              join export_batches batch on batch.id = sealed.batch_id where sealed.entry_id = entry.id) as batch,
           line.position, account.code as account, line.amount, line.functional_amount, line.project_id,
           case when line.role = 'receivable' then contract.customer_id end as customer_id
      from journal_entries entry
      join journal_lines line on line.entry_id = entry.id
      join ledger_accounts account on account.id = line.account_id
      left join contracts contract on contract.id = line.contract_id
     where entry.legal_entity = :legal_entity and entry.posted_on >= :starts_on and entry.posted_on < :before
     order by entry.source_kind, entry.posted_on, entry.id, line.position
    """
)
ENTRY = (
    *("id", "posted_on", "text", "source_kind", "source_id", "currency"),
    *("functional_currency", "recorded_at", "recorded_by", "batch"),
)
LINE = ("position", "account", "amount", "functional_amount", "project_id", "customer_id")


async def saft(work: Work, legal_entity: str, months: Period) -> bytes:
    """The books of some months as a SAF-T file. Raises NoBooks, FinerThanCents."""
    work.actor.must(Permission.SEE_LEDGER)
    await books_of(work, legal_entity)
    asked = {"legal_entity": legal_entity, "starts_on": months.starts_on, "before": months.ends_before or date.max}
    company = (await work.session.execute(COMPANY, {"legal_entity": legal_entity})).one()
    file = AuditFile(
        company=Company(*company),
        months=months,
        accounts=[AccountBalances(*row) for row in await work.session.execute(ACCOUNTS, asked)],
        customers=[CustomerBalances(*row) for row in await work.session.execute(CUSTOMERS, asked)],
        entries=_entries((await work.session.execute(LINES, asked)).all()),
        made_on=work.now.date(),
        made_by=work.actor.subject,
    )
    return as_saft(file)


def _entries(rows: Sequence[Row[Any]]) -> list[AuditEntry]:
    entries = []
    for of_entry, lines in groupby(rows, key=lambda row: tuple(getattr(row, name) for name in ENTRY)):
        said = dict(zip(ENTRY, of_entry, strict=True))
        entries.append(AuditEntry(**said, lines=[AuditLine(*(getattr(row, name) for name in LINE)) for row in lines]))
    return entries

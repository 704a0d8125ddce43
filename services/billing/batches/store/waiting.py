"""What waits to be sealed: the entries of a month and currency that are in no batch, and the accounts they use."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Uuid, case, column, func, select, table

from services.billing.batches.model.batch import Scope
from services.billing.batches.store.batches import journal, unsealed_in_scope
from shared.work import Work

lines = table("journal_lines", column("entry_id", Uuid), column("account_id", Uuid), column("amount"))
accounts = table("ledger_accounts", column("id", Uuid), column("code"), column("name"))


async def counted(work: Work, scope: Scope) -> tuple[int, Decimal, Decimal]:
    """How many entries wait, and the sums of their debits and credits."""
    amount = lines.c.amount
    sums = (
        select(
            func.count(journal.c.id.distinct()),
            func.coalesce(func.sum(case((amount > 0, amount), else_=0)), 0),
            func.coalesce(func.sum(case((amount < 0, -amount), else_=0)), 0),
        )
        .join_from(journal, lines, lines.c.entry_id == journal.c.id)
        .where(*unsealed_in_scope(scope))
    )
    entries, debit, credit = (await work.session.execute(sums)).one()
    return entries, debit, credit


async def accounts_used(work: Work, scope: Scope) -> dict[str, str]:
    """The accounts that waiting entries use, by code, with their names."""
    used = (
        select(accounts.c.code, accounts.c.name)
        .distinct()
        .join_from(journal, lines, lines.c.entry_id == journal.c.id)
        .join(accounts, accounts.c.id == lines.c.account_id)
        .where(*unsealed_in_scope(scope))
        .order_by(accounts.c.code)
    )
    return {code: name for code, name in await work.session.execute(used)}

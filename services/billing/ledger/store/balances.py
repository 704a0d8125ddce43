"""What stands on accounts, in the currency of the entries and in that of the books."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ARRAY, String, Uuid, any_, cast, column, func, select, table, text

from services.billing.ledger.model.accounts import POSITION_ROLES, PostingRole
from services.billing.ledger.model.entries import SourceKind
from services.billing.ledger.model.positions import ContractPosition, Standing
from services.billing.ledger.store import journal_entries, journal_lines
from shared.work import Work

LOCK_CONTRACTS = text("select id from contracts where id = any(cast(:ids as uuid[])) order by id for update")
# In which currency a legal entity keeps its books.
books = table("legal_entities", column("code", String), column("functional_currency", String))


async def locked_positions(work: Work, contract_ids: Iterable[UUID]) -> dict[UUID, ContractPosition]:
    """What stands on the two accounts of these contracts, which nobody else changes before this work ends."""
    wanted = list(contract_ids)
    await work.session.execute(LOCK_CONTRACTS, {"ids": wanted})
    line = journal_lines.c
    role = line.role
    sums = (
        select(line.contract_id, role, func.sum(line.amount), func.sum(line.functional_amount))
        .where(line.contract_id == any_(cast(wanted, ARRAY(Uuid))), role.in_(POSITION_ROLES))
        .group_by(line.contract_id, role)
    )
    found: dict[UUID, dict[PostingRole, Standing]] = {}
    for contract_id, of_role, balance, functional in await work.session.execute(sums):
        found.setdefault(contract_id, {})[of_role] = Standing(balance, functional)
    return {
        one: ContractPosition(
            asset=balances.get(PostingRole.CONTRACT_ASSET, Standing()),
            liability=balances.get(PostingRole.CONTRACT_LIABILITY, Standing()),
        )
        for one, balances in found.items()
    }


async def functional_currencies(work: Work, legal_entities: Collection[str]) -> dict[str, str]:
    """The currency that each of these legal entities keeps its books in."""
    rows = await work.session.execute(
        select(books.c.code, books.c.functional_currency).where(books.c.code.in_(legal_entities))
    )
    return {row.code: row.functional_currency for row in rows}


async def by_source(
    work: Work, kind: SourceKind, ids: Collection[UUID], *, functional_currency: str
) -> dict[tuple[UUID, PostingRole], Standing]:
    """What was posted for each of these, whatever the leg, by role; as far as it was translated into that currency."""
    entry, line = journal_entries.c, journal_lines.c
    sums = (
        select(entry.source_id, line.role, func.sum(line.amount), func.sum(line.functional_amount))
        .join_from(journal_entries, journal_lines, line.entry_id == entry.id)
        .where(
            entry.source_kind == kind,
            entry.source_id == any_(cast(list(ids), ARRAY(Uuid))),
            entry.functional_currency == functional_currency,
            line.role.is_not(None),
        )
        .group_by(entry.source_id, line.role)
    )
    return {(id, role): Standing(*sum_) for id, role, *sum_ in await work.session.execute(sums)}


async def by_contract(
    work: Work, role: PostingRole, contract_ids: Collection[UUID], *, functional_currency: str
) -> dict[UUID, Standing]:
    """What stands on a role of each of these contracts, as far as it was translated into that currency."""
    entry, line = journal_entries.c, journal_lines.c
    sums = (
        select(line.contract_id, func.sum(line.amount), func.sum(line.functional_amount))
        .join_from(journal_lines, journal_entries, line.entry_id == entry.id)
        .where(
            line.contract_id == any_(cast(list(contract_ids), ARRAY(Uuid))),
            line.role == role,
            entry.functional_currency == functional_currency,
        )
        .group_by(line.contract_id)
    )
    return {contract_id: Standing(*sum_) for contract_id, *sum_ in await work.session.execute(sums)}

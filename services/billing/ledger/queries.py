"""Reading the books: chart, journal, trial balance, what stands on one contract."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, and_, case, exists, func, select

from services.billing.ledger import store
from services.billing.ledger.model.accounts import AccountKind, Chart, NoBooks, PostingRole
from services.billing.ledger.model.entries import JournalEntry, SourceKind
from services.billing.ledger.model.positions import Standing
from services.billing.ledger.store import balances as sums
from services.billing.ledger.store import journal_entries, journal_lines, ledger_accounts
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.period import Period
from shared.work import Work


@dataclass(frozen=True)
class Wanted:
    """Which entries somebody looks for; None means any."""

    legal_entity: str
    period: Period | None = None
    account: str | None = None
    source_kind: SourceKind | None = None
    source_id: UUID | None = None


@dataclass(frozen=True)
class Balance:
    """The sum of one account in one currency, and what of it in the functional currency; debit positive."""

    account: str
    name: str
    kind: AccountKind
    currency: str
    balance: Decimal
    functional_currency: str
    functional_balance: Decimal


@dataclass(frozen=True)
class EntryInFull:
    """An entry, and the one that takes it back, if there is one."""

    entry: JournalEntry
    reversed_by_id: UUID | None


@dataclass(frozen=True)
class ContractBooks:
    """What the books say of one contract: net amounts in its currency."""

    currency: str | None
    recognised: Decimal
    billed: Decimal
    contract_balance: Decimal


async def chart(work: Work, legal_entity: str) -> Chart:
    """The chart of a legal entity; empty for an unknown one."""
    work.actor.must(Permission.SEE_CHART)
    return await store.chart_of(work, legal_entity)


async def books_of(work: Work, legal_entity: str) -> Chart:
    """The chart of a legal entity, for other features of billing; raises NoBooks."""
    found = await store.chart_of(work, legal_entity)
    if not found.accounts:
        raise NoBooks(field="/legal_entity")
    return found


async def functional_currency(work: Work, legal_entity: str) -> str:
    """The currency that a legal entity keeps its books in; raises NoBooks."""
    found = await sums.functional_currencies(work, [legal_entity])
    if legal_entity not in found:
        raise NoBooks(field="/legal_entity")
    return found[legal_entity]


async def posted_for(
    work: Work, kind: SourceKind, ids: Collection[UUID], *, functional_currency: str
) -> dict[tuple[UUID, PostingRole], Standing]:
    """What was posted for each of these by role, in both currencies, for other features of billing."""
    return await sums.by_source(work, kind, ids, functional_currency=functional_currency)


async def standing_of_contracts(
    work: Work, role: PostingRole, contract_ids: Collection[UUID], *, functional_currency: str
) -> dict[UUID, Standing]:
    """What stands on a role of each of these contracts, as far as it was translated, for other features of billing."""
    return await sums.by_contract(work, role, contract_ids, functional_currency=functional_currency)


async def legs_of(work: Work, kind: SourceKind, source_id: UUID) -> list[str]:
    """The legs that were posted for one source, for other features of billing."""
    of_source = (journal_entries.c.source_kind == kind, journal_entries.c.source_id == source_id)
    return list(await work.session.scalars(select(journal_entries.c.source_leg).where(*of_source)))


async def entries(
    work: Work, wanted: Wanted, *, cursor: str | None, limit: int, descending: bool = False
) -> Page[JournalEntry]:
    """The journal in the order of its days, or the newest first, with lines."""
    work.actor.must(Permission.SEE_LEDGER)
    rows = select(journal_entries.c.posted_on, journal_entries.c.id).where(*_conditions(wanted))
    keys: list[Column[date] | Column[UUID]] = [journal_entries.c.posted_on, journal_entries.c.id]
    found = await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=descending)
    by_id = {one.id: one for one in await store.entries_by_id(work, [row.id for row in found.items])}
    return Page([by_id[row.id] for row in found.items], found.next)


async def entry(work: Work, entry_id: UUID) -> EntryInFull:
    """One entry; raises NoSuchEntry."""
    work.actor.must(Permission.SEE_LEDGER)
    one = await store.get(work, entry_id)
    reversal = select(journal_entries.c.id).where(journal_entries.c.reverses_id == entry_id)
    return EntryInFull(one, await work.session.scalar(reversal))


async def entries_in_full(work: Work, ids: Sequence[UUID]) -> list[JournalEntry]:
    """The entries with these ids, for other features of billing."""
    return await store.entries_by_id(work, ids)


async def trial_balance(work: Work, legal_entity: str, *, up_to: date | None) -> list[Balance]:
    """The balance of every account used, with the entries up to and including the day `up_to`."""
    work.actor.must(Permission.SEE_LEDGER)
    entries, lines, accounts = journal_entries.c, journal_lines.c, ledger_accounts.c
    wanted = [entries.legal_entity == legal_entity]
    if up_to is not None:
        wanted.append(entries.posted_on <= up_to)
    account = (accounts.code, accounts.name, accounts.kind, entries.currency)
    balances = (
        select(*account, func.sum(lines.amount), entries.functional_currency, func.sum(lines.functional_amount))
        .join_from(journal_entries, journal_lines, lines.entry_id == entries.id)
        .join(ledger_accounts, accounts.id == lines.account_id)
        .where(*wanted)
        .group_by(*account, entries.functional_currency)
        .order_by(accounts.code, entries.currency)
    )
    return [Balance(*row) for row in await work.session.execute(balances)]


def in_functional_currency(balances: Sequence[Balance]) -> list[Balance]:
    """The balances of all currencies together, in the functional one; nothing where there is no other currency."""
    if all(one.currency == one.functional_currency for one in balances):
        return []
    together: dict[tuple[str, str], Balance] = {}
    for one in balances:
        place = (one.account, one.functional_currency)
        total = one.functional_balance + (together[place].balance if place in together else 0)
        together[place] = replace(one, currency=one.functional_currency, balance=total, functional_balance=total)
    return [one for one in together.values() if one.balance]


async def contract_books(work: Work, contract_id: UUID) -> ContractBooks:
    """Recognised and billed net of tax, and what is left on the contract balance accounts."""
    work.actor.must(Permission.SEE_LEDGER)
    role, amount = journal_lines.c.role, journal_lines.c.amount

    def total(*roles: PostingRole) -> Any:
        return func.coalesce(func.sum(case((role.in_(roles), amount), else_=0)), 0)

    row = (
        await work.session.execute(
            select(
                func.min(journal_entries.c.currency).label("currency"),
                (-total(PostingRole.REVENUE)).label("recognised"),
                total(PostingRole.RECEIVABLE, PostingRole.OUTPUT_TAX, PostingRole.CASH).label("billed"),
                total(PostingRole.CONTRACT_ASSET, PostingRole.CONTRACT_LIABILITY).label("contract_balance"),
            )
            .join_from(journal_lines, journal_entries, journal_entries.c.id == journal_lines.c.entry_id)
            .where(journal_lines.c.contract_id == contract_id)
        )
    ).one()
    return ContractBooks(row.currency, row.recognised, row.billed, row.contract_balance)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    entries = journal_entries.c
    conditions = [entries.legal_entity == wanted.legal_entity]
    if wanted.period is not None:
        conditions += [entries.posted_on >= wanted.period.starts_on, entries.posted_on < wanted.period.ends_before]
    if wanted.source_kind is not None:
        conditions.append(entries.source_kind == wanted.source_kind)
    if wanted.source_id is not None:
        conditions.append(entries.source_id == wanted.source_id)
    if wanted.account is not None:
        on_account = and_(
            journal_lines.c.entry_id == entries.id,
            journal_lines.c.account_id == ledger_accounts.c.id,
            ledger_accounts.c.legal_entity == wanted.legal_entity,
            ledger_accounts.c.code == wanted.account,
        )
        conditions.append(exists(select(1).where(on_account).correlate(journal_entries)))
    return conditions


async def legal_entities_with_books(work: Work) -> list[str]:
    """The codes of the legal entities that have a chart, sorted."""
    work.actor.must(Permission.SEE_CHART)
    codes = select(ledger_accounts.c.legal_entity).distinct().order_by(ledger_accounts.c.legal_entity)
    return list(await work.session.scalars(codes))


async def balance_by_source(
    work: Work, legal_entity: str, role: PostingRole, *, up_to: date
) -> dict[tuple[str, SourceKind], Decimal]:
    """What stands on the account of `role`, by currency and by what it was posted for, for other features."""
    entries, lines = journal_entries.c, journal_lines.c
    code = (await store.chart_of(work, legal_entity)).roles.get(role)
    of_account = and_(ledger_accounts.c.legal_entity == legal_entity, ledger_accounts.c.code == code)
    sums = (
        select(entries.currency, entries.source_kind, func.sum(lines.amount))
        .join_from(journal_lines, journal_entries, lines.entry_id == entries.id)
        .join(ledger_accounts, ledger_accounts.c.id == lines.account_id)
        .where(of_account, entries.posted_on <= up_to)
        .group_by(entries.currency, entries.source_kind)
    )
    return {(currency, kind): total for currency, kind, total in await work.session.execute(sums)}


async def balance_of(work: Work, legal_entity: str, role: PostingRole, *, up_to: date) -> dict[str, Decimal]:
    """What stands on the account of `role`, by currency, for other features."""
    found: dict[str, Decimal] = {}
    for (currency, _), total in (await balance_by_source(work, legal_entity, role, up_to=up_to)).items():
        found[currency] = found.get(currency, Decimal()) + total
    return found


async def functional_balance_of(work: Work, legal_entity: str, role: PostingRole, *, up_to: date) -> dict[str, Decimal]:
    """What stands on the account of `role` in the functional currency, by the currency of its entries, for others."""
    entries, lines = journal_entries.c, journal_lines.c
    code = (await store.chart_of(work, legal_entity)).roles.get(role)
    of_account = and_(ledger_accounts.c.legal_entity == legal_entity, ledger_accounts.c.code == code)
    translated = entries.functional_currency == await functional_currency(work, legal_entity)
    balances = (
        select(entries.currency, func.sum(lines.functional_amount))
        .join_from(journal_lines, journal_entries, lines.entry_id == entries.id)
        .join(ledger_accounts, ledger_accounts.c.id == lines.account_id)
        .where(of_account, entries.posted_on <= up_to, translated)
        .group_by(entries.currency)
    )
    return {currency: total for currency, total in await work.session.execute(balances)}

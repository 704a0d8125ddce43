"""What is done with the books: open a chart, post, reverse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.billing.exchange_rates.actions import rates_on
from services.billing.ledger import store
from services.billing.ledger.model.accounts import (
    POSITION_ROLES,
    AccountCode,
    AccountKind,
    AccountTaken,
    Chart,
    LedgerAccount,
    NoBooks,
    NoSuchAccount,
    PostingRole,
    PostingRule,
    first_chart,
    lacking,
)
from services.billing.ledger.model.entries import (
    AlreadyReversed,
    EntryDiffers,
    JournalEntry,
    NewEntry,
    NewLine,
    Source,
    SourceKind,
    check,
    entry_id,
    reversal_of,
    same_posting,
)
from services.billing.ledger.model.positions import contracts_of, settlement, split
from services.billing.ledger.model.posting import posted
from services.billing.ledger.model.translation import Translation
from services.billing.ledger.store import balances
from services.billing.periods.actions import day_to_post
from services.billing.permissions import Permission
from shared.period import month_of
from shared.work import Work


async def open_chart(work: Work, legal_entity: str) -> None:
    """Give a new legal entity its first accounts and posting roles; a second time changes nothing."""
    await store.add_chart(work, first_chart(legal_entity))


async def create_account(
    work: Work, account_id: UUID, *, legal_entity: str, code: str, name: str, kind: AccountKind
) -> LedgerAccount:
    """Add an account to the chart of a legal entity that has one."""
    work.actor.must(Permission.KEEP_CHART)
    chart = await store.chart_of(work, legal_entity)
    if not chart.accounts:
        raise NoBooks(field="/legal_entity")
    if code in chart.accounts:
        raise AccountTaken(field="/code")
    account = LedgerAccount(account_id, legal_entity, code, name, kind)
    await store.add_account(work, account)
    return account


async def give_posting_role(work: Work, account_id: UUID, role: PostingRole) -> LedgerAccount:
    """Let an account take everything that is posted to `role` from now on; what is posted stays where it is."""
    work.actor.must(Permission.KEEP_CHART)
    account = await store.account(work, account_id)
    if account is None:
        raise NoSuchAccount()
    await store.give_role(work, account, role)
    return account


async def set_posting_rule(
    work: Work,
    rule_id: UUID,
    *,
    legal_entity: str,
    role: PostingRole,
    narrowed_by: str,
    account: str,
    starts_on: date,
) -> PostingRule:
    """Say which account takes a role from a day on, or a part of it; raises NoBooks, NoSuchAccount.

    What is posted stays where it is. Said again for the same day, it is the next version, which counts.
    """
    work.actor.must(Permission.KEEP_CHART)
    chart = await store.chart_of(work, legal_entity)
    if not chart.accounts:
        raise NoBooks(field="/legal_entity")
    chart.account_for(AccountCode(account))
    place = (role, narrowed_by, starts_on)
    version = sum((rule.role, rule.narrowed_by, rule.starts_on) == place for rule in chart.rules) + 1
    rule = PostingRule(
        rule_id, legal_entity, role, narrowed_by, account, starts_on, version, work.now, work.actor.subject
    )
    await store.add_rule(work, rule)
    return rule


async def post_entry(work: Work, entry: NewEntry) -> JournalEntry:
    """Post one entry; see `post_entries`."""
    [one] = await post_entries(work, [entry])
    return one


async def post_entries(work: Work, entries: Sequence[NewEntry]) -> list[JournalEntry]:
    """Post balanced entries, each at most once for its source.

    A source that was posted before gives the entry that stands; raises EntryDiffers if that one says something else.
    What is posted to a contract's asset or liability goes to whichever of the two its net position is on.
    Into a closed month people may not post (PeriodClosed); what the service posts by itself goes to the first open
    month and keeps its service dates. What is in another currency than the books is translated at the rate of its day.
    Raises Unbalanced, TooFewLines, ZeroLine, FractionOfUnit, NoSuchAccount, MissingExchangeRate.
    """
    days: dict[tuple[str, date], date] = {}
    wanted: list[JournalEntry] = []
    for entry in entries:
        check(entry)
    translations = await _translations(work, entries)
    charts = await _charts(work, entries, translations)
    for entry, into in zip(await _on_net_positions(work, entries, translations), translations, strict=True):
        owner, on = entry.legal_entity, entry.on
        if (owner, on) not in days:
            days[owner, on] = await day_to_post(work, owner, on)
        wanted.append(posted(entry, charts[owner], into, on=days[owner, on], at=work.now, by=work.actor.subject))
    standing = {one.id: one for one in reversed(wanted)}
    new = await store.add_new(work, list(standing.values()))
    standing |= {one.id: one for one in await store.entries_by_id(work, standing.keys() - new)}
    return [_same(one, standing[one.id]) for one in wanted]


async def post_adjustment(
    work: Work,
    adjustment_id: UUID,
    *,
    legal_entity: str,
    currency: str,
    on: date,
    text: str,
    lines: Sequence[NewLine],
) -> JournalEntry:
    """Post an entry that no document stands behind but the text given."""
    work.actor.must(Permission.ADJUST_LEDGER)
    source = Source(SourceKind.ADJUSTMENT, adjustment_id)
    return await post_entry(work, NewEntry(legal_entity, currency, on, text, source, lines))


async def reverse_entry(work: Work, entry_id: UUID, *, on: date, reason: str) -> JournalEntry:
    """Take an entry back, once, by one with opposite signs that names its original."""
    work.actor.must(Permission.ADJUST_LEDGER)
    entry = await store.get(work, entry_id)
    reversal = reversal_of(entry, on=on, reason=reason)
    if await store.is_reversed(work, entry_id):
        raise AlreadyReversed()
    posted_reversal = await post_entry(work, reversal)
    await _settle(work, posted_reversal)
    return posted_reversal


async def post_until_next_month(work: Work, entry: NewEntry) -> tuple[JournalEntry, JournalEntry]:
    """Post an entry, and the one that takes it back on the first day of the month after it."""
    made = await post_entry(work, entry)
    back = await post_entry(
        work, reversal_of(made, on=month_of(made.posted_on).ends_before or made.posted_on, reason=made.text)
    )
    await _settle(work, back)
    return made, back


async def _settle(work: Work, cause: JournalEntry) -> None:
    """Bring the contracts of an entry back on one side, where its fixed accounts left them on both or the wrong one."""
    touched = {line.contract_id for line in cause.lines if line.role in POSITION_ROLES and line.contract_id}
    positions = await balances.locked_positions(work, touched) if touched else {}
    amiss = [(contract_id, standing) for contract_id, standing in positions.items() if not standing.is_settled]
    if amiss:
        chart = await store.chart_of(work, cause.legal_entity)
        await post_entries(work, [settlement(cause, *one, chart) for one in amiss])


async def _translations(work: Work, entries: Sequence[NewEntry]) -> list[Translation]:
    """How each of the entries is translated into the currency of its books; raises MissingExchangeRate."""
    books = await balances.functional_currencies(work, {entry.legal_entity for entry in entries})
    pairs = [(entry.currency, books.get(entry.legal_entity, entry.currency), entry.on) for entry in entries]
    rates = await rates_on(
        work, {pair for pair, entry in zip(pairs, entries, strict=True) if _needs_rate(entry, pair[1])}
    )
    found = []
    for entry, pair in zip(entries, pairs, strict=True):
        rate = rates[pair] if _needs_rate(entry, pair[1]) else None
        found.append(entry.translation or Translation(pair[1], rate.id if rate else None, rate))
    return found


def _needs_rate(entry: NewEntry, functional_currency: str) -> bool:
    says_all = all(line.functional_amount is not None for line in entry.lines)
    return entry.currency != functional_currency and entry.translation is None and not says_all


async def _on_net_positions(
    work: Work, entries: Sequence[NewEntry], translations: Sequence[Translation]
) -> Sequence[NewEntry]:
    """The entries as they fall on the positions of their contracts; what stands already counts no second time."""
    touched = set().union(*(contracts_of(entry) for entry in entries))
    if not touched:
        return entries
    positions = await balances.locked_positions(work, touched)
    standing = await store.standing(work, [entry_id(entry.source) for entry in entries])
    return [
        entry if entry_id(entry.source) in standing else split(entry, positions, into)
        for entry, into in zip(entries, translations, strict=True)
    ]


async def _charts(work: Work, entries: Sequence[NewEntry], translations: Sequence[Translation]) -> dict[str, Chart]:
    """The charts that take the entries; one that is older than a posting role gets the account for it here."""
    wanted: dict[str, set[PostingRole]] = {}
    for entry, into in zip(entries, translations, strict=True):
        roles = wanted.setdefault(entry.legal_entity, set())
        roles |= {line.account for line in entry.lines if isinstance(line.account, PostingRole)}
        roles |= {entry.difference, PostingRole.ROUNDING} if entry.currency != into.currency else set()
    charts: dict[str, Chart] = {}
    for owner, roles in wanted.items():
        chart = await store.chart_of(work, owner)
        missing = lacking(chart, roles)
        if chart.accounts and missing.roles:
            await store.add_chart(work, missing)
            chart = await store.chart_of(work, owner)
        charts[owner] = chart
    return charts


def _same(wanted: JournalEntry, standing: JournalEntry) -> JournalEntry:
    if not same_posting(wanted, standing):
        raise EntryDiffers()
    return standing

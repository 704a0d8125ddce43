"""What is done with the books: open a chart, post, reverse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

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
    posted,
    reversal_of,
    same_posting,
)
from services.billing.ledger.model.positions import contracts_of, settlement, split
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
    month and keeps its service dates. Raises Unbalanced, TooFewLines, ZeroLine, FractionOfUnit, NoSuchAccount.
    """
    charts = await _charts(work, entries)
    days: dict[tuple[str, date], date] = {}
    wanted: list[JournalEntry] = []
    for entry in entries:
        check(entry)
    for entry in await _on_net_positions(work, entries):
        owner, on = entry.legal_entity, entry.on
        if (owner, on) not in days:
            days[owner, on] = await day_to_post(work, owner, on)
        wanted.append(posted(entry, charts[owner], on=days[owner, on], at=work.now, by=work.actor.subject))
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
    positions = await store.locked_positions(work, touched) if touched else {}
    amiss = [(contract_id, standing) for contract_id, standing in positions.items() if not standing.is_settled]
    if amiss:
        chart = await store.chart_of(work, cause.legal_entity)
        await post_entries(work, [settlement(cause, *one, chart) for one in amiss])


async def _on_net_positions(work: Work, entries: Sequence[NewEntry]) -> Sequence[NewEntry]:
    """The entries as they fall on the positions of their contracts; what stands already counts no second time."""
    touched = set().union(*(contracts_of(entry) for entry in entries))
    if not touched:
        return entries
    positions = await store.locked_positions(work, touched)
    standing = await store.standing(work, [entry_id(entry.source) for entry in entries])
    return [entry if entry_id(entry.source) in standing else split(entry, positions) for entry in entries]


async def _charts(work: Work, entries: Sequence[NewEntry]) -> dict[str, Chart]:
    """The charts that take the entries; one that is older than a posting role gets the account for it here."""
    charts: dict[str, Chart] = {}
    for owner in {entry.legal_entity for entry in entries}:
        chart = await store.chart_of(work, owner)
        named = (line.account for entry in entries if entry.legal_entity == owner for line in entry.lines)
        missing = lacking(chart, {role for role in named if isinstance(role, PostingRole)})
        if chart.accounts and missing.roles:
            await store.add_chart(work, missing)
            chart = await store.chart_of(work, owner)
        charts[owner] = chart
    return charts


def _same(wanted: JournalEntry, standing: JournalEntry) -> JournalEntry:
    if not same_posting(wanted, standing):
        raise EntryDiffers()
    return standing

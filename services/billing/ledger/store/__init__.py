"""How the chart and the journal are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    Date,
    DateTime,
    Integer,
    Row,
    String,
    Text,
    Uuid,
    any_,
    cast,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from services.billing.ledger.model.accounts import (
    AccountKind,
    Chart,
    LedgerAccount,
    PostingRole,
    PostingRule,
    role_id,
)
from services.billing.ledger.model.entries import JournalEntry, JournalLine, NoSuchEntry, Source, SourceKind
from services.billing.tables import schema
from shared.database import amount, belongs_to, choice, found_by, only_one, read, rule
from shared.work import Work

ledger_accounts = schema.table(
    "ledger_accounts",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    Column("code", String, nullable=False),
    Column("name", String, nullable=False),
    choice("kind", AccountKind),
    only_one("legal_entity", "code"),
)
posting_roles = schema.table(
    "posting_roles",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    choice("role", PostingRole),
    Column("account_id", Uuid, nullable=False),
    only_one("legal_entity", "role"),
    belongs_to("account_id", "ledger_accounts"),
)
posting_rules = schema.table(
    "posting_rules",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    choice("role", PostingRole),
    Column("narrowed_by", String, nullable=False),
    Column("account", String, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", String, nullable=False),
    only_one("legal_entity", "role", "narrowed_by", "starts_on", "version"),
    append_only=True,
)
journal_entries = schema.table(
    "journal_entries",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("functional_currency", String(3), nullable=False),
    Column("exchange_rate_id", Uuid),
    Column("posted_on", Date, nullable=False),
    Column("service_from", Date, nullable=False),
    Column("service_before", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("thread_id", Uuid),
    choice("source_kind", SourceKind),
    Column("source_id", Uuid, nullable=False),
    Column("source_leg", String, nullable=False),
    Column("reverses_id", Uuid),
    Column("line_count", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", String, nullable=False),
    only_one("source_kind", "source_id", "source_leg"),
    only_one("reverses_id", where="reverses_id is not null"),
    found_by("legal_entity", "posted_on", "id", why="the journal of a month, the trial balance, a batch"),
    belongs_to("reverses_id", "journal_entries"),
    belongs_to("exchange_rate_id", "exchange_rates"),
    rule("service_ends_after_it_starts", "service_before > service_from"),
    append_only=True,
)
journal_lines = schema.table(
    "journal_lines",
    Column("entry_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("account_id", Uuid, nullable=False),
    choice("role", PostingRole, nullable=True),
    amount("amount"),
    amount("functional_amount"),
    Column("contract_id", Uuid),
    Column("contract_line_id", Uuid),
    Column("project_id", Uuid),
    found_by("account_id", "entry_id", why="the lines of an account"),
    found_by("contract_id", "role", where="contract_id is not null", why="the position of a contract"),
    belongs_to("entry_id", "journal_entries"),
    belongs_to("account_id", "ledger_accounts"),
    rule("says_something", "amount <> 0 or functional_amount <> 0"),
    append_only=True,
)
schema.map(LedgerAccount, ledger_accounts)

KEPT_OF_ENTRY = tuple(name for name in JournalEntry.__dataclass_fields__ if name not in ("source", "lines"))
KEPT_OF_LINE = tuple(name for name in JournalLine.__dataclass_fields__ if name != "account")


async def chart_of(work: Work, legal_entity: str) -> Chart:
    """The accounts and posting roles of a legal entity; empty if it has none yet."""
    rows = await work.session.execute(
        select(ledger_accounts, posting_roles.c.role)
        .outerjoin(posting_roles, posting_roles.c.account_id == ledger_accounts.c.id)
        .where(ledger_accounts.c.legal_entity == legal_entity)
    )
    accounts: dict[str, LedgerAccount] = {}
    roles: dict[PostingRole, str] = {}
    for row in rows:
        accounts[row.code] = LedgerAccount(row.id, row.legal_entity, row.code, row.name, row.kind)
        if row.role is not None:
            roles[row.role] = row.code
    return Chart(legal_entity, accounts, roles, await rules_of(work, legal_entity))


async def rules_of(work: Work, legal_entity: str) -> list[PostingRule]:
    """Every posting rule of a legal entity, in every version, in the order in which they begin."""
    rule = posting_rules.c
    in_order = (rule.role, rule.narrowed_by, rule.starts_on, rule.version)
    return await read(work.session, PostingRule, posting_rules, rule.legal_entity == legal_entity, order_by=in_order)


async def add_rule(work: Work, rule: PostingRule) -> None:
    """Keep a new posting rule."""
    row = {name: getattr(rule, name) for name in PostingRule.__dataclass_fields__}
    await work.session.execute(insert(posting_rules).values(row))


async def add_chart(work: Work, chart: Chart) -> None:
    """Keep the accounts and roles of `chart`, leaving alone what stands already."""
    accounts = [
        {"id": one.id, "legal_entity": one.legal_entity, "code": one.code, "name": one.name, "kind": one.kind}
        for one in chart.accounts.values()
    ]
    await work.session.execute(insert(ledger_accounts).on_conflict_do_nothing(), accounts)
    for role, code in chart.roles.items():
        await work.session.execute(
            insert(posting_roles).values(_role_row(chart.accounts[code], role)).on_conflict_do_nothing()
        )


async def add_account(work: Work, account: LedgerAccount) -> None:
    """Keep a new account."""
    work.session.add(account)
    await work.session.flush()


async def account(work: Work, account_id: UUID) -> LedgerAccount | None:
    """One account, if there is such."""
    found: LedgerAccount | None = await work.session.scalar(
        select(LedgerAccount).where(ledger_accounts.c.id == account_id)
    )
    return found


async def give_role(work: Work, account: LedgerAccount, role: PostingRole) -> None:
    """Let `account` take what is posted to `role` from now on."""
    giving = insert(posting_roles).values(_role_row(account, role))
    await work.session.execute(
        giving.on_conflict_do_update(
            index_elements=["tenant_id", "legal_entity", "role"], set_={"account_id": account.id}
        )
    )


async def add_new(work: Work, entries: Sequence[JournalEntry]) -> set[UUID]:
    """Write the entries that do not stand yet, with their lines, in two statements; which ones they were."""
    if not entries:
        return set()
    writing = insert(journal_entries).on_conflict_do_nothing().returning(journal_entries.c.id)
    ids = await work.session.scalars(writing, [_entry_row(entry) for entry in entries])
    new = set(ids)
    lines = [row for entry in entries if entry.id in new for row in _line_rows(entry)]
    if lines:
        await work.session.execute(insert(journal_lines), lines)
    return new


async def entries_by_id(work: Work, ids: Iterable[UUID]) -> list[JournalEntry]:
    """The entries with these ids and their lines, in two statements."""
    wanted = any_(cast(list(ids), ARRAY(Uuid)))  # one parameter, however many ids
    heads = await work.session.execute(select(journal_entries).where(journal_entries.c.id == wanted))
    rows = await work.session.execute(
        select(journal_lines, ledger_accounts.c.code)
        .join(ledger_accounts, ledger_accounts.c.id == journal_lines.c.account_id)
        .where(journal_lines.c.entry_id == wanted)
        .order_by(journal_lines.c.entry_id, journal_lines.c.position)
    )
    lines: dict[UUID, list[JournalLine]] = {}
    for row in rows:
        lines.setdefault(row.entry_id, []).append(
            JournalLine(account=row.code, **{name: getattr(row, name) for name in KEPT_OF_LINE})
        )
    return [_entry(row, tuple(lines[row.id])) for row in heads]


async def standing(work: Work, ids: Iterable[UUID]) -> set[UUID]:
    """Which of these entries are posted already."""
    wanted = any_(cast(list(ids), ARRAY(Uuid)))
    return set(await work.session.scalars(select(journal_entries.c.id).where(journal_entries.c.id == wanted)))


async def get(work: Work, entry_id: UUID) -> JournalEntry:
    """One entry; raises NoSuchEntry."""
    found = await entries_by_id(work, [entry_id])
    if not found:
        raise NoSuchEntry()
    return found[0]


async def is_reversed(work: Work, entry_id: UUID) -> bool:
    """Whether another entry takes this one back."""
    found = await work.session.scalar(select(journal_entries.c.id).where(journal_entries.c.reverses_id == entry_id))
    return found is not None


def _role_row(account: LedgerAccount, role: PostingRole) -> dict[str, object]:
    return {
        "id": role_id(account.legal_entity, role),
        "legal_entity": account.legal_entity,
        "role": role,
        "account_id": account.id,
    }


def _entry_row(entry: JournalEntry) -> dict[str, object]:
    source = {"source_kind": entry.source.kind, "source_id": entry.source.id, "source_leg": entry.source.leg}
    return {name: getattr(entry, name) for name in KEPT_OF_ENTRY} | source | {"line_count": len(entry.lines)}


def _line_rows(entry: JournalEntry) -> list[dict[str, object]]:
    return [
        {"entry_id": entry.id, "position": position} | {name: getattr(line, name) for name in KEPT_OF_LINE}
        for position, line in enumerate(entry.lines, start=1)
    ]


def _entry(row: Row[Any], lines: tuple[JournalLine, ...]) -> JournalEntry:
    kept = {name: getattr(row, name) for name in KEPT_OF_ENTRY}
    return JournalEntry(**kept, source=Source(row.source_kind, row.source_id, row.source_leg), lines=lines)

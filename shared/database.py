"""How a service keeps its records: tables that belong to a tenant, mapping, sessions, pages.

Every table gets a `tenant_id` that the database fills from the transaction's setting and that leads every primary,
unique and foreign key; row-level security does the rest (`shared.migrations`). Feature code never mentions it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnClause,
    ColumnElement,
    Enum,
    ForeignKeyConstraint,
    Index,
    Label,
    MetaData,
    Numeric,
    Row,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    func,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import RelationshipProperty, foreign, registry, relationship, remote

from shared import telemetry
from shared.changes import Changes
from shared.cursors import read_cursor, write_cursor
from shared.errors import Invalid

TENANT = text("nullif(current_setting('app.tenant', true), '')::uuid")
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
LIMIT_DEFAULT, LIMIT_MAX, LIMIT_OF_FILE = 50, 200, 10_000

Sorts = Mapping[str, str | ColumnElement[Any]]
NO_SORTS: Sorts = {}
TEXTS = (String, Text)

T = TypeVar("T")


class NoSuchSort(Invalid):
    """This list cannot be sorted so.

    Sort by one of the columns that say they can, with a minus in front for the other way round.
    """


class Schema:
    """The tables of one service and the classes that are mapped to them."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.metadata = MetaData(naming_convention=NAMES)
        self.registry = registry(metadata=self.metadata)

    def table(
        self, name: str, *parts: Any, append_only: bool = False, audited: bool = True, counter: str | None = None
    ) -> Table:
        """Declare a table of the tenant's; `append_only` rows can never be changed or deleted by the service.

        `counter` names the column of a row that only ever counts up: not audited, and never set back by a restore.
        """
        audited = audited and not append_only and counter is None
        info = {"append_only": append_only, "audited": audited, "counter": counter}
        tenant = Column("tenant_id", Uuid, primary_key=True, server_default=TENANT)
        return Table(name, self.metadata, tenant, *parts, info=info)

    def map(
        self,
        kind: type[Any],
        table: Table,
        *,
        version: Column[int] | None = None,
        properties: dict[str, Any] | None = None,
    ) -> None:
        """Map the plain class `kind` to `table`; `version` is counted up by every change and refuses a lost update."""
        keys = [column for column in table.primary_key.columns if column.name != "tenant_id"]
        options: dict[str, Any] = {"version_id_col": version} if version is not None else {}
        self.registry.map_imperatively(
            kind,
            table,
            primary_key=keys,
            exclude_properties=["tenant_id"],
            properties=properties or {},
            **options,
        )

    def parts(
        self, kind: type[Any], table: Table, *, of: Table, by: str, order_by: Any = None
    ) -> RelationshipProperty[Any]:
        """The rows of `table` that make up one row of `of`: loaded with it, saved with it, gone when taken out."""
        return relationship(
            kind,
            primaryjoin=of.c.id == foreign(remote(table.c[by])),
            lazy="selectin",
            cascade="all, delete-orphan",
            order_by=order_by if order_by is not None else table.c.id,
        )


def belongs_to(column: str, table: str, *, key: str = "id") -> ForeignKeyConstraint:
    """A reference to a row of `table` of the same tenant."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.{key}"])


def only_one(*columns: str, where: str | None = None) -> UniqueConstraint | Index:
    """At most one row per tenant with these values; `where` narrows it to some rows."""
    if where is None:
        return UniqueConstraint("tenant_id", *columns)
    return Index(None, "tenant_id", *columns, unique=True, postgresql_where=text(where))


def found_by(*columns: str, why: str, where: str | None = None) -> Index:
    """An index, and the question it answers."""
    narrowed: dict[str, Any] = {"postgresql_where": text(where)} if where else {}
    return Index(None, "tenant_id", *columns, info={"why": why}, **narrowed)


def amount(name: str, *, nullable: bool = False) -> Column[Decimal]:
    """A column for an exact amount of money, up to 14 digits before and 6 behind the point."""
    return Column(name, Numeric(20, 6), nullable=nullable)


def choice(name: str, kind: type[StrEnum], *, nullable: bool = False) -> Column[Any]:
    """A column for one of the values of `kind`, kept as text and checked by the database."""
    values = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
    return Column(name, values, nullable=nullable)


def rule(name: str, condition: str) -> CheckConstraint:
    """A condition that the database refuses to see broken."""
    return CheckConstraint(text(condition), name=name)


@dataclass(frozen=True)
class Database:
    """One service's database as its app role sees it.

    `announced` is set when an event waits to be sent; `tenants` are those that this process knows to be listed;
    `changes` are what it has committed and browsers have not been told of.
    """

    service: str
    engine: AsyncEngine
    transactions: AsyncEngine
    """The same pool, for `transaction`, which begins and ends transactions itself."""
    sessions: async_sessionmaker[AsyncSession]
    announced: asyncio.Event = field(default_factory=asyncio.Event)
    tenants: set[UUID] = field(default_factory=set)
    changes: Changes = field(default_factory=Changes)


def connect(service: str, url: str, *, pool_size: int = 20) -> Database:
    """Open a pool to the database at `url`; nothing is sent before the first statement."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        connect_args={
            "command_timeout": 30,
            "server_settings": {
                "application_name": f"throughline-{service}",
                "idle_in_transaction_session_timeout": "30s",
                "lock_timeout": "10s",
                "timezone": "UTC",
            },
        },
    )
    telemetry.watch_statements(engine.sync_engine)
    sessions = async_sessionmaker(engine, expire_on_commit=False, autoflush=True)
    return Database(service, engine, engine.execution_options(isolation_level="AUTOCOMMIT"), sessions)


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows in order, and the cursor at which the next ones start (none on the last page)."""

    items: list[T]
    next: str | None


async def page(
    session: AsyncSession,
    rows: Select[Any],
    *,
    keys: Sequence[ColumnClause[Any]],
    cursor: str | None,
    limit: int = LIMIT_DEFAULT,
    descending: bool = False,
    sort: str = "",
    sorts: Sorts = NO_SORTS,
) -> Page[Row[Any]]:
    """The next `limit` (1 to 10,000) rows behind `cursor`, ordered by `keys`, which must be unique together.

    Every key must be among the selected columns under its own name. `sort` names one of `sorts`, with a minus in front
    when it descends: rows go by that selected column or expression first, those that lack it last. Raises BadCursor,
    NoSuchSort.
    """
    size = max(1, min(limit, LIMIT_OF_FILE))
    by: Sequence[ColumnElement[Any]] = keys
    if sort:
        by, descending = (_sort_key(rows, sort, sorts), *keys), sort.startswith("-")
        rows = rows.add_columns(by[0])
    if cursor:
        values = read_cursor(cursor, [key.type.python_type for key in by], may_lack_first=bool(sort))
        rows = rows.where(_behind(by, values, descending=descending, may_lack=bool(sort)))
    order = [key.desc() if descending else key.asc() for key in by]
    if sort:
        order[0] = order[0].nulls_last()
    found = (await session.execute(rows.order_by(*order).limit(size + 1))).all()
    more = len(found) > size
    items = list(found[:size])
    return Page(items, write_cursor([getattr(items[-1], key.name) for key in by]) if more else None)


async def read(
    session: AsyncSession,
    kind: type[T],
    rows: Table,
    *conditions: ColumnElement[bool],
    order_by: Sequence[ColumnElement[Any]] = (),
) -> list[T]:
    """The rows that meet the conditions, each as a `kind`, a dataclass whose fields are columns of the table."""
    columns = (rows.c[name] for name in kind.__dataclass_fields__)  # type: ignore[attr-defined]
    found = await session.execute(select(*columns).where(*conditions).order_by(*order_by))
    return [kind(**row._mapping) for row in found]


def _sort_key(rows: Select[Any], sort: str, sorts: Sorts) -> Label[Any]:
    """What `sort` names, as people sort: text whatever its case."""
    by = sorts.get(sort.removeprefix("-"))
    if by is None:
        raise NoSuchSort(field="/sort")
    key = rows.selected_columns[by] if isinstance(by, str) else by
    return (func.lower(key) if type(key.type) in TEXTS else key).label("sort_key")


def _behind(
    keys: Sequence[ColumnElement[Any]], values: Sequence[Any], *, descending: bool, may_lack: bool
) -> ColumnElement[bool]:
    """Which rows come after `values`; where rows may lack the first key, those that do come last."""
    if values[0] is None:
        return and_(keys[0].is_(None), _behind(keys[1:], values[1:], descending=descending, may_lack=False))
    here = tuple_(*values, types=[key.type for key in keys])
    later = tuple_(*keys) < here if descending else tuple_(*keys) > here
    return or_(later, keys[0].is_(None)) if may_lack else later

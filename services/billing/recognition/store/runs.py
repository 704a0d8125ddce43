"""How recognition is kept, and the one statement that finds what is delivered and not recognised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    ScalarSelect,
    String,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    column,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import insert

from services.billing.recognition.model.earned import DeliveredItem, Earned, RecognisedLine, RecognitionRun, SoldLine
from services.billing.recognition.store.usual import IS_MEASURED
from services.billing.retainers.model import OVERAGE_RULE
from services.billing.tables import schema
from shared.database import amount, belongs_to, found_by
from shared.work import Work

recognition_runs = schema.table(
    "recognition_runs",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    Column("period_starts_on", Date, nullable=False),
    Column("recognised_at", DateTime(timezone=True), nullable=False),
    Column("recognised_by", String, nullable=False),
    found_by("recognised_at", "id", why="list of runs, the newest first"),
    append_only=True,
)
recognised_lines = schema.table(
    "recognised_lines",
    Column("id", Uuid, primary_key=True),
    Column("run_id", Uuid, nullable=False),
    Column("contract_id", Uuid, nullable=False),
    Column("contract_line_id", Uuid, nullable=False),
    Column("contract_number", String, nullable=False),
    Column("description", String, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    amount("cumulative"),
    Column("item_count", Integer, nullable=False),
    # What of the amount was paid for the client as their agent, so that it is no revenue.
    Column("paid_on", Numeric(20, 6), nullable=False, server_default="0"),
    Column("entry_id", Uuid),
    Column("method", String, nullable=False, server_default="as_delivered"),
    Column("basis", Text),
    Column("measurement_id", Uuid),
    Column("is_beyond", Boolean, nullable=False, server_default="false"),
    belongs_to("run_id", "recognition_runs"),
    belongs_to("contract_line_id", "contract_lines"),
    belongs_to("entry_id", "journal_entries"),
    found_by("run_id", "contract_number", "id", why="the lines of a run"),
    found_by("contract_line_id", why="what was recognised on a contract line before"),
    append_only=True,
)
# What was recognised of an item: at first all that it is worth, later what adjustments change. The turn is part of the
# key, so that no two runs start from the same sum: that is what keeps revenue from counting twice.
recognition_items = schema.table(
    "recognition_items",
    Column("item_id", Uuid, primary_key=True),
    Column("turn", Integer, primary_key=True, autoincrement=False, server_default="1"),
    Column("line_id", Uuid, nullable=False),
    amount("amount"),
    belongs_to("item_id", "billable_items"),
    belongs_to("line_id", "recognised_lines"),
    found_by("line_id", "item_id", why="the items behind recognised revenue"),
    append_only=True,
)

# What recognition reads of other features' tables.
items = table(
    "billable_items",
    *(column(name, Uuid) for name in ("id", "contract_id", "contract_line_id", "project_id", "entry_id", "person_id")),
    *(column(name, Uuid) for name in ("milestone_id", "task_id")),
    *(column(name, String) for name in ("staffing_role", "note", "currency", "rule")),
    column("day", Date),
    column("minutes", Integer),
    column("rate", Numeric),
    column("cost", Numeric),
    column("value", Numeric),
)
contracts = table(
    "contracts",
    *(
        column(name, Uuid)
        for name in ("id", "legal_entity_id", "customer_id", "opportunity_id", "thread_id", "project_id")
    ),
    *(column(name, String) for name in ("number", "status", "currency")),
)
contract_lines = table(
    "contract_lines",
    *(column(name, Uuid) for name in ("id", "contract_id")),
    *(column(name, String) for name in ("description", "method", "recognition_method")),
    column("markup_percent", Numeric),
    column("is_agent", Boolean),
).alias("line")
legal_entities = table("legal_entities", column("id", Uuid), column("code", String))

ONE_RUN_AT_A_TIME = text(
    "select pg_advisory_xact_lock(hashtextextended(current_setting('app.tenant') || '/recognition/' || :owner, 0))"
)
CLAIM = text(
    """
    insert into recognition_items (item_id, turn, line_id, amount)
    select given.item_id,
           1 + (select coalesce(max(turn), 0) from recognition_items before where item_id = given.item_id),
           given.line_id, given.amount
    from unnest(cast(:items as uuid[]), cast(:lines as uuid[]), cast(:amounts as numeric[]))
             as given (item_id, line_id, amount)
    """
)


async def wait_for_turn(work: Work, legal_entity: str) -> None:
    """Let no other run of this legal entity begin before this work ends, so that cumulative figures are right."""
    await work.session.execute(ONE_RUN_AT_A_TIME, {"owner": legal_entity})


# A line whose revenue is measured is not recognised by its items, save those that are billed beyond its price; what is
# under a cap is found by itself.
IS_MEASURED_LINE: ColumnElement[bool] = literal_column(IS_MEASURED, Boolean)
IS_BY_ITEM = or_(not_(IS_MEASURED_LINE), items.c.rule == OVERAGE_RULE)
IS_AT_COST = and_(
    contract_lines.c.method == "expense",
    ~contract_lines.c.is_agent,
    func.coalesce(contract_lines.c.markup_percent, 0) == 0,
)


async def uncapped(
    work: Work, legal_entity: str, *, before: date, contract_ids: Sequence[UUID] | None
) -> list[DeliveredItem]:
    """What was delivered before a day on active contracts, or some, and is not recognised; not what is under caps."""
    done = (
        select(func.coalesce(func.sum(recognition_items.c.amount), 0))
        .where(recognition_items.c.item_id == items.c.id)
        .scalar_subquery()
    )
    # What adjustments change later is ours to win or to lose: what we paid was recognised with the first turn.
    is_first = ~exists().where(recognition_items.c.item_id == items.c.id)
    paid_on = case((and_(contract_lines.c.is_agent, is_first), func.coalesce(items.c.cost, 0)), else_=0)
    waiting = (
        select(items.c.id, items.c.contract_line_id, items.c.project_id, items.c.day, items.c.value - done, paid_on)
        .join_from(items, contracts, contracts.c.id == items.c.contract_id)
        .join(contract_lines, contract_lines.c.id == items.c.contract_line_id)
        .join(legal_entities, legal_entities.c.id == contracts.c.legal_entity_id)
        .where(
            legal_entities.c.code == legal_entity,
            contracts.c.status == "active",
            items.c.day < before,
            items.c.value.is_not(None),
            IS_BY_ITEM,
            or_(contract_lines.c.method != "time_and_materials_capped", IS_MEASURED_LINE),
            items.c.value != done,
        )
    )
    if contract_ids is not None:
        waiting = waiting.where(contracts.c.id == any_(cast(list(contract_ids), ARRAY(Uuid))))
    return [DeliveredItem(*row) for row in await work.session.execute(waiting)]


async def sold_lines(work: Work, ids: Iterable[UUID]) -> list[SoldLine]:
    """The contract lines with these ids, and what was recognised by the items of each before."""
    before, otherwise, paid_on_before = _recognised_before()
    wanted = (
        select(
            contract_lines.c.id,
            contract_lines.c.description,
            contracts.c.id,
            contracts.c.number,
            contracts.c.customer_id,
            contracts.c.opportunity_id,
            contracts.c.thread_id,
            contracts.c.currency,
            before,
            contract_lines.c.method,
            contracts.c.project_id,
            otherwise,
            IS_MEASURED_LINE,
            paid_on_before,
            IS_AT_COST,
        )
        .join_from(contract_lines, contracts, contracts.c.id == contract_lines.c.contract_id)
        .where(contract_lines.c.id == any_(cast(list(ids), ARRAY(Uuid))))
        .order_by(contracts.c.number, contract_lines.c.id)
    )
    return [SoldLine(*row) for row in await work.session.execute(wanted)]


def _recognised_before() -> Iterator[ScalarSelect[Decimal]]:
    """What was recognised on a line by its price or by its items, what in the other way, and what we paid of it."""
    is_of_its_kind = recognised_lines.c.is_beyond == IS_MEASURED_LINE
    sums = (
        (recognised_lines.c.amount, is_of_its_kind),
        (recognised_lines.c.amount, not_(is_of_its_kind)),
        (recognised_lines.c.paid_on, true()),
    )
    for kept, kind in sums:
        of_line = select(func.coalesce(func.sum(kept).filter(kind), 0))
        yield of_line.where(recognised_lines.c.contract_line_id == contract_lines.c.id).scalar_subquery()


async def add_run(work: Work, run: RecognitionRun) -> None:
    """Keep a run; what it recognises comes after it."""
    await work.session.execute(
        insert(recognition_runs)
        .values(
            id=run.id,
            legal_entity=run.legal_entity,
            period_starts_on=run.period_starts_on,
            recognised_at=run.recognised_at,
            recognised_by=run.recognised_by,
        )
        .on_conflict_do_nothing()
    )


async def add_lines(work: Work, run: RecognitionRun, earned: Sequence[Earned]) -> None:
    """Keep what a run recognised, and the items behind it, so that no other run counts them."""
    if not earned:
        return
    names = RecognisedLine.__dataclass_fields__
    lines = [{"run_id": run.id} | {name: getattr(line, name) for name in names} for line in run.lines]
    await work.session.execute(insert(recognised_lines), lines)
    behind = [(item, line.id) for one, line in zip(earned, run.lines, strict=True) for item in one.items]
    if not behind:
        return
    await work.session.execute(
        CLAIM,
        {
            "items": [item.id for item, _ in behind],
            "lines": [line_id for _, line_id in behind],
            "amounts": [item.value for item, _ in behind],
        },
    )

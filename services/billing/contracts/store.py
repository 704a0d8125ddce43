"""The tables of contracts and their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, fields
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, String, Text, Uuid, select
from sqlalchemy.dialects.postgresql import insert

from services.billing.contracts.model import (
    Amendment,
    Contract,
    ContractLine,
    ContractStatus,
    LineChange,
    Method,
    SoldOn,
    in_force_order,
)
from services.billing.tables import schema
from shared.database import amount, belongs_to, choice, found_by, only_one
from shared.work import Work

contracts = schema.table(
    "contracts",
    Column("id", Uuid, primary_key=True),
    Column("number", String, nullable=False),
    Column("opportunity_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("legal_entity_id", Uuid, nullable=False),
    Column("project_id", Uuid),
    Column("thread_id", Uuid, nullable=False),
    choice("status", ContractStatus),
    Column("name", String, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    Column("purchase_order", String),
    amount("purchase_order_budget", nullable=True),
    Column("purchase_order_noted_at", DateTime(timezone=True)),
    Column("billing_increment_minutes", Integer),
    amount("deposit", nullable=True),
    Column("payment_terms_days", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    Column("sold_sequence", BigInteger, nullable=False),
    Column("answered_sequence", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("customer_id", "customers"),
    belongs_to("legal_entity_id", "legal_entities"),
    only_one("number"),
    only_one("opportunity_id"),
    found_by("customer_id", why="the contracts of a customer, whose rates changed"),
)

contract_lines = schema.table(
    "contract_lines",
    Column("id", Uuid, primary_key=True),
    Column("contract_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("description", String, nullable=False),
    choice("method", Method),
    Column("product", String, nullable=False),
    amount("amount"),
    Column("staffing_role", String),
    Column("minutes", Integer),
    amount("hourly_rate", nullable=True),
    Column("milestone_due_on", Date),
    amount("cap", nullable=True),
    amount("monthly_fee", nullable=True),
    Column("months", Integer),
    Column("monthly_minutes", Integer),
    Column("rollover_months", Integer),
    amount("overage_rate", nullable=True),
    amount("markup_percent", nullable=True),
    Column("is_agent", Boolean, nullable=False),
    Column("recognition_method", String),
    Column("added_by", Uuid),
    belongs_to("contract_id", "contracts"),
    found_by("contract_id", "position", why="the lines of a contract, in order"),
)

# What a change order changed, for good: a line of a contract stands as it was sold, and these are added up on top of
# it from the day on which each comes into force.
amendments = schema.table(
    "amendments",
    Column("id", Uuid, primary_key=True),
    Column("contract_id", Uuid, nullable=False),
    Column("number", String, nullable=False),
    Column("approved_on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("client_approver", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("new_ends_before", Date),
    belongs_to("contract_id", "contracts"),
    found_by("contract_id", "effective_on", why="the amendments of a contract in the order in which they count"),
    append_only=True,
)

amended_lines = schema.table(
    "amended_lines",
    Column("amendment_id", Uuid, primary_key=True),
    Column("line_id", Uuid, primary_key=True),
    amount("amount_delta"),
    Column("minutes_delta", Integer),
    amount("cap_delta", nullable=True),
    Column("description", String, nullable=False),
    choice("method", Method, nullable=True),
    Column("product", String, nullable=False),
    Column("staffing_role", String),
    amount("hourly_rate", nullable=True),
    belongs_to("amendment_id", "amendments"),
    found_by("line_id", why="what was amended on a line"),
    append_only=True,
)

schema.map(ContractLine, contract_lines)
schema.map(
    Contract,
    contracts,
    version=contracts.c.version,
    properties={
        "lines": schema.parts(
            ContractLine, contract_lines, of=contracts, by="contract_id", order_by=contract_lines.c.position
        )
    },
)

HEADER = tuple(one.name for one in fields(Amendment) if one.name != "changes")
CHANGE = tuple(one.name for one in fields(LineChange))


async def add(work: Work, contract: Contract) -> None:
    """Keep a new contract."""
    work.session.add(contract)
    await work.session.flush()


async def replace(work: Work, contract: Contract) -> Contract:
    """Keep `contract` with its lines instead of what was kept under its id."""
    kept = await work.session.merge(contract)
    await work.session.flush()
    return kept


async def get(work: Work, contract_id: UUID) -> Contract | None:
    """One contract, locked until this work ends."""
    found: Contract | None = await work.session.scalar(
        select(Contract).where(contracts.c.id == contract_id).with_for_update()
    )
    return found


async def get_all(work: Work, contract_ids: Collection[UUID]) -> list[Contract]:
    """Contracts by number, locked until this work ends."""
    await lock(work, contract_ids)
    wanted = select(Contract).where(contracts.c.id.in_(contract_ids)).order_by(contracts.c.number)
    return list(await work.session.scalars(wanted))


async def keep(work: Work) -> None:
    """Write what changed, so that what is read next shows it."""
    await work.session.flush()


async def add_amendment(work: Work, amendment: Amendment) -> bool:
    """Keep an amendment; whether it is new."""
    row = {name: getattr(amendment, name) for name in HEADER}
    added = insert(amendments).values(row).on_conflict_do_nothing().returning(amendments.c.id)
    if await work.session.scalar(added) is None:
        return False
    changed = [{"amendment_id": amendment.id, **asdict(change)} for change in amendment.changes]
    if changed:
        await work.session.execute(insert(amended_lines), changed)
    return True


async def amendments_of(work: Work, contract_id: UUID) -> list[Amendment]:
    """The amendments of a contract, in the order in which they come into force."""
    headers = (await work.session.execute(select(amendments).where(amendments.c.contract_id == contract_id))).all()
    if not headers:
        return []
    changes: dict[UUID, list[LineChange]] = defaultdict(list)
    wanted = select(amended_lines).where(amended_lines.c.amendment_id.in_([row.id for row in headers]))
    for row in await work.session.execute(wanted.order_by(amended_lines.c.line_id)):
        changes[row.amendment_id].append(LineChange(**{name: getattr(row, name) for name in CHANGE}))
    return in_force_order(
        Amendment(**{name: getattr(row, name) for name in HEADER}, changes=changes[row.id]) for row in headers
    )


async def lock(work: Work, contract_ids: Collection[UUID]) -> None:
    """Lock contracts until this work ends, always in the same order."""
    wanted = select(contracts.c.id).where(contracts.c.id.in_(contract_ids)).order_by(contracts.c.id)
    await work.session.execute(wanted.with_for_update())


async def sold_on(work: Work, contract_line_id: UUID) -> SoldOn | None:
    """The line, if there is such a line."""
    wanted = (
        select(ContractLine, contracts.c.id, contracts.c.currency)
        .join(contracts, contract_lines.c.contract_id == contracts.c.id)
        .where(contract_lines.c.id == contract_line_id)
    )
    found = (await work.session.execute(wanted)).one_or_none()
    return None if found is None else SoldOn(*found)

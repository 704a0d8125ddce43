"""The tables of contracts and their lines."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Integer, String, Uuid, select

from services.billing.contracts.model import Contract, ContractLine, ContractStatus, Method
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
    belongs_to("contract_id", "contracts"),
    found_by("contract_id", "position", why="the lines of a contract, in order"),
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

"""The table of customers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Integer, String, Uuid, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.billing.customers.model import Customer
from services.billing.tables import schema
from shared.database import read
from shared.work import Work

customers = schema.table(
    "customers",
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("legal_name", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("tax_id", String, nullable=False),
    Column("billing_email", String, nullable=False),
    Column("street", String, nullable=False),
    Column("postal_code", String, nullable=False),
    Column("city", String, nullable=False),
    Column("country", String(2), nullable=False),
    Column("payment_terms_days", Integer, nullable=False),
    Column("legal_entity", String),
    # Where the row comes from: the account's own news by its sequence, or, until there is any, the latest sale.
    Column("sequence", BigInteger, nullable=False),
    Column("sold_on", Date),
    Column("sold_by", Uuid),
)

FIELDS = tuple(Customer.__dataclass_fields__)


async def remember(work: Work, customer: Customer, *, sequence: int) -> None:
    """Keep what the account's own news number `sequence` says, unless newer news came before."""
    row = asdict(customer) | {"sequence": sequence, "sold_on": None, "sold_by": None}
    await work.session.execute(
        insert(customers)
        .values(row)
        .on_conflict_do_update(index_elements=["tenant_id", "id"], set_=row, where=customers.c.sequence < sequence)
    )


async def remember_from_sale(work: Work, customer: Customer, *, sold_on: date, sold_by: UUID) -> None:
    """Keep what a sale says of the customer, as long as neither the account itself nor a later sale said more."""
    row = asdict(customer) | {"sequence": 0, "sold_on": sold_on, "sold_by": sold_by}
    earlier = tuple_(customers.c.sold_on, customers.c.sold_by) < tuple_(sold_on, sold_by)
    await work.session.execute(
        insert(customers)
        .values(row)
        .on_conflict_do_update(
            index_elements=["tenant_id", "id"], set_=row, where=(customers.c.sequence == 0) & earlier
        )
    )


async def find(work: Work, customer_id: UUID) -> Customer | None:
    """One customer, if known."""
    wanted = select(*(customers.c[name] for name in FIELDS)).where(customers.c.id == customer_id)
    row = (await work.session.execute(wanted)).one_or_none()
    return None if row is None else Customer(**row._mapping)


async def find_all(work: Work, customer_ids: Collection[UUID]) -> list[Customer]:
    """Those of the customers that are known."""
    return await read(work.session, Customer, customers, customers.c.id.in_(customer_ids))

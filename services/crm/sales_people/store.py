"""How sales people are kept."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Boolean, Column, String, Uuid, select, true
from sqlalchemy.dialects.postgresql import insert

from services.crm.sales_people.model import NoSuchSalesPerson, SalesPerson
from services.crm.tables import schema
from shared.database import found_by
from shared.work import Work

SAID = ("name", "subject", "manager", "office")
sales_people = schema.table(
    "sales_people",
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("manager", String, nullable=False),
    Column("office", String, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    found_by("name", "id", why="the list of sales people, by name"),
    found_by("subject", why="whether whom a record is given to still sells"),
)
schema.map(SalesPerson, sales_people)


def add(work: Work, person: SalesPerson) -> None:
    """Keep somebody new."""
    work.session.add(person)


async def is_known(work: Work, person_id: UUID) -> bool:
    """Whether there is somebody with this id."""
    return await work.session.scalar(select(sales_people.c.id).where(sales_people.c.id == person_id)) is not None


async def get(work: Work, person_id: UUID) -> SalesPerson:
    """One sales person, locked until this work ends."""
    wanted = select(SalesPerson).where(sales_people.c.id == person_id)
    found: SalesPerson | None = await work.session.scalar(wanted.with_for_update())
    if found is None:
        raise NoSuchSalesPerson()
    return found


async def active_by_log_in(work: Work, subject: str) -> Sequence[bool]:
    """Of each who has this log-in, whether they sell."""
    wanted = select(sales_people.c.is_active).where(sales_people.c.subject == subject)
    return (await work.session.scalars(wanted)).all()


async def upsert(work: Work, imported: Sequence[SalesPerson]) -> None:
    """Keep sales people that come from another system."""
    told = insert(sales_people)
    await work.session.execute(
        told.on_conflict_do_update(
            index_elements=["tenant_id", "id"], set_={name: told.excluded[name] for name in SAID}
        ),
        [{"id": one.id, **{name: getattr(one, name) for name in SAID}} for one in imported],
    )

"""How people are kept."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, String, Uuid

from services.delivery.people.model import Employment
from services.delivery.tables import keep_newest, schema
from shared.work import Work

people = schema.table(
    "people",
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("employed_from", Date, nullable=False),
    Column("employed_until", Date),
    Column("sequence", BigInteger, nullable=False),
    audited=False,
)


async def keep(work: Work, person: Employment, *, sequence: int) -> None:
    """Keep who it is and when they work here, unless something later is known."""
    row = {
        "id": person.person_id,
        "name": person.name,
        "employed_from": person.employed_from,
        "employed_until": person.employed_until,
        "sequence": sequence,
    }
    await keep_newest(work, people, row)

"""The rates, and who they may depend on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Integer, Row, SmallInteger, String, Uuid, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.billing.rates.model import NAMES, Rate, Reach, Scope
from services.billing.tables import schema
from shared.database import amount, belongs_to, choice, found_by
from shared.money import Money
from shared.period import Period
from shared.work import Work

# One row per tenant. Whoever agrees a rate locks it alone, whoever values work shares it: so no work is valued
# past a rate that is just being agreed, and two rates for the same days cannot both be found not to overlap.
rate_books = schema.table(
    "rate_books", Column("id", SmallInteger, primary_key=True, autoincrement=False), audited=False
)

rates = schema.table(
    "rates",
    Column("id", Uuid, primary_key=True),
    choice("scope", Scope),
    Column("reach", String, nullable=False),
    Column("contract_id", Uuid),
    Column("contract_line_id", Uuid),
    Column("person_id", Uuid),
    Column("account_id", Uuid),
    Column("practice", String),
    Column("grade", String),
    Column("staffing_role", String),
    amount("hourly_rate"),
    Column("currency", String(3), nullable=False),
    Column("digits", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date),
    belongs_to("contract_id", "contracts"),
    belongs_to("contract_line_id", "contract_lines"),
    belongs_to("account_id", "customers"),
    found_by("reach", "starts_on", why="the rates that may count for an entry; overlap within a reach"),
)

# What a person's rate may depend on, as resourcing tells of it.
rated_people = schema.table(
    "rated_people",
    Column("person_id", Uuid, primary_key=True),
    Column("practice", String, nullable=False),
    Column("grade", String, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    audited=False,
)

OPEN_BOOK = text("insert into rate_books (id) values (1) on conflict do nothing")
LOCK_BOOK = text("select id from rate_books for update")
SHARE_BOOK = text("select id from rate_books for share")


async def lock_book(work: Work) -> None:
    """Let nobody else agree a rate or value work until this work ends."""
    await work.session.execute(OPEN_BOOK)
    await work.session.execute(LOCK_BOOK)


async def share_book(work: Work) -> None:
    """Let nobody agree a rate until this work ends."""
    await work.session.execute(OPEN_BOOK)
    await work.session.execute(SHARE_BOOK)


async def remember_standing(work: Work, person_id: UUID, *, practice: str, grade: str, sequence: int) -> None:
    """Keep what a person's rate may depend on, unless later news of it are known."""
    row = {"practice": practice, "grade": grade, "sequence": sequence}
    kept = insert(rated_people).values(person_id=person_id, **row)
    is_newer = rated_people.c.sequence < sequence
    await work.session.execute(
        kept.on_conflict_do_update(index_elements=["tenant_id", "person_id"], set_=row, where=is_newer)
    )


async def add(work: Work, rate: Rate, *, digits: int) -> None:
    """Keep a new rate; amounts in its currency have `digits` places behind the point."""
    await work.session.execute(insert(rates).values(_row(rate, digits)))


async def put_sold(work: Work, rate: Rate, *, digits: int) -> None:
    """Keep the rate that a line was sold at, or correct its amount."""
    row = _row(rate, digits)
    new = {name: row[name] for name in ("hourly_rate", "currency", "digits")}
    await work.session.execute(
        insert(rates).values(row).on_conflict_do_update(index_elements=["tenant_id", "id"], set_=new)
    )


async def end(work: Work, rate_id: UUID, period: Period) -> None:
    """Let a rate end."""
    await work.session.execute(update(rates).where(rates.c.id == rate_id).values(ends_before=period.ends_before))


async def get(work: Work, rate_id: UUID) -> Rate | None:
    """One rate, if there is such."""
    row = (await work.session.execute(select(rates).where(rates.c.id == rate_id))).one_or_none()
    return None if row is None else rate_of(row)


async def beside(work: Work, rate: Rate) -> Sequence[Rate]:
    """Every rate with the same reach in the same currency: only one of them counts on a day."""
    is_beside = rates.c.reach == rate.reach.key, rates.c.currency == rate.hourly_rate.currency
    rows = await work.session.execute(select(rates).where(*is_beside))
    return [rate_of(row) for row in rows]


def rate_of(row: Row[Any]) -> Rate:
    """The rate in a row of the table."""
    reach = Reach(row.scope, **{name: getattr(row, name) for name in NAMES})
    return Rate(row.id, reach, Money(row.hourly_rate, row.currency), Period(row.starts_on, row.ends_before))


def _row(rate: Rate, digits: int) -> dict[str, Any]:
    reach = rate.reach
    return {name: getattr(reach, name) for name in NAMES} | {
        "id": rate.id,
        "scope": reach.scope,
        "reach": reach.key,
        "hourly_rate": rate.hourly_rate.amount,
        "currency": rate.hourly_rate.currency,
        "digits": digits,
        "starts_on": rate.period.starts_on,
        "ends_before": rate.period.ends_before,
    }

"""Reading who sells."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select, union

from services.crm.permissions import Permission
from services.crm.sales_people.store import sales_people
from services.crm.tables import schema
from shared.database import Page, page
from shared.work import Work

OWNERS = 500  # as many as fit into one list to choose from


async def owners_to_choose(work: Work, owner: str | None) -> list[tuple[str, str]] | None:
    """Log-in and name of those to whom a record of `owner` can be given; none where the actor may not give it away.

    Who works here, and who sold in another system; `owner` and the actor are among them in any case.
    """
    if not work.actor.may(Permission.CHANGE_ALL_RECORDS):
        return None
    people = schema.metadata.tables["subjects"]
    known = union(
        select(people.c.subject, people.c.name).where(people.c.subject.is_not(None)),
        select(sales_people.c.subject, sales_people.c.name),
    ).subquery()
    by_name = select(known.c.subject, func.min(known.c.name).label("name")).group_by(known.c.subject)
    found = await work.session.execute(by_name.order_by("name", known.c.subject).limit(OWNERS))
    names = {row.subject: row.name for row in found}
    for login in filter(None, (owner, work.actor.subject)):
        names.setdefault(login, login)
    return list(names.items())


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The sales people by name."""
    work.actor.must(Permission.SEE_RECORDS)
    columns = ("id", "name", "subject", "manager", "office")
    rows = select(*(sales_people.c[name] for name in columns))
    return await page(work.session, rows, keys=(sales_people.c.name, sales_people.c.id), cursor=cursor, limit=limit)

"""Reading who sells, and what is theirs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, String, column, func, literal, or_, select, table, union

from services.crm.permissions import Permission
from services.crm.sales_people.store import SAID, sales_people
from services.crm.tables import schema
from shared.database import Page, page
from shared.work import Work

OWNERS = 500  # as many as fit into one list to choose from
# Features above this one, of which only the owner is looked at.
opportunities = table("opportunities", column("owner", String), column("outcome", String))
accounts = table("accounts", column("owner", String))
COLUMNS = tuple(sales_people.c[name] for name in ("id", *SAID, "is_active"))


async def listed(
    work: Work, *, is_active: bool | None = None, words: str = "", cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """The sales people by name; `words` are of name, log-in or office.

    With `accounts` and `open_deals` of each, for those who see everybody's; None for others.
    """
    work.actor.must(Permission.SEE_RECORDS)
    sees_all = work.actor.may(Permission.SEE_ALL_RECORDS)
    own = sales_people.c.subject
    deals = select(func.count()).where(opportunities.c.owner == own, opportunities.c.outcome == "open")
    firms = select(func.count()).where(accounts.c.owner == own)
    rows = select(
        *COLUMNS,
        (deals.scalar_subquery() if sees_all else literal(None)).label("open_deals"),
        (firms.scalar_subquery() if sees_all else literal(None)).label("accounts"),
    )
    if is_active is not None:
        rows = rows.where(sales_people.c.is_active == is_active)
    if words:
        named = (sales_people.c.name, sales_people.c.subject, sales_people.c.office)
        rows = rows.where(or_(*(one.icontains(words, autoescape=True) for one in named)))
    return await page(work.session, rows, keys=(sales_people.c.name, sales_people.c.id), cursor=cursor, limit=limit)


async def owners_to_choose(work: Work, owner: str | None) -> list[tuple[str, str]] | None:
    """Log-in and name of those to whom a record of `owner` can be given; none where the actor may not give it away.

    Who works here or sells, but for those who sell no more; `owner` and the actor are among them in any case.
    """
    if not work.actor.may(Permission.CHANGE_ALL_RECORDS):
        return None
    people = schema.metadata.tables["subjects"]
    active = select(sales_people.c.subject).where(sales_people.c.is_active)
    known = union(
        select(people.c.subject, people.c.name).where(
            people.c.subject.is_not(None),
            or_(people.c.subject.in_(active), people.c.subject.not_in(select(sales_people.c.subject))),
        ),
        select(sales_people.c.subject, sales_people.c.name).where(sales_people.c.is_active),
    ).subquery()
    by_name = select(known.c.subject, func.min(known.c.name).label("name")).group_by(known.c.subject)
    found = await work.session.execute(by_name.order_by("name", known.c.subject).limit(OWNERS))
    names = {row.subject: row.name for row in found}
    for login in filter(None, (owner, work.actor.subject)):
        names.setdefault(login, login)
    return list(names.items())

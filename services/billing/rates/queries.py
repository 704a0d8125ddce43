"""Reading rates."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Subquery, Uuid, column, exists, select, table, union_all

from services.billing.permissions import Permission
from services.billing.premiums.queries import holidays_with_premium
from services.billing.rates.model import Rate, ReRated, Scope, Unbilled
from services.billing.rates.store import rate_of, rates
from services.billing.rates.store.overtime import is_agreed
from services.billing.rates.store.valuing import re_rated
from shared.database import LIMIT_MAX, Page, page
from shared.work import Work

people = table("subjects", column("person_id", Uuid), column("name"))
customers = table("customers", column("id", Uuid), column("name"))
contracts = table("contracts", column("id", Uuid), column("number"))
contract_lines = table("contract_lines", column("id", Uuid), column("description"))


async def listed(
    work: Work, *, scope: Scope | None, contract_line_id: UUID | None, cursor: str | None, limit: int
) -> Page[Rate]:
    """Rates by what they are for and from when on."""
    work.actor.must(Permission.SEE_CONTRACTS)
    wanted = select(rates)
    if scope is not None:
        wanted = wanted.where(rates.c.scope == scope)
    if contract_line_id is not None:
        wanted = wanted.where(rates.c.contract_line_id == contract_line_id)
    keys = (rates.c.reach, rates.c.starts_on, rates.c.id)
    found = await page(work.session, wanted, keys=keys, cursor=cursor, limit=limit)
    return Page([rate_of(row) for row in found.items], found.next)


async def names(work: Work, found: Sequence[Rate]) -> dict[UUID, str]:
    """What the people, customers, contracts and lines are called that these rates are for."""
    work.actor.must(Permission.SEE_CONTRACTS)
    kinds = ("person_id", "account_id", "contract_id", "contract_line_id")
    ids = {each for rate in found for kind in kinds if (each := getattr(rate.reach, kind)) is not None}
    named = (
        select(people.c.person_id, people.c.name),
        select(customers.c.id, customers.c.name),
        select(contracts.c.id, contracts.c.number),
        select(contract_lines.c.id, contract_lines.c.description),
    )
    rows = union_all(*(one.where(one.selected_columns[0].in_(ids)) for one in named))
    return {row[0]: row[1] for row in await work.session.execute(rows)}


async def people_to_choose(work: Work) -> list[tuple[UUID, str]]:
    """The first people by name."""
    work.actor.must(Permission.SEE_CONTRACTS)
    found = await work.session.execute(select(people).order_by(people.c.name).limit(LIMIT_MAX))
    return [(row.person_id, row.name) for row in found]


async def rated_otherwise(work: Work, chosen: Unbilled) -> Subquery:
    """The unbilled work whose rate is not the one that would count now, item by item, to be read from."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    contracts = None if chosen.contract_id is None else [chosen.contract_id]
    return await _re_rated(work, chosen, contracts)


async def is_anything_rated_otherwise(work: Work, chosen: Unbilled) -> bool:
    """Whether there is unbilled work whose rate is not the one that would count now."""
    return bool(await work.session.scalar(select(exists(select(await rated_otherwise(work, chosen))))))


async def to_re_rate(work: Work, chosen: Unbilled, *, contract_ids: Sequence[UUID]) -> list[ReRated]:
    """What of these contracts would be rated otherwise now; for whoever changes it, who locks them before."""
    found = await _re_rated(work, chosen, contract_ids)
    columns = (found.c[name] for name in ReRated.__dataclass_fields__)
    rows = await work.session.execute(select(*columns).order_by(found.c.item_id))
    return [ReRated(*row) for row in rows]


async def _re_rated(work: Work, chosen: Unbilled, contract_ids: Sequence[UUID] | None) -> Subquery:
    holidays = await holidays_with_premium(work)
    return re_rated(chosen, holidays, contract_ids, with_overtime=await is_agreed(work))

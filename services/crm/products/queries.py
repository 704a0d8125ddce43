"""Reading the price book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select

from services.crm.permissions import Permission
from services.crm.products.model import NoSuchProduct, Product
from services.crm.products.store import prices, products
from shared.database import LIMIT_MAX, Page, page
from shared.work import Work


async def one(work: Work, product_id: UUID) -> Product:
    """One product with its prices; raises NoSuchProduct."""
    work.actor.must(Permission.SEE_PRODUCTS)
    found = await work.session.scalar(select(Product).where(products.c.id == product_id))
    if found is None:
        raise NoSuchProduct()
    return found


async def listed(work: Work, *, q: str = "", cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The products by code; only those that have `q` in code or name, if it is given."""
    work.actor.must(Permission.SEE_PRODUCTS)
    columns = ("id", "code", "name", "kind", "series", "staffing_role")
    rows = select(*(products.c[name] for name in columns))
    if q:
        rows = rows.where(
            or_(products.c.code.icontains(q, autoescape=True), products.c.name.icontains(q, autoescape=True))
        )
    return await page(work.session, rows, keys=(products.c.code, products.c.id), cursor=cursor, limit=limit)


async def prices_on(work: Work, ids: Sequence[UUID], day: date) -> dict[UUID, list[Row[Any]]]:
    """What each of these products is sold for on `day`, in each currency."""
    work.actor.must(Permission.SEE_PRODUCTS)
    rows = (
        select(prices.c.product_id, prices.c.currency, prices.c.amount)
        .where(prices.c.product_id.in_(ids), prices.c.starts_on <= day)
        .where(or_(prices.c.ends_before.is_(None), prices.c.ends_before > day))
        .order_by(prices.c.currency)
    )
    found: dict[UUID, list[Any]] = {}
    for row in await work.session.execute(rows):
        found.setdefault(row.product_id, []).append(row)
    return found


async def staffing_roles(work: Work) -> list[str]:
    """The staffing roles whose hours are in the price book, by name, to choose from."""
    work.actor.must(Permission.SEE_PRODUCTS)
    named = select(products.c.staffing_role).where(products.c.staffing_role.is_not(None)).distinct()
    return list(await work.session.scalars(named.order_by(products.c.staffing_role).limit(LIMIT_MAX)))

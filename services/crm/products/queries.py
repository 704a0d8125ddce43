"""Reading the price book."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.crm.permissions import Permission
from services.crm.products.model import NoSuchProduct, Product
from services.crm.products.store import products
from shared.database import Page, page
from shared.work import Work


async def one(work: Work, product_id: UUID) -> Product:
    """One product with its prices; raises NoSuchProduct."""
    work.actor.must(Permission.SEE_PRODUCTS)
    found = await work.session.scalar(select(Product).where(products.c.id == product_id))
    if found is None:
        raise NoSuchProduct()
    return found


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The products by code."""
    work.actor.must(Permission.SEE_PRODUCTS)
    columns = ("id", "code", "name", "kind", "series", "staffing_role")
    rows = select(*(products.c[name] for name in columns))
    return await page(work.session, rows, keys=(products.c.code, products.c.id), cursor=cursor, limit=limit)

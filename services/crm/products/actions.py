"""What people do with the price book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.crm.permissions import Permission
from services.crm.products import store
from services.crm.products.model import CodeTaken, NoSuchProduct, Price, Product
from shared.errors import AlreadyExists
from shared.reasons import because
from shared.work import Work


@dataclass(frozen=True)
class RolePrices:
    """The product and the price that hold for each staffing role on one day in one currency, where there is one."""

    products: Mapping[str, Product]
    prices: Mapping[str, Price]


async def write_down_product(work: Work, product: Product) -> Product:
    """Write a new product down."""
    work.actor.must(Permission.CHANGE_PRODUCTS)
    if await store.rival(work, product):
        raise CodeTaken(field="/code")
    await store.add(work, product)
    return product


async def write_product_anew(work: Work, product: Product) -> Product:
    """Let a product be as `product` says; its prices stay."""
    work.actor.must(Permission.CHANGE_PRODUCTS)
    if await store.rival(work, product):
        raise CodeTaken(field="/code")
    known = await store.get(work, product.id)
    known.code, known.name, known.series = product.code, product.name, product.series
    known.kind, known.staffing_role = product.kind, product.staffing_role
    return known


async def set_price(work: Work, price: Price) -> Product:
    """Add a dated price to a product; no two of one currency share a day."""
    work.actor.must(Permission.CHANGE_PRODUCTS)
    product = await store.get(work, price.product_id)
    if any(one.id == price.id for one in product.prices):
        raise AlreadyExists()
    product.price_at(price)
    return product


async def end_price(work: Work, product_id: UUID, price_id: UUID, *, ends_before: date | None) -> Product:
    """Say until when a price holds; refused where it would overlap a later one."""
    work.actor.must(Permission.CHANGE_PRODUCTS)
    product = await store.get(work, product_id)
    product.end_price(price_id, ends_before)
    return product


async def import_products(work: Work, imported: Sequence[Product]) -> None:
    """Take over products with their list prices from another system."""
    work.actor.must(Permission.IMPORT_RECORDS)
    await store.upsert(work, imported)


async def product_called(work: Work, code: str) -> Product:
    """The product with this code; raises NoSuchProduct."""
    work.actor.must(Permission.SEE_PRODUCTS)
    found = await store.by_code(work, code)
    if found is None:
        raise NoSuchProduct(because("There is no product with the code %(code)s.", code=code), field="/product")
    return found


async def prices_of_roles(work: Work, staffing_roles: Sequence[str], *, on: date, currency: str) -> RolePrices:
    """What an hour of each of these staffing roles is sold for and costs us on a day."""
    work.actor.must(Permission.SEE_PRODUCTS)
    products = await store.of_roles(work, staffing_roles)
    found = {role: product.price_on(on, currency) for role, product in products.items()}
    return RolePrices(products, {role: price for role, price in found.items() if price})

"""How products and their prices are kept."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Column, Date, Integer, String, Uuid, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.crm.products.model import NoSuchProduct, Price, Product, ProductKind
from services.crm.tables import schema
from shared.database import amount, belongs_to, choice, found_by, only_one, rule
from shared.work import Work

products = schema.table(
    "products",
    Column("id", Uuid, primary_key=True),
    Column("code", String, nullable=False),
    Column("name", String, nullable=False),
    choice("kind", ProductKind),
    Column("series", String, nullable=False),
    Column("staffing_role", String),
    Column("version", Integer, nullable=False),
    only_one("code"),
    only_one("staffing_role", where="staffing_role is not null"),
)
prices = schema.table(
    "prices",
    Column("id", Uuid, primary_key=True),
    Column("product_id", Uuid, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    amount("standard_cost", nullable=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date),
    belongs_to("product_id", "products"),
    found_by("product_id", "currency", "starts_on", why="the price of a product on a day"),
    rule("period", "ends_before is null or ends_before > starts_on"),
)

schema.map(Price, prices)
schema.map(
    Product,
    products,
    version=products.c.version,
    properties={"prices": schema.parts(Price, prices, of=products, by="product_id", order_by=prices.c.starts_on)},
)

PRODUCT = ("id", "code", "name", "kind", "series", "staffing_role", "version")
PRICE = ("id", "product_id", "currency", "amount", "standard_cost", "starts_on", "ends_before")


async def get(work: Work, product_id: UUID) -> Product:
    """Load one product and lock it, and with it its prices, until this work ends; raises NoSuchProduct."""
    found: Product | None = await work.session.scalar(
        select(Product).where(products.c.id == product_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchProduct()
    return found


async def rival(work: Work, product: Product) -> Product | None:
    """Another product with the same code or the same staffing role, if there is one."""
    same = [products.c.code == product.code]
    if product.staffing_role:
        same.append(products.c.staffing_role == product.staffing_role)
    found: Product | None = await work.session.scalar(select(Product).where(or_(*same), products.c.id != product.id))
    return found


async def by_code(work: Work, code: str) -> Product | None:
    """The product with this code, if there is one."""
    found: Product | None = await work.session.scalar(select(Product).where(products.c.code == code))
    return found


async def of_roles(work: Work, staffing_roles: Sequence[str]) -> dict[str, Product]:
    """The products that sell the time of these staffing roles, by role."""
    found = await work.session.scalars(select(Product).where(products.c.staffing_role.in_(staffing_roles)))
    return {product.staffing_role: product for product in found if product.staffing_role}


async def upsert(work: Work, imported: Sequence[Product]) -> None:
    """Keep products that come from another system, each with its one price, in two statements."""
    told = insert(products)
    changed = {name: told.excluded[name] for name in ("code", "name", "series")}
    await work.session.execute(
        told.on_conflict_do_update(
            index_elements=["tenant_id", "id"], set_=changed | {"version": products.c.version + 1}
        ),
        [{name: getattr(one, name) for name in PRODUCT} for one in imported],
    )
    priced = insert(prices)
    await work.session.execute(
        priced.on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"amount": priced.excluded.amount}),
        [{name: getattr(price, name) for name in PRICE} for one in imported for price in one.prices],
    )


async def add(work: Work, product: Product) -> None:
    """Keep a new product."""
    work.session.add(product)
    await work.session.flush()

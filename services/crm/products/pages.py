"""The price book as people see it: products, and the dated prices of one."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.crm.permissions import Permission
from services.crm.products import queries
from services.crm.products.actions import end_price, set_price, write_down_product, write_product_anew
from services.crm.products.api import PriceBody, ProductBody
from services.crm.products.model import Price, Product, ProductKind
from shared.errors import Stale
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.ui.formats import role
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.web import Body

router = APIRouter(prefix="/products", route_class=PageRoute)


class ProductForm(ProductBody):
    """What the form says of a product; `version` is the one that was open in it."""

    version: int = 0


class PriceEndForm(Body):
    """The first day on which a price holds no more; without one it holds on."""

    ends_before: date | None = None


@router.get("")
async def products(
    request: Request, work: InWork, rows: Rows, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Products by code, each with what it costs today."""
    found = await queries.listed(work, q=q, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("code", _("Code")),
        Column("name", _("Product")),
        Column("kind", _("Sold"), said("crm/products/kind.html", "kind", "kind")),
        Column("role", _("Staffing role"), lambda row: row.staffing_role and role(row.staffing_role), only="file"),
        Column("series", _("Series")),
        Column(
            "price",
            _("Today"),
            lambda row: tuple(price.amount for price in prices.get(row.id, ())),
            number=True,
            currency=lambda row: tuple(price.currency for price in prices.get(row.id, ())),
        ),
    )
    listing = Listing.of(request, "products", columns, found.items, next=found.next)
    prices = await queries.prices_on(work, [row.id for row in found.items], work.now.date())
    may_change = work.actor.may(Permission.CHANGE_PRODUCTS)
    return page(request, "crm/products/products.html", listing=listing, prices=prices, may_change=may_change)


@router.get("/new")
async def new(request: Request, work: InWork) -> Response:
    """An empty form."""
    work.actor.must(Permission.CHANGE_PRODUCTS)
    blank = Product(new_id(), "", "", ProductKind.FIXED_FEE, version=0)
    return page(request, "crm/products/form.html", product=blank, kinds=list(ProductKind))


@router.get("/{product_id}")
async def product(request: Request, product_id: UUID, work: InWork) -> Response:
    """One product with its prices, the newest first."""
    found = await queries.one(work, product_id)
    return page(
        request,
        "crm/products/product.html",
        product=found,
        today=work.now.date(),
        price_id=new_id(),
        sees_cost=work.actor.may(Permission.SEE_COSTS),
        may_change=work.actor.may(Permission.CHANGE_PRODUCTS),
    )


@router.get("/{product_id}/edit")
async def edit(request: Request, product_id: UUID, work: InWork) -> Response:
    """The form with what is written down."""
    work.actor.must(Permission.CHANGE_PRODUCTS)
    found = await queries.one(work, product_id)
    return page(request, "crm/products/form.html", product=found, kinds=list(ProductKind))


@router.post("/{product_id}")
async def save(request: Request, product_id: UUID, work: InWork) -> Response:
    """Write down what the form says, and show the product."""
    form = await form_of(request, ProductForm)
    product = Product(id=product_id, **form.model_dump(exclude={"version"}))
    if form.version:
        if form.version != (await queries.one(work, product_id)).version:
            raise Stale()
        await write_product_anew(work, product)
    else:
        await write_down_product(work, product)
    return _to(product_id)


@router.post("/{product_id}/prices/{price_id}")
async def add_price(request: Request, product_id: UUID, price_id: UUID, work: InWork) -> Response:
    """Let a price hold from a day on."""
    form = await form_of(request, PriceBody)
    await set_price(work, Price(id=price_id, product_id=product_id, **form.model_dump()))
    return _to(product_id)


@router.post("/{product_id}/prices/{price_id}/end")
async def end(request: Request, product_id: UUID, price_id: UUID, work: InWork) -> Response:
    """Say until when a price holds."""
    form = await form_of(request, PriceEndForm)
    await end_price(work, product_id, price_id, ends_before=form.ends_before)
    return _to(product_id)


def _to(product_id: UUID) -> Response:
    return RedirectResponse(f"/crm/products/{product_id}", 303)

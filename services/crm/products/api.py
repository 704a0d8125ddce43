"""Products and their dated prices over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response, status
from pydantic import Field, model_validator

from services.crm.permissions import Permission
from services.crm.products import queries
from services.crm.products.actions import end_price, set_price, write_down_product, write_product_anew
from services.crm.products.model import (
    CodeTaken,
    EndsTooEarly,
    NoSuchPrice,
    NoSuchProduct,
    Price,
    PricesOverlap,
    Product,
    ProductKind,
    RoleExpected,
)
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.cursors import BadCursor
from shared.database import LIMIT_DEFAULT
from shared.errors import Stale
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, must_match, refusals, set_etag

router = APIRouter(prefix="/products", tags=["products"], route_class=WorkRoute)

Code = Annotated[str, Field(min_length=1, max_length=60)]
Words = Annotated[str, Field(max_length=200)]


class ProductBody(Body):
    """A product; `staffing_role` with the kind `time_by_role` only."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: ProductKind
    series: Words = ""
    staffing_role: Code | None = None


class PriceBody(Body):
    """A price from `starts_on` up to, not including, `ends_before`; per hour for time by role."""

    currency: Currency
    amount: Annotated[Amount, Field(ge=0)]
    standard_cost: Annotated[Amount, Field(ge=0)] | None = None
    starts_on: date
    ends_before: date | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.ends_before is not None and self.ends_before <= self.starts_on:
            raise ValueError("ends_before must be after starts_on")
        return self


class PriceEnd(Body):
    """The first day on which the price holds no more."""

    ends_before: date | None


class PriceView(View):
    """A dated price; `standard_cost` only for those who may see costs."""

    id: UUID
    currency: str
    amount: Amount
    standard_cost: Amount | None
    starts_on: date
    ends_before: date | None


class ProductView(View):
    """A product with its prices."""

    id: UUID
    code: str
    name: str
    kind: ProductKind
    series: str
    staffing_role: str | None
    version: int
    prices: list[PriceView]


class ProductRow(View):
    """A product in a list."""

    id: UUID
    code: str
    name: str
    kind: ProductKind
    series: str
    staffing_role: str | None


@router.put(
    "/{product_id}",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(NotPermitted, CodeTaken, RoleExpected),
)
async def create(product_id: UUID, body: ProductBody, work: InWork, response: Response) -> ProductView:
    """Write down a new product under the caller's own id."""
    await write_down_product(work, Product(id=product_id, **body.model_dump()))
    return await _shown(work, product_id, response)


@router.patch("/{product_id}", responses=refusals(NotPermitted, NoSuchProduct, CodeTaken, RoleExpected, Stale))
async def change(
    product_id: UUID, body: ProductBody, request: Request, work: InWork, response: Response
) -> ProductView:
    """Write a product down anew; its prices stay."""
    seen = await queries.one(work, product_id)
    must_match(request, seen.version)
    await write_product_anew(work, Product(id=product_id, **body.model_dump()))
    return await _shown(work, product_id, response)


@router.get("/{product_id}", responses=refusals(NotPermitted, NoSuchProduct))
async def show(product_id: UUID, work: InWork, response: Response) -> ProductView:
    """One product with its prices."""
    return await _shown(work, product_id, response)


@router.get("", responses=refusals(NotPermitted, BadCursor))
async def find(work: InWork, cursor: Cursor = None, limit: Limit = LIMIT_DEFAULT) -> PageOf[ProductRow]:
    """The products by code."""
    return PageOf[ProductRow].of(await queries.listed(work, cursor=cursor, limit=limit), ProductRow)


@router.put(
    "/{product_id}/prices/{price_id}",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(NotPermitted, NoSuchProduct, PricesOverlap),
)
async def add_price(product_id: UUID, price_id: UUID, body: PriceBody, work: InWork, response: Response) -> ProductView:
    """Add a dated price under the caller's own id; no two prices of one currency share a day."""
    await set_price(work, Price(id=price_id, product_id=product_id, **body.model_dump()))
    return await _shown(work, product_id, response)


@router.patch(
    "/{product_id}/prices/{price_id}",
    responses=refusals(NotPermitted, NoSuchProduct, NoSuchPrice, PricesOverlap, EndsTooEarly),
)
async def end(product_id: UUID, price_id: UUID, body: PriceEnd, work: InWork, response: Response) -> ProductView:
    """Say until when a price holds."""
    await end_price(work, product_id, price_id, ends_before=body.ends_before)
    return await _shown(work, product_id, response)


async def _shown(work: InWork, product_id: UUID, response: Response) -> ProductView:
    product = await queries.one(work, product_id)
    set_etag(response, product.version)
    view = ProductView.model_validate(product)
    if work.actor.may(Permission.SEE_COSTS):
        return view
    hidden = [price.model_copy(update={"standard_cost": None}) for price in view.prices]
    return view.model_copy(update={"prices": hidden})

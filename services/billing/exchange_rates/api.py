"""Exchange rates over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field, PlainSerializer, WithJsonSchema

from services.billing.exchange_rates import actions, queries
from services.billing.exchange_rates.model import (
    MOST_DIGITS,
    BadExchangeRate,
    BadRateFile,
    ExchangeRate,
    ExchangeRateStands,
    NoSuchExchangeRate,
    an_exchange_rate,
    read,
)
from shared.actor import NotPermitted
from shared.contracts.base import Currency
from shared.money import plain
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals

router = APIRouter(prefix="/exchange-rates", tags=["exchange rates"], route_class=WorkRoute)
Rate = Annotated[
    Decimal,
    Field(gt=0, max_digits=2 * MOST_DIGITS, decimal_places=MOST_DIGITS),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,10}(\.\d{1,10})?$", "examples": ["1.0834"]}),
]


class ExchangeRateBody(Body):
    """What one unit of `base_currency` is worth in `quote_currency`, from a day on.

    Without `ends_before` it counts for a week, and no longer than until the next rate of the pair starts.
    """

    base_currency: Currency
    quote_currency: Currency
    rate: Rate
    starts_on: date
    ends_before: date | None = Field(default=None, description="the first day on which it does not count any more")
    corrects: bool = Field(default=False, description="that the rate that starts on this day was wrong")

    def exchange_rate(self) -> ExchangeRate:
        """As the model has it. Raises BadExchangeRate."""
        return an_exchange_rate(self.base_currency, self.quote_currency, self.rate, self.starts_on, self.ends_before)


class RateFileBody(Body):
    """Rates as CSV: base_currency, quote_currency, rate, starts_on, and if you like ends_before."""

    file: str = Field(min_length=1, max_length=1_000_000)
    corrects: bool = Field(default=False, description="that rates that start on the same days were wrong")


class ExchangeRateFigure(View):
    """What one unit of `base_currency` is worth in `quote_currency`, from a day on up to another."""

    id: UUID
    base_currency: str
    quote_currency: str
    rate: Rate
    starts_on: date
    ends_before: date


class ExchangeRateView(ExchangeRateFigure):
    """An exchange rate; `is_corrected` where a later version counts instead."""

    version: int
    is_corrected: bool
    entered_at: datetime
    entered_by: str


class RatesBroughtInView(View):
    """How many rates of a file were not known before."""

    lines: int
    new: int


@router.put(
    "/{exchange_rate_id}", status_code=201, responses=refusals(NotPermitted, BadExchangeRate, ExchangeRateStands)
)
async def enter(exchange_rate_id: UUID, body: ExchangeRateBody, work: InWork) -> ExchangeRateView:
    """Enter a rate; entered before for the same day, it gives the one that stands."""
    standing = await actions.enter_rate(work, exchange_rate_id, body.exchange_rate(), corrects=body.corrects)
    return ExchangeRateView.model_validate(await queries.exchange_rate(work, standing))


@router.post(
    "/file",
    status_code=201,
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, BadRateFile, ExchangeRateStands),
)
async def bring_in(body: RateFileBody, work: InWork) -> RatesBroughtInView:
    """Keep the rates of a CSV file, all or none; those that stand already are left alone."""
    rates = read(body.file)
    new = await actions.bring_in_rates(work, rates, corrects=body.corrects)
    return RatesBroughtInView(lines=len(rates), new=new)


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork, *, currency: Currency | None = None, on: date | None = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[ExchangeRateView]:
    """Rates, the latest first; of one currency, or those that cover a day."""
    found = await queries.listed(work, currency=currency, on=on, cursor=cursor, limit=limit)
    return PageOf.of(found, ExchangeRateView)


@router.get("/{exchange_rate_id}", responses=refusals(NotPermitted, NoSuchExchangeRate))
async def show(exchange_rate_id: UUID, work: InWork) -> ExchangeRateView:
    """One rate, as entries refer to it."""
    return ExchangeRateView.model_validate(await queries.exchange_rate(work, exchange_rate_id))

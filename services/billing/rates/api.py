"""Rates over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from services.billing.rates import queries
from services.billing.rates.actions import agree_rate, end_rate
from services.billing.rates.model import (
    NAMES,
    NoSuchRate,
    Rate,
    RateEndsTooEarly,
    RateHasNoScope,
    RateLeavesGap,
    RateOverlaps,
    Reach,
    Scope,
)
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.money import Money
from shared.period import Period
from shared.web import Body, Cursor, InWork, Limit, PageOf, WorkRoute, refusals
from shared.web.problems import RefersToUnknown

router = APIRouter(prefix="/rates", tags=["rates"], route_class=WorkRoute)


class RateBody(Body):
    """What an hour is worth, for whom, and from which day up to which; the scope says which ids are needed."""

    scope: Scope
    contract_id: UUID | None = None
    contract_line_id: UUID | None = None
    person_id: UUID | None = None
    account_id: UUID | None = None
    practice: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    grade: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    staffing_role: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    hourly_rate: Annotated[Amount, Field(ge=Decimal(0))]
    currency: Currency
    starts_on: date
    ends_before: date | None = None
    gap_is_meant: bool = False

    def rate(self, rate_id: UUID) -> Rate:
        """As the model has it. Raises RateHasNoScope."""
        reach = Reach(self.scope, **{name: getattr(self, name) for name in NAMES})
        period = Period(self.starts_on, self.ends_before)
        return Rate(rate_id, reach, Money(self.hourly_rate, self.currency), period)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_before is not None and self.ends_before <= self.starts_on:
            raise ValueError("ends_before must be a later day than starts_on")
        return self


class EndBody(Body):
    """The first day on which a rate does not count any more; days before the next one stay without only if meant."""

    ends_before: date
    gap_is_meant: bool = False


class RateView(Body):
    """A rate; `why` says in words what it is for."""

    id: UUID
    scope: Scope
    why: str
    contract_id: UUID | None
    contract_line_id: UUID | None
    person_id: UUID | None
    account_id: UUID | None
    practice: str | None
    grade: str | None
    staffing_role: str | None
    hourly_rate: Amount
    currency: str
    starts_on: date
    ends_before: date | None

    @classmethod
    def of(cls, rate: Rate) -> RateView:
        """Show `rate`."""
        reach = rate.reach
        return cls(
            id=rate.id,
            scope=reach.scope,
            why=str(reach.scope.words),
            **{name: getattr(reach, name) for name in NAMES},
            hourly_rate=rate.hourly_rate.amount,
            currency=rate.hourly_rate.currency,
            starts_on=rate.period.starts_on,
            ends_before=rate.period.ends_before,
        )


@router.put(
    "/{rate_id}", responses=refusals(NotPermitted, RateHasNoScope, RateOverlaps, RateLeavesGap, RefersToUnknown)
)
async def agree(rate_id: UUID, body: RateBody, work: InWork) -> RateView:
    """Agree a rate; work that waited for one is valued with it at once."""
    return RateView.of(await agree_rate(work, body.rate(rate_id), gap_is_meant=body.gap_is_meant))


@router.post("/{rate_id}/end", responses=refusals(NotPermitted, NoSuchRate, RateEndsTooEarly, RateLeavesGap))
async def end(rate_id: UUID, body: EndBody, work: InWork) -> RateView:
    """Let a rate end, so that another one can follow; what was valued with it stays as it is."""
    return RateView.of(await end_rate(work, rate_id, **dict(body)))


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork,
    *,
    scope: Scope | None = None,
    contract_line_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[RateView]:
    """Rates, by what they are for and from when on."""
    found = await queries.listed(work, scope=scope, contract_line_id=contract_line_id, cursor=cursor, limit=limit)
    return PageOf(items=[RateView.of(rate) for rate in found.items], next=found.next)

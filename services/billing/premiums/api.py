"""Premiums over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from services.billing.premiums import queries
from services.billing.premiums.actions import agree_premium, end_premium
from services.billing.premiums.model import (
    CountedBy,
    HolidaysOfWhere,
    NoSuchPremium,
    OvertimeBeyondWhat,
    Premium,
    PremiumEndsTooEarly,
    PremiumForBoth,
    PremiumKind,
    PremiumOverlaps,
)
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.period import Period
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals
from shared.web.problems import RefersToUnknown

router = APIRouter(prefix="/premiums", tags=["premiums"], route_class=WorkRoute)


class PremiumBody(Body):
    """What comes on top of the rate on such days, for a contract, for a customer, or without both for everybody.

    Overtime is what a person works on a contract beyond `beyond_minutes` a day or a week.
    """

    kind: PremiumKind
    percent: Annotated[Amount, Field(ge=Decimal(0), le=Decimal(1000))]
    contract_id: UUID | None = None
    customer_id: UUID | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    region: Annotated[str, Field(min_length=1, max_length=10)] | None = None
    counted_by: CountedBy | None = None
    beyond_minutes: Annotated[int, Field(ge=0)] | None = None
    starts_on: date
    ends_before: date | None = None

    def premium(self, premium_id: UUID) -> Premium:
        """As the model has it."""
        return Premium(
            id=premium_id,
            kind=self.kind,
            percent=self.percent,
            period=Period(self.starts_on, self.ends_before),
            contract_id=self.contract_id,
            customer_id=self.customer_id,
            country=self.country,
            region=self.region,
            counted_by=self.counted_by,
            beyond_minutes=self.beyond_minutes,
        )

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_before is not None and self.ends_before <= self.starts_on:
            raise ValueError("ends_before must be a later day than starts_on")
        return self


class PremiumEndBody(Body):
    """The first day on which a premium does not count any more."""

    ends_before: date


class PremiumView(View):
    """A premium."""

    id: UUID
    kind: PremiumKind
    percent: Amount
    contract_id: UUID | None
    customer_id: UUID | None
    country: str | None
    region: str | None
    counted_by: CountedBy | None
    beyond_minutes: int | None
    starts_on: date
    ends_before: date | None

    @classmethod
    def of(cls, premium: Premium) -> PremiumView:
        """Show `premium`."""
        period = premium.period
        said = {name: getattr(premium, name) for name in cls.model_fields if hasattr(premium, name)}
        return cls(**said, starts_on=period.starts_on, ends_before=period.ends_before)


@router.put(
    "/{premium_id}",
    responses=refusals(
        NotPermitted, PremiumForBoth, HolidaysOfWhere, OvertimeBeyondWhat, PremiumOverlaps, RefersToUnknown
    ),
)
async def agree(premium_id: UUID, body: PremiumBody, work: InWork) -> PremiumView:
    """Agree a premium; what has a value keeps it."""
    return PremiumView.of(await agree_premium(work, body.premium(premium_id)))


@router.post("/{premium_id}/end", responses=refusals(NotPermitted, NoSuchPremium, PremiumEndsTooEarly))
async def end(premium_id: UUID, body: PremiumEndBody, work: InWork) -> PremiumView:
    """Let a premium end, so that another one can follow; what was valued with it stays as it is."""
    return PremiumView.of(await end_premium(work, premium_id, ends_before=body.ends_before))


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork, *, contract_id: UUID | None = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[PremiumView]:
    """Premiums, by the days that they are for and from when on."""
    return PageOf.of(await queries.listed(work, contract_id=contract_id, cursor=cursor, limit=limit), PremiumView)

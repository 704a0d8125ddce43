"""Amendments over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.billing.amendments import queries
from services.billing.amendments.actions import agree_amendment
from services.billing.contracts.model import (
    Amendment,
    LineChange,
    Method,
    NegativeTerm,
    NewLineIncomplete,
    NoSuchContract,
)
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.errors import AlreadyExists
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/contracts", tags=["amendments"], route_class=WorkRoute)
Words = Annotated[str, Field(max_length=500)]


class ChangeBody(Body):
    """What changes on a line, more or less; a line that the contract does not have is a new one."""

    line_id: UUID
    amount_delta: Amount
    minutes_delta: Annotated[int, Field(ge=-(10**9), le=10**9)] | None = None
    cap_delta: Amount | None = None
    description: Words = ""
    method: Method | None = None
    product: Words = ""
    staffing_role: Annotated[str, Field(max_length=200)] | None = None
    hourly_rate: Annotated[Amount, Field(ge=0)] | None = None


class AgreementBody(Body):
    """What was agreed with the customer, by whom, and from which day on it counts, but for the lines."""

    number: Annotated[str, Field(min_length=1, max_length=100)]
    approved_on: date
    effective_on: date
    client_approver: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    new_ends_before: date | None = None

    def amendment(self, id: UUID, contract_id: UUID, changes: Sequence[LineChange]) -> Amendment:
        """As the model has it."""
        told = self.model_dump(exclude={"lines"})
        return Amendment(id=id, contract_id=contract_id, changes=changes, **told)


class AmendmentBody(AgreementBody):
    """What was agreed with the customer, with the lines that change."""

    lines: Annotated[list[ChangeBody], Field(max_length=200)]


class ChangeView(View):
    """What changed on a line."""

    line_id: UUID
    description: str
    method: Method | None
    amount_delta: Amount
    minutes_delta: int | None
    cap_delta: Amount | None
    staffing_role: str | None
    hourly_rate: Amount | None


class AmendmentView(View):
    """One amendment, as it was agreed."""

    id: UUID
    contract_id: UUID
    number: str
    approved_on: date
    effective_on: date
    client_approver: str
    reason: str
    new_ends_before: date | None
    changes: list[ChangeView]


class LineTermsView(View):
    """What is agreed on a line on the day asked for, beside what was sold."""

    line_id: UUID
    description: str
    method: Method
    sold_amount: Amount
    amount: Amount
    minutes: int | None
    cap: Amount | None


class AgreedTermsView(View):
    """What is agreed on a contract on a day."""

    on: date
    amount: Amount
    ends_before: date
    lines: list[LineTermsView]


@router.put(
    "/{contract_id}/amendments/{amendment_id}",
    responses=refusals(NotPermitted, NoSuchContract, NewLineIncomplete, NegativeTerm, AlreadyExists),
)
async def agree(contract_id: UUID, amendment_id: UUID, body: AmendmentBody, work: InWork) -> AmendmentView:
    """Keep an amendment that was agreed on paper; those that delivery got approved come by themselves."""
    made = body.amendment(amendment_id, contract_id, [LineChange(**line.model_dump()) for line in body.lines])
    return AmendmentView.model_validate(await agree_amendment(work, made))


@router.get("/{contract_id}/amendments", responses=refusals(NotPermitted, NoSuchContract))
async def history(contract_id: UUID, work: InWork) -> list[AmendmentView]:
    """Every amendment of a contract, in the order in which they come into force."""
    return [AmendmentView.model_validate(one) for one in await queries.history(work, contract_id)]


@router.get("/{contract_id}/terms", responses=refusals(NotPermitted, NoSuchContract))
async def terms(contract_id: UUID, work: InWork, on: date | None = None) -> AgreedTermsView:
    """What is agreed on a contract on a day, or today."""
    return AgreedTermsView.model_validate(await queries.terms(work, contract_id, on or work.now.date()))

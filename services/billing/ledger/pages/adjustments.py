"""Entries by hand as people make them: an adjustment with its lines, and taking one back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.ledger import actions, queries
from services.billing.ledger.api import ReversalBody
from services.billing.ledger.model.accounts import AccountCode
from services.billing.ledger.model.entries import NewLine
from services.billing.ledger.pages.books import LegalEntity
from services.billing.permissions import Permission
from shared.contracts.base import Amount, Currency
from shared.ids import new_id
from shared.pages import InWork, PageRoute, Typed, form_of, page
from shared.web import Body, key_required

ROWS = 4
router = APIRouter(prefix="/journal", route_class=PageRoute)


class LineForm(Body):
    """One side of an entry: an account, and what is debited or credited."""

    account: Annotated[str, Field(max_length=40)]
    debit: Annotated[Amount, Typed] = Decimal()
    credit: Annotated[Amount, Typed] = Decimal()


class AdjustmentForm(Body):
    """An entry as it was typed; a row without an account says nothing."""

    legal_entity: str
    currency: Currency
    on: date
    text: Annotated[str, Field(min_length=1, max_length=500)]
    lines: Annotated[dict[UUID, LineForm], Field(max_length=200)] = Field(default_factory=dict)

    def sides(self) -> list[NewLine]:
        """What is posted: debit positive, credit negative."""
        return [NewLine(AccountCode(one.account), one.debit - one.credit) for one in self.lines.values()]


@router.get("/adjustments/new")
async def new(request: Request, work: InWork, wanted: LegalEntity = None) -> Response:
    """An empty entry in the books of a legal entity."""
    codes = await queries.legal_entities_with_books(work)
    code = wanted or next(iter(codes), "")
    return page(
        request,
        "billing/ledger/adjustment.html",
        codes=codes,
        legal_entity=code,
        names=(await queries.chart(work, code)).accounts,
        currency=await queries.functional_currency(work, code) if code else "",
        rows=[new_id() for _ in range(ROWS)],
        today=work.now.date(),
        may_adjust=work.actor.may(Permission.ADJUST_LEDGER),
    )


@router.get("/adjustments/rows")
async def row(request: Request, work: InWork, legal_entity: Annotated[str, Query(max_length=50)] = "") -> Response:
    """One more line of the form."""
    names = (await queries.chart(work, legal_entity)).accounts
    return page(request, "billing/ledger/adjustment_line.html", line_id=new_id(), names=names)


@router.post("/adjustments", dependencies=[Depends(key_required)])
async def post(request: Request, work: InWork) -> Response:
    """Post the entry and show it."""
    form = await form_of(request, AdjustmentForm)
    entry = await actions.post_adjustment(
        work,
        new_id(),
        legal_entity=form.legal_entity,
        currency=form.currency,
        on=form.on,
        text=form.text,
        lines=form.sides(),
    )
    return RedirectResponse(f"/billing/journal/entries/{entry.id}", 303)


@router.post("/entries/{entry_id}/reversal", dependencies=[Depends(key_required)])
async def reverse(request: Request, entry_id: UUID, work: InWork) -> Response:
    """Take an entry back, and show the one that does."""
    form = await form_of(request, ReversalBody)
    back = await actions.reverse_entry(work, entry_id, on=form.on, reason=form.reason)
    return RedirectResponse(f"/billing/journal/entries/{back.id}", 303)

"""Entries from outside over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.billing.ledger.api import WRONG_ENTRY, EntryView
from services.billing.ledger.model.accounts import NoBooks
from services.billing.ledger.model.entries import EntryDiffers
from services.billing.outside_entries.actions import bring_in
from services.billing.outside_entries.model import BadFile, KeptHere, OutsideEntry, OutsideLine, read
from shared.contracts.base import Amount, Currency
from shared.web import Body, InWork, View, WorkRoute, key_required, refusals

router = APIRouter(prefix="/outside-entries", tags=["ledger"], route_class=WorkRoute)
System = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="which system they come from")]


class OutsideLineBody(Body):
    account: str = Field(description="code of a ledger account")
    amount: Amount = Field(description="debit positive, credit negative")
    contract_id: UUID | None = None
    project_id: UUID | None = None


class OutsideEntryBody(Body):
    reference: str = Field(min_length=1, max_length=100, description="what the entry is called in its system")
    on: date
    currency: Currency
    text: str = Field(min_length=1, max_length=500)
    lines: list[OutsideLineBody] = Field(max_length=200)


class EntriesBody(Body):
    legal_entity: str
    system: System
    entries: list[OutsideEntryBody] = Field(min_length=1, max_length=500)


class FileBody(Body):
    """The same as CSV: reference, on, currency, text, account, amount, contract_id, project_id."""

    legal_entity: str
    system: System
    file: str = Field(min_length=1, max_length=1_000_000)


class BroughtInView(View):
    """The entries as they stand in the books."""

    entries: list[EntryView]


REFUSED = refusals(*WRONG_ENTRY, NoBooks, KeptHere, EntryDiffers)


@router.post("", status_code=201, dependencies=[Depends(key_required)], responses=REFUSED)
async def post_entries(body: EntriesBody, work: InWork) -> BroughtInView:
    """Post entries of another system, all or none, each once for its reference."""
    entries = [
        OutsideEntry(
            one.reference,
            one.on,
            one.currency,
            one.text,
            [OutsideLine(line.account, line.amount, line.contract_id, line.project_id) for line in one.lines],
        )
        for one in body.entries
    ]
    return await _brought_in(work, entries, legal_entity=body.legal_entity, system=body.system)


@router.post(
    "/file",
    status_code=201,
    dependencies=[Depends(key_required)],
    responses=REFUSED | refusals(BadFile),
)
async def post_file(body: FileBody, work: InWork) -> BroughtInView:
    """Post the entries of a CSV file, all or none, each once for its reference."""
    return await _brought_in(work, read(body.file), legal_entity=body.legal_entity, system=body.system)


async def _brought_in(work: InWork, entries: list[OutsideEntry], *, legal_entity: str, system: str) -> BroughtInView:
    posted = await bring_in(work, entries, legal_entity=legal_entity, system=system)
    return BroughtInView(entries=[EntryView.model_validate(one) for one in posted])

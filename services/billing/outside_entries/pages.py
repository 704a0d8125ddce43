"""Entries from outside as people bring them in: those that are there, and a file seen before it is posted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from services.billing.ledger import queries as ledger
from services.billing.ledger.model.entries import JournalEntry, SourceKind
from services.billing.outside_entries import actions
from services.billing.outside_entries.api import System
from services.billing.outside_entries.model import BadFile, OutsideEntry, read
from services.billing.permissions import Permission
from shared.pages import InWork, PageRoute, page, toast
from shared.reasons import because
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.web import key_required

HERE = "/billing/outside-entries"
router = APIRouter(prefix="/outside-entries", route_class=PageRoute)
Books = Annotated[str, Form(max_length=50)]
From = Annotated[System, Form()]


@router.get("")
async def entries(
    request: Request,
    work: InWork,
    rows: Rows,
    wanted: Annotated[str | None, Query(alias="legal_entity", max_length=50)] = None,
) -> Response:
    """Every entry that another system brought into the books of a legal entity, the newest first."""
    codes = await ledger.legal_entities_with_books(work)
    code = wanted or next(iter(codes), "")
    asked = ledger.Wanted(code, source_kind=SourceKind.OUTSIDE)
    found = await ledger.entries(work, asked, cursor=rows.cursor, limit=rows.limit, descending=True)
    columns = (
        Column("posted_on", _("Day")),
        Column("text", _("Entry")),
        Column("lines", _("Lines"), lambda row: len(row.lines), number=True),
        Column("amount", _("Amount"), _debit, number=True, currency="currency"),
        Column("by", _("Brought in"), who("recorded_by")),
        Column("at", _("When"), "recorded_at", only="file"),
    )
    return page(
        request,
        "billing/outside_entries/entries.html",
        listing=Listing.of(request, "outside-entries", columns, found.items, next=found.next),
        codes=codes,
        legal_entity=code,
        may_bring_in=work.actor.may(Permission.ADJUST_LEDGER),
    )


@router.post("/preview")
async def preview(
    request: Request, work: InWork, legal_entity: Books, system: From, file: Annotated[UploadFile, File()]
) -> Response:
    """What a file says, entry by entry; a part of the form."""
    entries = await _read(file)
    chart = await actions.checked(work, entries, legal_entity=legal_entity)
    return page(request, "billing/outside_entries/preview.html", entries=entries, names=chart.accounts)


@router.post("", dependencies=[Depends(key_required)])
async def bring_in(work: InWork, legal_entity: Books, system: From, file: Annotated[UploadFile, File()]) -> Response:
    """Post the entries of a file, all or none, each once for its reference."""
    posted = await actions.bring_in(work, await _read(file), legal_entity=legal_entity, system=system)
    said = ngettext("%(num)s entry is in the books.", "%(num)s entries are in the books.", len(posted))
    return RedirectResponse(f"{HERE}?legal_entity={legal_entity}", 303, toast(said % {"num": len(posted)}))


async def _read(file: UploadFile) -> Sequence[OutsideEntry]:
    """The entries of a file, written as CSV. Raises BadFile."""
    try:
        return read((await file.read()).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadFile(because("The file is not written in UTF-8."), field="/file") from None


def _debit(entry: JournalEntry) -> Decimal:
    return sum((line.amount for line in entry.lines if line.amount > 0), Decimal())

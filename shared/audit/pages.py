"""The history of a record as people see it: who changed what, when, from what to what, and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from shared.audit.api import RecordId
from shared.audit.trail import changes_of
from shared.database import LIMIT_DEFAULT
from shared.pages import InWork, PageRoute, page
from shared.ui.listing import Listing
from shared.web import Cursor

router = APIRouter(prefix="/history", route_class=PageRoute)
Address = Annotated[str, Query(alias="of", max_length=500, pattern=r"^(/[\w.-]+)*$")]


@router.get("/{record_id}")
async def history(
    request: Request, record_id: RecordId, work: InWork, *, of: Address = "", cursor: Cursor = None
) -> Response:
    """Every change of a record, the newest first, and the way back to the page `of` it."""
    found = await changes_of(work, record_id, cursor=cursor, limit=LIMIT_DEFAULT, descending=True)
    listing = Listing.of(request, "history", (), found.items, next=found.next)
    return page(request, "shell/history.html", listing=listing, record_id=record_id, back=of)

"""The history of a record over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from shared.audit.trail import changes_of
from shared.web.paging import Cursor, Limit, PageOf
from shared.web.route import InWork, WorkRoute

router = APIRouter(prefix="/audit", tags=["audit"], route_class=WorkRoute)


class Change(BaseModel):
    """One change of one record."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    at: datetime
    actor: str
    record: str
    record_id: str
    change: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None


RecordId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,100}$", description="id of the record, or its code")]


@router.get("/{record_id}")
async def history(record_id: RecordId, work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[Change]:
    """Every change of one record, oldest first; for auditors and controllers."""
    return PageOf.of(await changes_of(work, record_id, cursor=cursor, limit=limit), Change)

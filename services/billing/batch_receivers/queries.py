"""Reading who receives batches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from services.billing.batch_receivers.model import Receiver
from services.billing.batch_receivers.store import FIELDS, batch_receivers
from services.billing.permissions import Permission
from shared.database import Page, page, read
from shared.work import Work


async def received_by(work: Work, subject: str) -> list[Receiver]:
    """What a log-in is appointed to receive, for other features of billing."""
    return await read(work.session, Receiver, batch_receivers, batch_receivers.c.subject == subject)


async def receivers(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Everybody who receives batches, by legal entity."""
    work.actor.must(Permission.CONFIGURE)
    keys = (batch_receivers.c.legal_entity, batch_receivers.c.subject)
    return await page(work.session, select(*FIELDS), keys=keys, cursor=cursor, limit=limit)

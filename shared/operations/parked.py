"""Parked messages: what could not be acted on, and what could not be sent, by what is wrong with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Row, SmallInteger, String, Uuid, column, func, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import aggregate_order_by

from shared.database import Page, page
from shared.operations.confidential import is_confidential
from shared.operations.desk import Desk
from shared.operations.trail import operations

OUTBOX = "outbox"  # stands for the consumer of what could not be sent: nobody was reached by it
WITHHELD = "withheld: this kind of message may tell costs, which an auditor sees"

# One list of both kinds. What differs in an error from message to message, its numbers, does not make another group.
EITHER = sql(
    f"""
    select consumer, event_id, tenant_id, coalesce(type, '') as type, subject, error_type, error_text,
           coalesce(error_fingerprint, error_type, '') as fingerprint, attempts, received_at, finished_at as parked_at
    from msg.inbox where status = 'parked'
    union all
    select '{OUTBOX}', event_id, tenant_id, type, subject, 'unpublishable', last_error,
           'unpublishable ' || left(md5(regexp_replace(coalesce(last_error, ''), '[0-9]+', '#', 'g')), 12),
           attempts, recorded_at, parked_at
    from msg.outbox_parked where discarded_at is null
    """  # noqa: S608 - a constant
)
CONSUMER, TYPE, FINGERPRINT = column("consumer", String), column("type", String), column("fingerprint", String)
EVENT_ID, PARKED_AT = column("event_id", Uuid), column("parked_at", DateTime(timezone=True))
parked = EITHER.columns(
    CONSUMER,
    EVENT_ID,
    column("tenant_id", Uuid),
    TYPE,
    column("subject", String),
    column("error_type", String),
    column("error_text", String),
    FINGERPRINT,
    column("attempts", SmallInteger),
    column("received_at", DateTime(timezone=True)),
    PARKED_AT,
).subquery("parked")


def was_requeued() -> ColumnElement[bool]:
    """Whether an operator has let a parked message run again before, so that it has failed again."""
    return (
        select(operations.c.id)
        .where(
            operations.c.event_id == parked.c.event_id,
            operations.c.consumer == parked.c.consumer,
            operations.c.action == "requeued",
        )
        .exists()
    )


async def groups(desk: Desk, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Parked messages by what is wrong with them: consumer, type and fingerprint of the error, in that order."""
    key = (parked.c.consumer, parked.c.type, parked.c.fingerprint)
    latest_first = parked.c.parked_at.desc()
    grouped = (
        select(
            *key,
            func.count().label("messages"),
            func.count().filter(was_requeued()).label("failed_again"),
            func.count(parked.c.tenant_id.distinct()).label("tenants"),
            func.min(parked.c.parked_at).label("first_seen"),
            func.max(parked.c.parked_at).label("last_seen"),
            func.array_agg(aggregate_order_by(parked.c.error_type, latest_first))[1].label("error_type"),
            func.array_agg(aggregate_order_by(parked.c.error_text, latest_first))[1].label("error_text"),
        )
        .where(*only(desk))
        .group_by(*key)
        .subquery("grouped")
    )
    return await page(desk.session, select(grouped), keys=(CONSUMER, TYPE, FINGERPRINT), cursor=cursor, limit=limit)


async def messages(
    desk: Desk,
    *,
    consumer: str | None = None,
    event_type: str | None = None,
    fingerprint: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Row[Any]]:
    """Parked messages, the longest parked first, narrowed by what is given."""
    rows = select(parked, was_requeued().label("failed_again"))
    wanted = rows.where(*only(desk, consumer=consumer, event_type=event_type, fingerprint=fingerprint))
    return await page(desk.session, wanted, keys=(PARKED_AT, CONSUMER, EVENT_ID), cursor=cursor, limit=limit)


async def count(desk: Desk, *, consumer: str, event_type: str, fingerprint: str) -> int:
    """How many messages a group has."""
    these = only(desk, consumer=consumer, event_type=event_type, fingerprint=fingerprint)
    found: int = (await desk.session.execute(select(func.count()).select_from(parked).where(*these))).scalar_one()
    return found


async def waiting(desk: Desk) -> tuple[int, datetime | None]:
    """How many messages are parked, and since when the first of them."""
    counted = select(func.count(), func.min(parked.c.parked_at)).where(*only(desk))
    number, since = (await desk.session.execute(counted)).one()
    return number, since


def only(
    desk: Desk, *, consumer: str | None = None, event_type: str | None = None, fingerprint: str | None = None
) -> list[ColumnElement[bool]]:
    """The conditions for parked messages in sight of this consumer, type and fingerprint, as far as given."""
    wanted = {"tenant_id": desk.tenant_id, "consumer": consumer, "type": event_type, "fingerprint": fingerprint}
    return [parked.c[name] == value for name, value in wanted.items() if value is not None]


def error_text_for(desk: Desk, row: Row[Any]) -> str | None:
    """The text of an error as far as this desk may see it: it may repeat what the message says."""
    text: str | None = row.error_text
    return text if desk.sees_confidential or not is_confidential(row.type) else WITHHELD

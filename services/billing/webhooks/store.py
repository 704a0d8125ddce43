"""How webhooks, their secrets, deliveries and attempts are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Text,
    Uuid,
    any_,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.billing.tables import schema
from services.billing.webhooks.model.webhook import SECRET_OVERLAP, DeliveryState, Kind, Letter, Outcome, Webhook
from shared.database import belongs_to, choice, found_by
from shared.sealing import Sealed
from shared.work import Work

webhooks = schema.table(
    "webhooks",
    Column("id", Uuid, primary_key=True),
    Column("url", Text, nullable=False),
    Column("legal_entity", String),
    Column("kinds", ARRAY(String), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("registered_by", String, nullable=False),
)
# Apart from the webhook and not audited, so that no trail shows a secret.
webhook_secrets = schema.table(
    "webhook_secrets",
    Column("webhook_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("secret", Sealed("webhook"), nullable=False),
    belongs_to("webhook_id", "webhooks"),
    audited=False,
)
webhook_deliveries = schema.table(
    "webhook_deliveries",
    Column("id", Uuid, primary_key=True),
    Column("webhook_id", Uuid, nullable=False),
    Column("kind", String, nullable=False),
    Column("batch_id", Uuid, nullable=False),
    Column("body", LargeBinary, nullable=False),
    choice("state", DeliveryState),
    Column("attempts", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    belongs_to("webhook_id", "webhooks"),
    belongs_to("batch_id", "export_batches"),
    found_by("webhook_id", "created_at", "id", why="log of a webhook, the newest first"),
    audited=False,
)
webhook_attempts = schema.table(
    "webhook_attempts",
    Column("delivery_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("status_code", Integer),
    Column("answer", Text),
    Column("error", Text),
    Column("asked_by", String, nullable=False),
    belongs_to("delivery_id", "webhook_deliveries"),
    append_only=True,
)
FIELDS = [webhooks.c[name] for name in Webhook.__dataclass_fields__]


async def add(work: Work, webhook: Webhook, secret: str) -> None:
    """Keep a webhook and its first secret."""
    row = {name: getattr(webhook, name) for name in Webhook.__dataclass_fields__}
    await work.session.execute(insert(webhooks).values(row | {"kinds": [kind.value for kind in webhook.kinds]}))
    await add_secret(work, webhook.id, secret)


async def add_secret(work: Work, webhook_id: UUID, secret: str) -> None:
    """Sign with `secret` from now on, and for a while with the one before too; older ones are forgotten."""
    mine = webhook_secrets.c.webhook_id == webhook_id
    before = await work.session.scalar(select(func.coalesce(func.max(webhook_secrets.c.number), 0)).where(mine)) or 0
    await work.session.execute(delete(webhook_secrets).where(mine, webhook_secrets.c.number < before))
    row = {"webhook_id": webhook_id, "number": before + 1, "since": work.now, "secret": secret}
    await work.session.execute(insert(webhook_secrets).values(row))


async def is_there(work: Work, webhook_id: UUID) -> bool:
    """Whether there is such a webhook."""
    return await work.session.scalar(select(webhooks.c.id).where(webhooks.c.id == webhook_id)) is not None


async def switch(work: Work, webhook_id: UUID, *, is_active: bool) -> bool:
    """Start or stop a webhook; whether there is one."""
    changed = update(webhooks).where(webhooks.c.id == webhook_id).values(is_active=is_active).returning(webhooks.c.id)
    return (await work.session.execute(changed)).first() is not None


async def listening(work: Work, kind: Kind, legal_entity: str) -> list[UUID]:
    """The active webhooks that are told of a kind of event of a legal entity."""
    wanted = select(webhooks.c.id).where(
        webhooks.c.is_active,
        literal(kind.value) == any_(webhooks.c.kinds),
        or_(webhooks.c.legal_entity.is_(None), webhooks.c.legal_entity == legal_entity),
    )
    return list(await work.session.scalars(wanted))


async def add_deliveries(work: Work, ids: Mapping[UUID, UUID], *, kind: Kind, batch_id: UUID, body: bytes) -> None:
    """Keep one delivery that waits to be sent for each webhook, by its id."""
    waiting = {"state": DeliveryState.WAITING, "attempts": 0, "created_at": work.now}
    same = {"kind": kind.value, "batch_id": batch_id, "body": body, **waiting}
    rows = [{"id": delivery_id, "webhook_id": webhook_id, **same} for webhook_id, delivery_id in ids.items()]
    await work.session.execute(insert(webhook_deliveries), rows)


async def letter(work: Work, delivery_id: UUID) -> Letter | None:
    """A delivery as it is sent now, locked until this work ends."""
    wanted = (
        select(webhook_deliveries, webhooks.c.url, webhooks.c.is_active)
        .join(webhooks, webhooks.c.id == webhook_deliveries.c.webhook_id)
        .where(webhook_deliveries.c.id == delivery_id)
        .with_for_update(of=webhook_deliveries)
    )
    row = (await work.session.execute(wanted)).first()
    if row is None:
        return None
    secrets = tuple(await _secrets(work, row.webhook_id, at=work.now))
    return Letter(row.id, row.webhook_id, row.url, row.is_active, row.body, secrets, row.attempts)


async def add_attempt(work: Work, sent: Letter, outcome: Outcome) -> None:
    """Keep what came of an attempt."""
    row = {**vars(outcome), "delivery_id": sent.delivery_id, "number": sent.attempts + 1}
    await work.session.execute(insert(webhook_attempts).values(row | {"asked_by": work.actor.subject}))
    counted = {"attempts": webhook_deliveries.c.attempts + 1}
    await work.session.execute(
        update(webhook_deliveries).where(webhook_deliveries.c.id == sent.delivery_id).values(counted)
    )


async def set_state(work: Work, delivery_id: UUID, state: DeliveryState) -> None:
    """Note where a delivery stands."""
    await work.session.execute(
        update(webhook_deliveries).where(webhook_deliveries.c.id == delivery_id).values(state=state)
    )


async def state_of(work: Work, delivery_id: UUID) -> DeliveryState | None:
    """Where a delivery stands, locked until this work ends."""
    wanted = select(webhook_deliveries.c.state).where(webhook_deliveries.c.id == delivery_id)
    found: DeliveryState | None = await work.session.scalar(wanted.with_for_update())
    return found


async def _secrets(work: Work, webhook_id: UUID, *, at: datetime) -> list[str]:
    found = (
        await work.session.execute(
            select(webhook_secrets.c.secret, webhook_secrets.c.since)
            .where(webhook_secrets.c.webhook_id == webhook_id)
            .order_by(webhook_secrets.c.number.desc())
        )
    ).all()
    # The one before still signs for as long as its successor is young.
    valid = [row for number, row in enumerate(found) if number == 0 or at - found[0].since < SECRET_OVERLAP]
    return [row.secret for row in valid if row.secret is not None]

"""The event log on the command line: replay, forget, redact."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars
from rich.table import Table
from sqlalchemy import Row, text

from shared.actor import Actor
from shared.clock import wall_clock
from shared.database import Database, connect
from shared.jobs import Runner
from shared.messaging.rabbitmq import RabbitMQ
from shared.messaging.replay import Choice, counted
from shared.messaging.transport import Replays
from shared.operations import redaction, replays
from shared.operations.console import Surroundings, app, at_desk, out, told
from shared.operations.desk import Desk
from shared.settings import needed
from shared.work import begin

JOBS = text("select tenant_id, id, state, done, total, result, error from msg.job where id = any(:ids)")
COMMANDS = ("replay", "forget", "redact")
OVER = ("done", "failed", "cancelled")
LOOK_AGAIN = 0.2  # seconds

Why = Annotated[str, typer.Option("--reason", help="why; it is written into the trail")]
Tenant = Annotated[UUID | None, typer.Option(help="one tenant only")]
Since = Annotated[datetime | None, typer.Option("--from", help="recorded (forget: made) then or later, UTC")]
Until = Annotated[datetime | None, typer.Option("--until", help="recorded (forget: made) before, UTC")]


@app.command("replay")
def replay(
    context: typer.Context,
    *,
    to: Annotated[str, typer.Option(help="the one consumer: billing.draft_contract")],
    type: Annotated[list[str] | None, typer.Option(help="type of event, in full; may be said again")] = None,
    subject: Annotated[str | None, typer.Option(help="what they are about: account/<id>")] = None,
    since: Since = None,
    until: Until = None,
    tenant: Tenant = None,
    per_second: Annotated[int, typer.Option(min=1, max=5000)] = replays.PER_SECOND,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only count")] = False,
    reason: Why = "by command",
) -> None:
    """Send what this service announced once more to one consumer; cut off, the worker goes on with it."""
    choice = Choice(_utc(until) or wall_clock(), tenant, type, subject, _utc(since))
    with told():
        counts = at_desk(context, lambda desk: counted(desk.session, choice))
        _show(counts)
        if not dry_run:
            tenants = sorted({row.tenant_id for row in counts})
            asyncio.run(_replay(context.obj, choice, tenants, to, reason=reason, per_second=per_second))


@app.command("forget")
def forget(
    context: typer.Context,
    *,
    consumer: Annotated[str, typer.Option(help="the consumer of this service that forgets")],
    type: Annotated[str | None, typer.Option(help="type of event, in full")] = None,
    since: Since = None,
    until: Until = None,
    tenant: Tenant = None,
    reason: Why,
) -> None:
    """Have a consumer forget what it has done, so that a replay has its effects anew."""
    end = _utc(until) or wall_clock()

    async def act(desk: Desk) -> int:
        seen = replace(desk, tenant_id=tenant)
        return await replays.forget(seen, consumer, type=type, since=_utc(since), until=end, reason=reason)

    out.print(f"{at_desk(context, act)} messages are forgotten")


@app.command("redact")
def redact(
    context: typer.Context,
    *,
    tenant: Annotated[UUID, typer.Option(help="whose messages")],
    subject: Annotated[str, typer.Option(help="what they are about: account/<id>")],
    field: Annotated[list[str] | None, typer.Option(help="what is overwritten (none: all); may be said again")] = None,
    reason: Why,
) -> None:
    """Overwrite for good what the log and parked messages of this service say about a subject."""

    async def act(desk: Desk) -> redaction.Redacted:
        return await redaction.redact(replace(desk, tenant_id=tenant), subject, field or [], reason)

    done = at_desk(context, act)
    out.print(f"{done.events} events and {done.parked} parked messages are redacted")
    if done.on_their_way:
        out.print(f"[yellow]{done.on_their_way} are still on their way: redact again later[/]")


async def _replay(
    around: Surroundings, choice: Choice, tenants: Iterable[UUID], to: str, *, reason: str, per_second: int
) -> None:
    database = connect(around.service, around.settings.database_url, pool_size=3)
    transport = RabbitMQ(needed(around.settings.broker_url, "BROKER_URL"))
    try:
        ids = []
        for tenant_id in tenants:
            actor = Actor(f"cli:{getpass.getuser()}", tenant_id, is_service=True)
            async with begin(database, actor, wall_clock()) as work:
                its = replace(choice, tenant_id=tenant_id)
                ids.append(await replays.start(work, its, to, reason=reason, per_second=per_second))
        for row in await follow(database, transport, ids):
            out.print(f"{row.tenant_id}: {row.state} {row.error or row.result or ''}")
            if row.state != "done":
                raise typer.Exit(1)
    finally:
        await transport.close()
        await database.engine.dispose()


async def follow(database: Database, transport: Replays, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Help with these jobs until they are over, showing how far they are; gives what has become of them."""
    runner = Runner(database, (replays.kind(transport),), wall_clock)
    with Bars(TextColumn("replayed"), BarColumn(), MofNCompleteColumn(), console=out) as bars:
        bar = bars.add_task("")
        while True:
            async with database.engine.connect() as connection:
                rows = (await connection.execute(JOBS, {"ids": list(ids)})).all()
            bars.update(bar, completed=sum(row.done for row in rows), total=sum(row.total for row in rows))
            if all(row.state in OVER for row in rows):
                return rows
            if not await runner.step():
                await asyncio.sleep(LOOK_AGAIN)


def _show(counts: Iterable[Row[Any]]) -> None:
    shown = Table("tenant", "type", "events", "redacted", "first", "last")
    for row in counts:
        times = (f"{row.first:%F %T}", f"{row.last:%F %T}")
        shown.add_row(str(row.tenant_id), row.type, str(row.events), str(row.redacted), *times)
    out.print(shown)


def _utc(instant: datetime | None) -> datetime | None:
    return instant.replace(tzinfo=UTC) if instant else None

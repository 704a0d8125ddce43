"""Parked messages on the command line: `python -m services.<name> parked list | show | requeue | discard | …`."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import track
from rich.table import Table

from shared.operations import copies, deeds, group, parked
from shared.operations.console import Surroundings, at_desk, out, seated, told
from shared.operations.deeds import Deed, Named
from shared.operations.group import Group, GroupDeed
from shared.operations.message import Message, message

app = typer.Typer(no_args_is_help=True, help="What could not be acted on, or not be sent (consumer `outbox`).")

Consumer = Annotated[str, typer.Argument(help="consumer, or `outbox`")]
EventId = Annotated[UUID, typer.Argument(help="id of the event")]
EventIds = Annotated[list[UUID], typer.Argument(help="ids of events")]
Reason = Annotated[str, typer.Option(help="why; it is kept", prompt=True)]
OnlyConsumer = Annotated[str | None, typer.Option("--consumer", help="only those of this consumer")]
Fingerprint = Annotated[str | None, typer.Option(help="only those with this cause")]
Limit = Annotated[int, typer.Option(min=1, max=200)]
Cursor = Annotated[str | None, typer.Option(help="go on behind the page that printed this")]
Rate = Annotated[int, typer.Option(min=1, max=1000, help="messages a second at most")]


@app.command("groups")
def show_groups(context: typer.Context, limit: Limit = 50, cursor: Cursor = None) -> None:
    """Parked messages by what is wrong with them."""
    found = at_desk(context, lambda desk: parked.groups(desk, cursor=cursor, limit=limit))
    shown = Table("consumer", "type", "fingerprint", "messages", "failed again", "tenants", "first", "last", "error")
    for row in found.items:
        counts = (str(row.messages), str(row.failed_again), str(row.tenants))
        seen = (f"{row.first_seen:%F %T}", f"{row.last_seen:%F %T}")
        shown.add_row(
            row.consumer, row.type, row.fingerprint, *counts, *seen, f"{row.error_type}: {row.error_text:.80}"
        )
    out.print(shown)
    _print_next(found.next)


@app.command("list")
def show_list(
    context: typer.Context,
    consumer: OnlyConsumer = None,
    fingerprint: Fingerprint = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """Parked messages, the longest parked first."""
    found = at_desk(
        context,
        lambda desk: parked.messages(desk, consumer=consumer, fingerprint=fingerprint, cursor=cursor, limit=limit),
    )
    shown = Table("parked", "consumer", "event", "about", "tenant", "attempts", "again", "error")
    for row in found.items:
        named = (f"{row.parked_at:%F %T}", row.consumer, str(row.event_id), row.subject, str(row.tenant_id or "none"))
        again = "yes" if row.failed_again else ""
        shown.add_row(*named, str(row.attempts), again, f"{row.error_type}: {row.error_text or '':.80}")
    out.print(shown)
    _print_next(found.next)


@app.command("show")
def show_message(context: typer.Context, consumer: Consumer, event_id: EventId) -> None:
    """One message: envelope, what it says, what is wrong, who waits behind it, what was done with it."""
    found: Message = at_desk(context, lambda desk: message(desk, consumer, event_id))
    row = found.row
    said = {
        "status": row.status,
        "attempts": row.attempts,
        "error": f"{row.error_type}: {row.error_text}",
        "trace": found.trace_id,
        "envelope": found.attributes,
        "payload": found.payload if found.payload is not None else found.text,
        "schema errors": [f"{fault.where}: {fault.what}" for fault in found.schema_errors],
        "waiting behind it": found.behind_count,
        "history": [f"{deed.at:%F %T} {deed.by} {deed.action}: {deed.reason}" for deed in found.history],
    }
    out.print_json(json.dumps(said, default=str))


@app.command("requeue")
def requeue(context: typer.Context, consumer: Consumer, event_ids: EventIds, reason: Reason) -> None:
    """Let messages run again from the beginning."""
    _deal_with(context, deeds.requeue, consumer, event_ids, reason)


@app.command("discard")
def discard(context: typer.Context, consumer: Consumer, event_ids: EventIds, reason: Reason) -> None:
    """Put messages aside for good; they are kept."""
    _deal_with(context, deeds.discard, consumer, event_ids, reason)


@app.command("requeue-group")
def requeue_group(
    context: typer.Context, *, consumer: Consumer, type: str, fingerprint: str, reason: Reason, per_second: Rate = 50
) -> None:
    """Let all messages of a group run again, so many a second."""
    _deal_with_group(context, Group(consumer, type, fingerprint), GroupDeed.REQUEUE, reason, per_second)


@app.command("discard-group")
def discard_group(
    context: typer.Context, *, consumer: Consumer, type: str, fingerprint: str, reason: Reason, per_second: Rate = 1000
) -> None:
    """Put all messages of a group aside for good."""
    _deal_with_group(context, Group(consumer, type, fingerprint), GroupDeed.DISCARD, reason, per_second)


@app.command("note")
def note(context: typer.Context, consumer: Consumer, event_id: EventId, text: str) -> None:
    """Write something down about a message."""
    at_desk(context, lambda desk: deeds.note(desk, Named(consumer, event_id), text))


@app.command("copies")
def show_copies(context: typer.Context, limit: Limit = 50, cursor: Cursor = None) -> None:
    """Edited copies; they are proposed and approved over HTTP, where it is known who is who."""
    found = at_desk(context, lambda desk: copies.listed(desk, cursor=cursor, limit=limit))
    shown = Table("copy", "consumer", "original", "state", "proposed by", "decided by", "runs as")
    for row in found.items:
        by = (row.proposed_by, row.decided_by, str(row.copy_id or ""))
        shown.add_row(str(row.id), row.consumer, str(row.event_id), row.state, *by)
    out.print(shown)
    _print_next(found.next)


def _deal_with(context: typer.Context, deed: Deed, consumer: str, event_ids: list[UUID], reason: str) -> None:
    chosen = [Named(consumer, event_id) for event_id in event_ids]
    done = at_desk(context, lambda desk: deeds.must_do(desk, deed, chosen, reason))
    out.print(f"{len(done)} of {len(chosen)}")


def _deal_with_group(context: typer.Context, named: Group, deed: GroupDeed, reason: str, per_second: int) -> None:
    async def all_of_them(around: Surroundings) -> int:
        made = await seated(around, lambda desk: group.plan(desk, named, deed, reason))
        done = 0
        for _ in track(range(-(-made.total // per_second)), description=deed.value, console=out):
            done += await seated(around, lambda desk: made.batch(desk, per_second))
            if done < made.total:
                await asyncio.sleep(1)
        return done

    with told():
        out.print(f"{asyncio.run(all_of_them(context.obj))} messages")


def _print_next(cursor: str | None) -> None:
    if cursor:
        out.print(f"there are more: --cursor {cursor}")

"""The live view on the command line, which refreshes itself, and pausing and resuming."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Group
from rich.live import Live as Screen
from rich.table import Table

from shared.announcements import LANES
from shared.operations import pauses
from shared.operations.console import Surroundings, app, at_desk, out, seated, told
from shared.operations.live import Live, look

Reason = Annotated[str, typer.Option(help="why; it is kept", prompt=True)]
Lane = Annotated[int, typer.Argument(min=0, max=LANES - 1)]
pausing = typer.Typer(no_args_is_help=True, help="Hold a consumer or a lane back, for all tenants.")
resuming = typer.Typer(no_args_is_help=True, help="Let a consumer or a lane go on.")


@app.command("live")
def show_live(
    context: typer.Context,
    once: Annotated[bool, typer.Option(help="print it once instead of refreshing it")] = False,
    every: Annotated[float, typer.Option(min=0.5, help="seconds between two looks")] = 2.0,
) -> None:
    """What waits and for how long, who holds the lanes, how the broker is; until Ctrl-C."""
    with told(), suppress(KeyboardInterrupt):
        asyncio.run(_show(context.obj, once, every))


@pausing.command("consumer")
def pause_consumer(context: typer.Context, consumer: str, reason: Reason) -> None:
    """Hold a consumer back; what waits is kept and runs in its order later."""
    known = context.obj.reactions
    at_desk(context, lambda desk: pauses.pause_consumer(desk, consumer, reason, known))


@pausing.command("lane")
def pause_lane(context: typer.Context, lane: Lane, reason: Reason) -> None:
    """Send nothing more of a lane; what waits is kept and leaves in its order later."""
    at_desk(context, lambda desk: pauses.pause_lane(desk, lane, reason))


@resuming.command("consumer")
def resume_consumer(context: typer.Context, consumer: str, reason: Reason) -> None:
    """Let a consumer go on that was paused for all tenants."""
    at_desk(context, lambda desk: pauses.resume_consumer(desk, consumer, reason))


@resuming.command("lane")
def resume_lane(context: typer.Context, lane: Lane, reason: Reason) -> None:
    """Let a lane go on."""
    at_desk(context, lambda desk: pauses.resume_lane(desk, lane, reason))


async def _show(around: Surroundings, once: bool, every: float) -> None:
    if once:
        out.print(drawn(await _look(around)))
        return
    with Screen(drawn(await _look(around)), console=out, auto_refresh=False, screen=True) as screen:
        while True:
            await asyncio.sleep(every)
            screen.update(drawn(await _look(around)), refresh=True)


async def _look(around: Surroundings) -> Live:
    return await seated(around, lambda desk: look(desk, around.reactions))


def drawn(live: Live) -> Group:
    """The live view as tables."""
    rates = "  ".join(f"{kind} {rate}/min" for kind, rate in sorted(live.throughput.items()))
    outbox = (
        f"outbox: {live.outbox.pending} waiting, oldest {_age(live.outbox.oldest_age)}, {live.outbox.parked} parked"
    )
    return Group(
        outbox, rates or "no worker has reported for five minutes", _consumers(live), _lanes(live), _workers(live)
    )


def _consumers(live: Live) -> Table:
    shown = Table("consumer", "pending", "retry", "waiting", "parked", "oldest", "longest gap", "paused since")
    for row in live.consumers:
        counts = (str(row.pending), str(row.retry), str(row.waiting), str(row.parked))
        ages = (_age(row.oldest_age), _age(row.longest_gap))
        whom = "" if row.paused_since is None else " (all)" if row.paused_for_all else " (some tenants)"
        shown.add_row(row.consumer, *counts, *ages, f"{row.paused_since:%F %T}{whom}" if row.paused_since else "")
    return shown


def _lanes(live: Live) -> Table:
    shown = Table("lane", "waiting", "oldest", "last run", "held by", "since", "paused")
    for row in live.lanes:
        holder = f"{row.held_by} ({row.holder})" if row.holder else ""
        times = [f"{at:%F %T}" if at else "" for at in (row.last_run, row.held_since)]
        paused = "paused" if row.paused else ""
        shown.add_row(str(row.lane), str(row.pending), _age(row.oldest_age), times[0], holder, times[1], paused)
    return shown


def _workers(live: Live) -> Table:
    shown = Table("worker", "reported", "transport", "broker", "sender has waited", "queues")
    for row in live.workers:
        broker = row.broker
        state = "reachable" if broker["reachable"] else f"away: {broker['fault']}"
        queues = "  ".join(f"{name} {depth}" for name, depth in broker["queues"].items())
        shown.add_row(
            str(row.worker), f"{row.at:%T}", broker["transport"], state, _age(broker["blocked_seconds"]), queues
        )
    return shown


def _age(seconds: int | None) -> str:
    return "" if not seconds else f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"

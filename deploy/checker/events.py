"""Events: none lost, none made up, each acted on once by everybody it concerns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from deploy.checker.announced import Announced, announced
from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look, counted
from deploy.checker.routes import CONSUMERS

INBOX = "select consumer, event_id, tenant_id, status from msg.inbox"
RECORDS = """
select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind = 'r' and c.relname not in ('alembic_version', 'idempotency') order by 1
"""
FINGERPRINT = "select count(*) as number, md5(string_agg(t::text, '|' order by t::text)) as digest from \"{}\" t"
NEWS = "select (select count(*) from msg.event_log) + (select count(*) from msg.outbox) as number"
NEW_TRACE_AFTER = timedelta(minutes=15)  # a message tried again that late begins a trace of its own


@invariant("E-2", Strength.QUIESCENT)
async def every_consumer_has_every_event_once(look: Look) -> list[str]:
    """Each event is in the inbox of each consumer of its type once, acted on or put aside."""
    events = await announced(look)
    handled = counted([(row["consumer"], row["event_id"]) for row in await _inbox(look) if _is_settled(row)])
    return [
        f"{event} was handled {handled.get((consumer, event.event_id), 0)} times by {consumer}"
        for event in events
        for consumer in CONSUMERS.get(event.type, ())
        if handled.get((consumer, event.event_id), 0) != 1
    ] + [f"{event} is of a type that nobody knows" for event in events if event.type not in CONSUMERS]


@invariant("E-2", Strength.QUIESCENT)
async def nothing_is_put_aside_but_what_was_planted(look: Look) -> list[str]:
    """Parked messages are exactly those that were made to be parked; no event waits unsent."""
    parked = {str(row["event_id"]): row for row in await _inbox(look) if row["status"] == "parked"}
    unsent = [f"{event} is not sent" for event in await announced(look) if not event.is_sent]
    wrong = [f"{row['consumer']} put {id} aside" for id, row in parked.items() if id not in look.history.poison]
    missed = [f"the {why} {id} was not put aside" for id, why in look.history.poison.items() if id not in parked]
    return wrong + missed + unsent


@invariant("E-4", Strength.CAUSAL)
async def no_inbox_holds_what_nobody_announced(look: Look) -> list[str]:
    """Every message in an inbox is an event that its publisher committed, or was planted."""
    arrived = await _inbox(look)
    await look.later()
    known = {event.event_id for event in await announced(look)}
    return [
        f"{row['consumer']} holds {row['event_id']}, which nobody announced"
        for row in arrived
        if row["event_id"] not in known and str(row["event_id"]) not in look.history.poison
    ]


@invariant("E-6", Strength.QUIESCENT)
async def what_counts_as_sent_was_with_the_broker(look: Look) -> list[str]:
    """Every event in an event log was seen by the witness at the broker's exchange, where there is one."""
    witnessed = look.history.witnessed
    if witnessed is None:
        return []
    return [
        f"{event} never came to the broker"
        for event in await announced(look)
        if event.is_sent and str(event.event_id) not in witnessed
    ]


@invariant("E-8", Strength.QUIESCENT)
async def replaying_everything_changed_nothing(look: Look) -> list[str]:
    """The records are what they were before every event was sent again."""
    return await _changed_since_noted(look, "replay")


@invariant("E-9", Strength.QUIESCENT)
async def replaying_everything_to_forgetful_inboxes_changed_nothing(look: Look) -> list[str]:
    """The records are what they were before the inboxes forgot what they had done and every event was sent again."""
    return await _changed_since_noted(look, "replay to forgetful inboxes")


@invariant("E-10", Strength.QUIESCENT)
async def an_event_keeps_its_tenant(look: Look) -> list[str]:
    """A message has the tenant that its publisher announced it for, and a trace."""
    events = {event.event_id: event for event in await announced(look)}
    return [
        f"{row['consumer']} took {events[row['event_id']]} for tenant {row['tenant_id']}"
        for row in await _inbox(look)
        if row["event_id"] in events and row["tenant_id"] != events[row["event_id"]].tenant_id
    ] + [f"{event} has no trace" for event in events.values() if not event.trace]


@invariant("E-10", Strength.CAUSAL)
async def one_click_is_one_trace(look: Look) -> list[str]:
    """What follows from an event is told in the trace of that event, and every trace begins with a client's click."""
    effects = await announced(look)
    await look.later()
    causes = {event.event_id: event for event in await announced(look)}
    clicks = {operation.trace for operation in look.history.operations.values() if operation.trace}
    strange = [f"{event} is of no client's trace" for event in effects if clicks and event.trace not in clicks]
    return strange + [
        f"{event} left the trace of {cause}"
        for event, cause in _with_causes(effects, causes)
        if event.trace != cause.trace and event.occurred_at - cause.occurred_at < NEW_TRACE_AFTER
    ]


@invariant("E-10", Strength.CAUSAL)
async def one_thread_has_one_correlation(look: Look) -> list[str]:
    """An event of a thread is correlated by the thread's id, and so is all that follows from it."""
    effects = await announced(look)
    await look.later()
    causes = {event.event_id: event for event in await announced(look)}
    return [
        f"{event} is of thread {thread} and correlated by {event.correlation_id}"
        for event in effects
        if (thread := event.told.get("thread_id")) and UUID(thread) != event.correlation_id
    ] + [
        f"{event} is not correlated as {cause} is"
        for event, cause in _with_causes(effects, causes)
        if event.correlation_id != cause.correlation_id
    ]


async def note_records(look: Look, occasion: str) -> None:
    """Remember what every record is now, before `occasion`, which should change none of them."""
    noted = look.seen.of(occasion)
    noted.clear()
    noted.update(await _fingerprints(look))


async def _changed_since_noted(look: Look, occasion: str) -> list[str]:
    before = look.seen.of(occasion)
    if not before:
        return []
    now = await _fingerprints(look)
    return [f"{name} changed by the {occasion}" for name in sorted(now) if now[name] != before.get(name)]


async def _fingerprints(look: Look) -> dict[str, str]:
    found = {}
    for service in look.services:
        for table in await look.rows(service, RECORDS):
            [row] = await look.rows(service, FINGERPRINT.format(table["name"]))
            found[f"{service}.{table['name']}"] = f"{row['number']} {row['digest']}"
        [news] = await look.rows(service, NEWS)
        found[f"the events of {service}"] = str(news["number"])
    return found


async def _inbox(look: Look) -> list[Any]:
    return [row for service in look.services for row in await look.rows(service, INBOX)]


def _is_settled(row: Any) -> bool:
    return row["status"] in ("done", "parked", "discarded")


def _with_causes(effects: list[Announced], causes: dict[UUID, Announced]) -> list[tuple[Announced, Announced]]:
    return [(event, causes[event.causation_id]) for event in effects if event.causation_id in causes]

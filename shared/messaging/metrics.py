"""What messaging tells Prometheus: how much waits, for how long, what was parked, how long an effect took."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import text

from shared.database import Database

OUTBOX_PENDING = Gauge("throughline_outbox_pending", "Events announced and not yet sent.", ["service"])
OUTBOX_OLDEST = Gauge("throughline_outbox_oldest_age_seconds", "Age of the oldest event not yet sent.", ["service"])
OUTBOX_PARKED = Gauge("throughline_outbox_parked", "Events that cannot be sent.", ["service"])
PUBLISHED = Counter("throughline_outbox_published", "Events sent.", ["service"])
INBOX = Gauge("throughline_inbox_messages", "Messages not yet acted on.", ["service", "consumer", "status"])
INBOX_OLDEST = Gauge("throughline_inbox_oldest_age_seconds", "Age of the oldest message not yet acted on.", ["service"])
HANDLED = Counter(
    "throughline_inbox_handled", "Messages tried, by what came of it.", ["service", "consumer", "outcome"]
)
WAITED = Histogram(
    "throughline_inbox_waited_seconds",
    "From a message's arrival to the reaction that acts on it.",
    ["service", "consumer"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600),
)

OUTBOX_NOW = text(
    """
    select (select count(*) from msg.outbox) as pending,
           (select count(*) from msg.outbox_parked) as parked,
           (select coalesce(extract(epoch from clock_timestamp() - min(recorded_at)), 0) from msg.outbox) as oldest
    """
)
INBOX_NOW = text(
    """
    select consumer, status, count(*) as messages,
           extract(epoch from clock_timestamp() - min(received_at)) as oldest
    from msg.inbox where status in ('pending', 'retry', 'waiting') or status = 'parked'
    group by consumer, status
    """
)


async def measure(database: Database) -> None:
    """Set the gauges of one service from its tables."""
    async with database.engine.connect() as connection:
        outbox = (await connection.execute(OUTBOX_NOW)).one()
        inbox = (await connection.execute(INBOX_NOW)).all()
    service = database.service
    OUTBOX_PENDING.labels(service).set(outbox.pending)
    OUTBOX_PARKED.labels(service).set(outbox.parked)
    OUTBOX_OLDEST.labels(service).set(outbox.oldest)
    waiting = [row for row in inbox if row.status != "parked"]
    INBOX_OLDEST.labels(service).set(max((row.oldest for row in waiting), default=0))
    counts = {(row.consumer, row.status): row.messages for row in inbox}
    for consumer, status in counts.keys() | _shown(service):
        INBOX.labels(service, consumer, status).set(counts.get((consumer, status), 0))


def _shown(service: str) -> set[tuple[str, str]]:
    """What is on show already, and falls to nought when no such message is left."""
    samples = next(iter(INBOX.collect())).samples
    return {(one.labels["consumer"], one.labels["status"]) for one in samples if one.labels["service"] == service}

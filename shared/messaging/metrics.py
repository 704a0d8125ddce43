"""What messaging tells Prometheus: the gauges of `shared.messaging.gauges`, and what relays and drains count.

Every worker of a service shows the same gauges, because they come from its database: take the maximum over workers.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
PATIENT = (*QUICK, 60, 600, 3600)
BATCHES = (1, 3, 10, 30, 100, 300)

# What is announced and sent.
OUTBOX_PENDING = Gauge("throughline_outbox_pending", "Events announced and not yet sent.", ["service", "lane"])
OUTBOX_OLDEST = Gauge(
    "throughline_outbox_oldest_age_seconds", "Age of the oldest event not yet sent.", ["service", "lane"]
)
OUTBOX_PARKED = Gauge("throughline_outbox_parked", "Events that cannot be sent.", ["service"])
LANE_PAUSED = Gauge("throughline_relay_lane_paused", "Whether an operator holds a lane back.", ["service", "lane"])
LANE_HELD = Gauge("throughline_relay_lane_held", "Whether a relay has a lane right now.", ["service", "lane"])
PUBLISHED = Counter("throughline_outbox_published", "Events sent.", ["service"])
BATCH_SIZE = Histogram("throughline_outbox_batch_size", "Events offered at once.", ["service"], buckets=BATCHES)
NOT_TAKEN = Counter(
    "throughline_outbox_not_taken",
    "Events offered that the other side did not take: link (nobody's fault), refused, permanent.",
    ["service", "error"],
)
CONFIRMED = Histogram(
    "throughline_outbox_confirm_seconds", "Until the other side has a batch safely.", ["service"], buckets=QUICK
)

# The other side.
BROKER_REACHABLE = Gauge("throughline_broker_reachable", "Whether the broker answers.", ["service"])
BROKER_BLOCKED = Gauge(
    "throughline_broker_blocked_seconds", "How long the broker has kept a sender waiting.", ["service"]
)
QUEUE = Gauge("throughline_broker_queue_messages", "Messages on the broker.", ["service", "queue"])

# What arrives and is acted on.
INBOX = Gauge("throughline_inbox_messages", "Messages not yet acted on.", ["service", "consumer", "status"])
INBOX_OLDEST = Gauge(
    "throughline_inbox_oldest_age_seconds",
    "Age of the oldest message not yet acted on.",
    ["service", "consumer", "status"],
)
GAP = Gauge(
    "throughline_inbox_sequence_gap_age_seconds",
    "How long a message has waited for one that must come first.",
    ["service", "consumer"],
)
PAUSED = Gauge("throughline_inbox_paused", "Tenants for whom a consumer is held back.", ["service", "consumer"])
PARKED_RECENTLY = Gauge(
    "throughline_inbox_parked_recently", "Messages parked within the last ten minutes and not dealt with.", ["service"]
)
DUPLICATES = Counter("throughline_inbox_duplicates", "Messages that had arrived before.", ["service"])
PARKED = Counter("throughline_inbox_dead_letters", "Messages parked, by what was wrong.", ["service", "reason"])
HANDLED = Counter(
    "throughline_inbox_handled", "Messages tried, by what came of it.", ["service", "consumer", "outcome"]
)
LASTED = Histogram(
    "throughline_inbox_handler_seconds",
    "How long a reaction took, and the kind of error that it ended in, if any.",
    ["service", "consumer", "error"],
    buckets=QUICK,
)
BEHIND = Counter(
    "throughline_inbox_stale",
    "Messages acted on after later news of the same thing, as far as this worker knows.",
    ["service", "consumer"],
)
WAITED = Histogram(
    "throughline_inbox_waited_seconds",
    "From a message's arrival to the reaction that acts on it.",
    ["service", "consumer"],
    buckets=PATIENT,
)
END_TO_END = Histogram(
    "throughline_event_end_to_end_seconds",
    "From the announcing of an event to the commit of what came of it.",
    ["service", "consumer"],
    buckets=PATIENT,
)

# The tables underneath.
DEAD_ROWS = Gauge("throughline_table_dead_rows", "Dead rows of a table of messages.", ["service", "table"])
VACUUMED = Gauge(
    "throughline_table_vacuum_age_seconds", "Time since a table of messages was last swept.", ["service", "table"]
)
OLDEST_TRANSACTION = Gauge(
    "throughline_oldest_transaction_age_seconds", "Age of the oldest open transaction of the service.", ["service"]
)


def counted(service: str) -> dict[str, float]:
    """What this process has counted for `service` since it started: events sent, messages by what came of them."""
    found = {"sent": 0.0}
    for name, counter in (("sent", PUBLISHED), ("", HANDLED)):
        for sample in next(iter(counter.collect())).samples:
            if sample.labels["service"] == service and sample.name.endswith("_total"):
                kind = name or sample.labels["outcome"]
                found[kind] = found.get(kind, 0.0) + sample.value
    return found

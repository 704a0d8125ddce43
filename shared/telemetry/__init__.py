"""Traces and logs: the only part that knows OpenTelemetry's SDK."""

from shared.telemetry.logs import JsonLines, log_as_json
from shared.telemetry.messages import (
    LINKS_MAX,
    ONE_TRACE_AT_MOST,
    creating,
    processing,
    publishing,
    routing_key,
    sending_to,
)
from shared.telemetry.shelf import HOLDS, Shelf, SpanRecord, record_of
from shared.telemetry.statements import stating, watch_statements
from shared.telemetry.watching import (
    ERROR,
    TENANT,
    Telemetry,
    current_trace_id,
    current_traceparent,
    failed,
    in_process_messaging,
    of_tenant,
    read,
    serving,
    span,
    watch,
)

__all__ = [
    "ERROR",
    "HOLDS",
    "LINKS_MAX",
    "ONE_TRACE_AT_MOST",
    "TENANT",
    "JsonLines",
    "Shelf",
    "SpanRecord",
    "Telemetry",
    "creating",
    "current_trace_id",
    "current_traceparent",
    "failed",
    "in_process_messaging",
    "log_as_json",
    "of_tenant",
    "processing",
    "publishing",
    "read",
    "record_of",
    "routing_key",
    "sending_to",
    "serving",
    "span",
    "stating",
    "watch",
    "watch_statements",
]

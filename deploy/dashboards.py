"""Writing the Grafana dashboards: `make dashboards`. One per service, and one for the thread through all of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "observability" / "grafana" / "dashboards"
SERVICES = ("crm", "delivery", "resourcing", "billing")
SOURCE = {"type": "prometheus", "uid": "prometheus"}
WIDTH, HEIGHT = 12, 8  # of 24 columns


@dataclass(frozen=True)
class Panel:
    """One chart: `asked` in PromQL, with SERVICE standing for the condition on the service."""

    title: str
    unit: str
    asked: str
    legend: str


def _within(share: float, metric: str, by: str) -> str:
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({metric}_bucket{{SERVICE}}[5m])))"


OF_A_SERVICE = (
    Panel("Events not yet sent", "short", "max by (lane) (throughline_outbox_pending{SERVICE})", "lane {{lane}}"),
    Panel(
        "Oldest event not yet sent", "s", "max by (lane) (throughline_outbox_oldest_age_seconds{SERVICE})", "{{lane}}"
    ),
    Panel(
        "Messages not yet acted on",
        "short",
        "max by (consumer, status) (throughline_inbox_messages{SERVICE})",
        "{{consumer}} {{status}}",
    ),
    Panel(
        "Oldest message not yet acted on",
        "s",
        "max by (consumer, status) (throughline_inbox_oldest_age_seconds{SERVICE})",
        "{{consumer}} {{status}}",
    ),
    Panel("Events sent per second", "ops", "sum(rate(throughline_outbox_published_total{SERVICE}[1m]))", "sent"),
    Panel(
        "Messages tried per second",
        "ops",
        "sum by (outcome) (rate(throughline_inbox_handled_total{SERVICE}[1m]))",
        "{{outcome}}",
    ),
    Panel(
        "Reactions, 99 of 100 are done within",
        "s",
        _within(0.99, "throughline_inbox_handler_seconds", "consumer"),
        "{{consumer}}",
    ),
    Panel(
        "Reactions that failed, by kind of error",
        "short",
        'sum by (error) (increase(throughline_inbox_handler_seconds_count{error!="",SERVICE}[10m]))',
        "{{error}}",
    ),
    Panel(
        "Old news that came behind newer ones",
        "short",
        "sum by (consumer) (increase(throughline_inbox_stale_total{SERVICE}[10m]))",
        "{{consumer}}",
    ),
    Panel(
        "Events that were not taken",
        "short",
        "sum by (error) (increase(throughline_outbox_not_taken_total{SERVICE}[10m]))",
        "{{error}}",
    ),
    Panel(
        "Parked, by what was wrong",
        "short",
        "sum by (reason) (increase(throughline_inbox_dead_letters_total{SERVICE}[10m]))",
        "{{reason}}",
    ),
    Panel("Arrived before", "ops", "sum(rate(throughline_inbox_duplicates_total{SERVICE}[1m]))", "duplicates"),
    Panel(
        "From arrival to reaction, 99 of 100",
        "s",
        _within(0.99, "throughline_inbox_waited_seconds", "consumer"),
        "{{consumer}}",
    ),
    Panel(
        "Until a batch is safe, 99 of 100",
        "s",
        _within(0.99, "throughline_outbox_confirm_seconds", "service"),
        "confirmed",
    ),
    Panel(
        "Events offered at once, 99 of 100",
        "short",
        _within(0.99, "throughline_outbox_batch_size", "service"),
        "events",
    ),
    Panel(
        "Longest wait for one that comes first",
        "s",
        "max by (consumer) (throughline_inbox_sequence_gap_age_seconds{SERVICE})",
        "{{consumer}}",
    ),
    Panel("Parked within ten minutes", "short", "max(throughline_inbox_parked_recently{SERVICE})", "messages"),
    Panel("Cannot be sent", "short", "max(throughline_outbox_parked{SERVICE})", "events"),
    Panel(
        "Messages on the broker", "short", "max by (queue) (throughline_broker_queue_messages{SERVICE})", "{{queue}}"
    ),
    Panel("A sender has waited for the broker", "s", "max(throughline_broker_blocked_seconds{SERVICE})", "blocked"),
    Panel("The broker answers", "bool", "max(throughline_broker_reachable{SERVICE})", "reachable"),
    Panel("Lanes in hand", "short", "max by (lane) (throughline_relay_lane_held{SERVICE})", "lane {{lane}}"),
    Panel("Lanes held back", "short", "max by (lane) (throughline_relay_lane_paused{SERVICE})", "lane {{lane}}"),
    Panel(
        "Consumers held back, for how many tenants",
        "short",
        "max by (consumer) (throughline_inbox_paused{SERVICE})",
        "{{consumer}}",
    ),
    Panel("Dead rows", "short", "max by (table) (throughline_table_dead_rows{SERVICE})", "{{table}}"),
    Panel("Since the last sweep", "s", "max by (table) (throughline_table_vacuum_age_seconds{SERVICE})", "{{table}}"),
    Panel("Oldest open transaction", "s", "max(throughline_oldest_transaction_age_seconds{SERVICE})", "age"),
)
OF_THE_THREAD = (
    Panel(
        "From announcing to effect, half of them",
        "s",
        _within(0.5, "throughline_event_end_to_end_seconds", "consumer"),
        "{{consumer}}",
    ),
    Panel(
        "From announcing to effect, 99 of 100",
        "s",
        _within(0.99, "throughline_event_end_to_end_seconds", "consumer"),
        "{{consumer}}",
    ),
    Panel(
        "Events sent per second",
        "ops",
        "sum by (service) (rate(throughline_outbox_published_total[1m]))",
        "{{service}}",
    ),
    Panel(
        "Messages acted on per second",
        "ops",
        'sum by (service) (rate(throughline_inbox_handled_total{outcome="done"}[1m]))',
        "{{service}}",
    ),
    Panel("Oldest event not yet sent", "s", "max by (service) (throughline_outbox_oldest_age_seconds)", "{{service}}"),
    Panel(
        "Oldest message not yet acted on", "s", "max by (service) (throughline_inbox_oldest_age_seconds)", "{{service}}"
    ),
    Panel(
        "Parked",
        "short",
        'sum by (service) (max by (service, consumer) (throughline_inbox_messages{status="parked"}))',
        "{{service}}",
    ),
    Panel(
        "Longest wait for one that comes first",
        "s",
        "max by (service) (throughline_inbox_sequence_gap_age_seconds)",
        "{{service}}",
    ),
    Panel(
        "A sender has waited for the broker",
        "s",
        "max by (service) (throughline_broker_blocked_seconds)",
        "{{service}}",
    ),
)


def dashboards() -> dict[str, dict[str, Any]]:
    """Every dashboard by the name of its file."""
    of_services = {
        f"{service}.json": _dashboard(service, f"Throughline: {service}", OF_A_SERVICE, f'service="{service}"')
        for service in SERVICES
    }
    return {**of_services, "thread.json": _dashboard("thread", "Throughline: the thread", OF_THE_THREAD, "")}


def written(dashboard: dict[str, Any]) -> str:
    """A dashboard as its file holds it."""
    return json.dumps(dashboard, indent=2) + "\n"


def _dashboard(uid: str, title: str, panels: Sequence[Panel], condition: str) -> dict[str, Any]:
    return {
        "uid": f"throughline-{uid}",
        "title": title,
        "tags": ["throughline"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "15s",
        "time": {"from": "now-1h", "to": "now"},
        "panels": [_panel(number, panel, condition) for number, panel in enumerate(panels)],
    }


def _panel(number: int, panel: Panel, condition: str) -> dict[str, Any]:
    asked = panel.asked.replace("SERVICE", condition)
    return {
        "id": number + 1,
        "title": panel.title,
        "type": "timeseries",
        "datasource": SOURCE,
        "gridPos": {"x": number % 2 * WIDTH, "y": number // 2 * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [{"refId": "A", "expr": asked, "legendFormat": panel.legend}],
    }


def main() -> None:
    """Write every dashboard, and take away those that are none any more."""
    made = dashboards()
    for path in FOLDER.glob("*.json"):
        if path.name not in made:
            path.unlink()
    for name, dashboard in made.items():
        (FOLDER / name).write_text(written(dashboard))


if __name__ == "__main__":
    main()

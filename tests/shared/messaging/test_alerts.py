"""Alerts judge what a service really tells: each finds its figures there, and fires when it should and not before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from shared.database import Database
from shared.ids import new_id
from shared.messaging import gauges
from shared.messaging.inbox import Inbox
from shared.messaging.transport import LinkState
from tests.shared.messaging.deliveries import a_delivery
from tests.shared.messaging.probe import Noted, announce
from tests.shared.messaging.suite import change

ALERTS = Path(__file__).parents[3] / "deploy" / "observability" / "alerts.yaml"
ASKED = re.compile(
    r"max(?: by \((?P<by>[^)]*)\) )?\((?P<name>\w+)(?:{(?P<labels>[^}]*)})?\) (?P<sign>>|==) (?P<limit>\d+)"
)
PROMETHEUS_ITSELF = {"WorkerAway"}
CALM = LinkState("rabbitmq", queues={"throughline.reader": 0})


def rules() -> dict[str, str]:
    """What each alert asks, without those about what Prometheus finds by itself."""
    groups = import_module("yaml").safe_load(ALERTS.read_text())["groups"]
    asked = {rule["alert"]: rule["expr"] for group in groups for rule in group["rules"]}
    return {alert: expression for alert, expression in asked.items() if alert not in PROMETHEUS_ITSELF}


async def told(database: Database, link: LinkState = CALM) -> list[Sample]:
    """What the service tells Prometheus now."""
    await gauges.measure(database)
    await gauges.report(database, new_id(), link)
    families = text_string_to_metric_families(generate_latest().decode())
    samples = [sample for family in families for sample in family.samples]
    return [sample for sample in samples if sample.labels.get("service") == database.service]


def parts_of(expression: str) -> list[re.Match[str]]:
    """The comparisons of an expression, of which one suffices; fails where it is of another shape."""
    found = [ASKED.fullmatch(part) for part in expression.split(" or ")]
    assert all(found), expression
    return [part for part in found if part]


def found_by(part: re.Match[str], samples: list[Sample]) -> Iterator[Sample]:
    """The samples that a comparison looks at."""
    wanted = dict(re.findall(r'(\w+)="([^"]*)"', part["labels"] or ""))
    for sample in samples:
        if sample.name == part["name"] and wanted.items() <= sample.labels.items():
            yield sample


def firing(samples: list[Sample]) -> set[str]:
    """The alerts whose expression holds."""

    def holds(part: re.Match[str]) -> bool:
        largest = max((sample.value for sample in found_by(part, samples)), default=None)
        limit = float(part["limit"])
        return largest is not None and (largest == limit if part["sign"] == "==" else largest > limit)

    return {alert for alert, expression in rules().items() if any(map(holds, parts_of(expression)))}


async def heard(inbox: Inbox, **columns: Any) -> None:
    """Have one message that stands as `columns` say, each given as SQL."""
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=1))])
    await change(
        inbox.database, f"update msg.inbox set {', '.join(f'{name} = {said}' for name, said in columns.items())}"
    )


async def test_every_alert_finds_what_it_asks_for_with_the_labels_it_keeps(inbox: Inbox) -> None:
    for status in ("pending", "retry", "waiting"):
        await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=1))])
        await change(inbox.database, f"update msg.inbox set status = '{status}' where status = 'pending'")
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=1))])
    await change(inbox.database, "insert into msg.paused_consumer (consumer) values ('reader.attach')")
    samples = await told(inbox.database)

    for alert, expression in rules().items():
        for part in parts_of(expression):
            kept = {label.strip() for label in (part["by"] or "").split(",") if label}
            found = list(found_by(part, samples))
            assert found, alert
            assert all(kept <= sample.labels.keys() for sample in found), alert


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"received_at": "msg.clock() - interval '30 seconds'"}, set()),
        ({"received_at": "msg.clock() - interval '2 minutes'"}, {"MessagesNotActedOn"}),
        ({"status": "'retry'", "received_at": "msg.clock() - interval '50 minutes'"}, set()),
        ({"status": "'retry'", "received_at": "msg.clock() - interval '2 hours'"}, {"MessagesFailing"}),
        (
            {
                "status": "'waiting'",
                "received_at": "msg.clock() - interval '4 minutes'",
                "waiting_since": "msg.clock() - interval '4 minutes'",
            },
            set(),
        ),
        ({"status": "'waiting'", "waiting_since": "msg.clock() - interval '6 minutes'"}, {"SequenceGap"}),
        ({"status": "'parked'", "finished_at": "msg.clock() - interval '5 minutes'"}, {"MessagesParked"}),
        ({"status": "'parked'", "finished_at": "msg.clock() - interval '20 minutes'"}, set()),
    ],
)
async def test_a_message_calls_somebody_only_when_it_must(
    inbox: Inbox, columns: dict[str, str], expected: set[str]
) -> None:
    await heard(inbox, **columns)

    assert firing(await told(inbox.database)) == expected


async def test_events_that_are_not_sent_call_somebody(reader_database: Database) -> None:
    await announce(reader_database, [Noted(thing_id=new_id(), number=1)])
    assert firing(await told(reader_database)) == set()

    await change(reader_database, "update msg.outbox set recorded_at = msg.clock() - interval '2 minutes'")
    assert firing(await told(reader_database)) == {"EventsNotSent"}


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (LinkState("rabbitmq", reachable=False, queues=CALM.queues), {"BrokerAway"}),
        (LinkState("rabbitmq", blocked_seconds=31, queues=CALM.queues), {"BrokerBlocks"}),
        (LinkState("rabbitmq", queues={"throughline.dead.reader": 1}), set()),
    ],
)
async def test_the_broker_calls_somebody(reader_database: Database, link: LinkState, expected: set[str]) -> None:
    assert firing(await told(reader_database, link)) == expected

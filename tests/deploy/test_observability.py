"""What dashboards show and alerts watch is measured under that name, with those labels."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics import MetricWrapperBase

from deploy import dashboards
from shared.messaging import metrics

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "deploy" / "observability" / "alerts.yaml"
MEASURED = {one._name: set(one._labelnames) for one in vars(metrics).values() if isinstance(one, MetricWrapperBase)}
SUFFIX = re.compile(r"_(total|bucket|sum|count)$")
OF_PROMETHEUS = {"up": {"part", "instance", "job"}}


def rules() -> list[dict[str, Any]]:
    """Every alert of the file that Prometheus is given."""
    groups = import_module("yaml").safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[tuple[str, str, str]]:
    """Every chart: where it is, what it asks, how it names what it finds."""
    return [
        (f"{name}: {panel['title']}", panel["targets"][0]["expr"], panel["targets"][0]["legendFormat"])
        for name, dashboard in dashboards.dashboards().items()
        for panel in dashboard["panels"]
    ]


def faults_of(asked: str) -> list[str]:
    """What is wrong with an expression of PromQL: brackets, and names that nothing is measured under."""
    found = [
        f"{opening}{closing}" for opening, closing in ("()", "{}", "[]") if asked.count(opening) != asked.count(closing)
    ]
    names = re.findall(r"\b(throughline_\w+|up)\b", asked)
    known = {**MEASURED, **OF_PROMETHEUS}
    found += [name for name in names if SUFFIX.sub("", name) not in known and name not in known]
    labels = {label for name in names for label in known.get(name, known.get(SUFFIX.sub("", name), set()))} | {"le"}
    used = {label.strip() for by in re.findall(r"by \(([^)]*)\)", asked) for label in by.split(",")}
    used |= set(re.findall(r'(\w+)="', asked))
    return found + [f"label {label}" for label in sorted(used - labels)]


def test_every_alert_watches_what_is_measured() -> None:
    assert {rule["alert"]: faults_of(rule["expr"]) for rule in rules() if faults_of(rule["expr"])} == {}


def test_every_alert_says_who_is_called_and_why() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}, rule
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m")), rule
        kept = {label.strip() for by in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in by.split(",")}
        spoken = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert spoken <= kept | (OF_PROMETHEUS["up"] if "up{" in rule["expr"] else set()), rule


def test_prometheus_reads_the_alerts() -> None:
    assert "rule_files: [/etc/prometheus/alerts.yaml]" in (ALERTS.parent / "prometheus.yaml").read_text()
    assert (
        "./deploy/observability/alerts.yaml:/etc/prometheus/alerts.yaml:ro" in (ROOT / "docker-compose.yml").read_text()
    )


def test_every_chart_shows_what_is_measured() -> None:
    assert {where: faults_of(asked) for where, asked, _ in panels() if faults_of(asked)} == {}
    for where, asked, legend in panels():
        assert set(re.findall(r"{{(\w+)}}", legend)) <= set(re.findall(r"\w+", asked)), where


def test_everything_measured_is_on_a_dashboard() -> None:
    shown = {SUFFIX.sub("", name) for _, asked, _ in panels() for name in re.findall(r"throughline_\w+", asked)}

    assert set(MEASURED) - shown == set()


def test_the_dashboards_are_as_they_are_generated() -> None:
    made = {name: dashboards.written(dashboard) for name, dashboard in dashboards.dashboards().items()}

    assert {path.name: path.read_text() for path in dashboards.FOLDER.glob("*.json")} == made, "run `make dashboards`"


@pytest.mark.parametrize(
    "wrong", ["max(throughline_outbox_pendng)", "sum by (tenant) (throughline_outbox_parked)", "max((up)"]
)
def test_a_wrong_expression_is_found(wrong: str) -> None:
    assert faults_of(wrong)

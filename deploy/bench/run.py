"""`make bench`: everything that is measured, as JSON in `.bench/` and as a table. About four minutes."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from deploy.bench import messages
from deploy.bench.servers import free_port
from deploy.bench.setting import issuing, open_database, prepared, worksite
from deploy.bench.time_entries import Bench
from deploy.suite.databases import ServiceDatabase, create_service_database
from deploy.suite.postgres import EmbeddedPostgres
from services.crm.service import service as crm
from services.delivery.service import service as delivery
from shared.clock import wall_clock

RESULTS = Path(".bench")
Figures = dict[str, Any]


async def run(directory: Path, broker_url: str, console: Console) -> Figures:
    """Measure everything over a PostgreSQL in `directory` and the broker at `broker_url`."""
    figures: Figures = {"at": wall_clock().isoformat(), "machine": machine()}
    with EmbeddedPostgres(directory / "postgres") as postgres, issuing(free_port()) as issuer:
        addresses = {service.name: await prepared(service, postgres) for service in (crm, delivery)}
        floor = await create_service_database(postgres, "floor")
        database = open_database("delivery", addresses["delivery"])
        bench = Bench(psutil.Process(postgres.pid), await worksite(database), issuer)
        env = _environment(addresses["delivery"], issuer.url)
        floor_url = floor.owner_url.replace("+asyncpg", "")
        console.print("one entry per call …")
        figures["one_entry"] = await bench.one_by_one(floor_url, env)
        console.print("a hundred entries per call …")
        figures["hundred_entries"] = await bench.by_the_hundred(floor_url, env)
        console.print("tracing …")
        figures["tracing"] = await bench.traced(env)
        pipe = messages.Pipe(open_database("crm", addresses["crm"]), database)
        console.print("events …")
        figures["broker"] = await messages.broker_floor(broker_url)
        figures["events_over_rabbitmq"] = await messages.over_broker(pipe, broker_url)
        figures["events_in_process"] = await messages.in_process(pipe)
        for opened in (pipe.publisher, pipe.receiver):
            await opened.engine.dispose()
    figures["ratios"] = ratios(figures)
    return figures


def ratios(figures: Figures) -> dict[str, float]:
    """Each figure against its floor of the same run."""
    one, many, traced = figures["one_entry"], figures["hundred_entries"], figures["tracing"]
    broker, rabbit, inside = figures["broker"], figures["events_over_rabbitmq"], figures["events_in_process"]
    return {
        "one_entry_cpu_to_raw_asyncpg": _cpu(one["product"]) / _cpu(one["raw_asyncpg"]),
        "one_entry_rate_to_fastapi_without_database": _per(one["product"], one["fastapi_without_database"]),
        "hundred_entries_rate_to_raw_asyncpg": _per(many["product"], many["raw_asyncpg"]),
        "events_rate_to_confirmed_publishing": _per(rabbit, broker),
        "events_p50_to_one_confirmed_publish": rabbit["p50_ms"] / broker["p50_ms"],
        "in_process_rate_to_rabbitmq": _per(inside, rabbit),
        "traced_tenth_rate_to_untraced": _per(traced["tenth"], traced["off"]),
        "traced_all_rate_to_untraced": _per(traced["all"], traced["off"]),
    }


AIMS = {
    "one_entry_cpu_to_raw_asyncpg": "≤ 2.5",
    "one_entry_rate_to_fastapi_without_database": "≥ 0.15",
    "hundred_entries_rate_to_raw_asyncpg": "≥ 0.6",
    "events_rate_to_confirmed_publishing": "≥ 0.45",
    "events_p50_to_one_confirmed_publish": "≤ 3",
    "in_process_rate_to_rabbitmq": "≥ 1.0",
    "traced_tenth_rate_to_untraced": "≥ 0.80",
}


def show(figures: Figures, console: Console) -> None:
    """The figures as tables."""
    measured = Table("what", "per second", "p50 ms", "p99 ms", "CPU µs per request", title="measured")
    for group, subjects in figures.items():
        if group in ("at", "machine", "ratios"):
            continue
        for name, found in _named(group, subjects):
            cpu = f"{_cpu(found):.0f}" if "application_cpu_us" in found else ""
            measured.add_row(
                name, f"{found['per_second']:.0f}", f"{found['p50_ms']:.1f}", f"{found['p99_ms']:.1f}", cpu
            )
    console.print(measured)
    against = Table("against the floor", "ratio", "aim", title="ratios")
    for name, ratio in figures["ratios"].items():
        against.add_row(name.replace("_", " "), f"{ratio:.2f}", AIMS.get(name, ""))
    console.print(against)


def keep(figures: Figures) -> Path:
    """Write the figures to a file of their own."""
    RESULTS.mkdir(exist_ok=True)
    at = datetime.fromisoformat(figures["at"])
    path = RESULTS / f"{at:%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    return path


def machine() -> dict[str, Any]:
    """What was measured on."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


@contextmanager
def a_broker(directory: Path) -> Iterator[str]:
    """The broker that BROKER_URL names, or one started for the bench."""
    if given := os.environ.get("BROKER_URL"):
        yield given
        return
    from tests.support.rabbitmq import throwaway_broker  # noqa: PLC0415 - only where it is wanted

    with throwaway_broker(directory) as broker:
        yield broker.url


def _environment(addresses: ServiceDatabase, issuer: str) -> dict[str, str]:
    return {"DATABASE_URL": addresses.app_url, "ISSUER_URL": issuer, "JWKS_URL": issuer, "LOG_LEVEL": "WARNING"}


def _named(group: str, subjects: Figures) -> Iterator[tuple[str, Figures]]:
    label = group.replace("_", " ")
    if "per_second" in subjects:
        yield label, subjects
        return
    for name, found in subjects.items():
        yield f"{label}: {name.replace('_', ' ')}", found


def _cpu(found: Figures) -> float:
    return float(found["application_cpu_us"] + found["database_cpu_us"])


def _per(one: Figures, other: Figures) -> float:
    return float(one["per_second"] / other["per_second"])

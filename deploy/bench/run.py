"""`make bench`: everything that is measured, as JSON in `.bench/` and as a table. Under five minutes."""

from __future__ import annotations

import json
import os
import platform
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from deploy.bench import broker, growth, larger, messages
from deploy.bench.billing_runs import bare_rows, billing_run
from deploy.bench.pages import pages
from deploy.bench.servers import free_port
from deploy.bench.setting import issuing, open_database, prepared, worksite
from deploy.bench.time_entries import Entering
from deploy.suite.databases import ServiceDatabase, create_service_database
from deploy.suite.postgres import EmbeddedPostgres
from services.billing.service import service as billing
from services.crm.service import service as crm
from services.delivery.service import service as delivery
from services.resourcing.service import service as resourcing
from shared.clock import wall_clock
from shared.database import Database

SERVICES = (crm, delivery, resourcing, billing)
RESULTS = Path(".bench")
Figures = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """Where everything is measured: every service's database, and a broker."""

    postgres: EmbeddedPostgres
    addresses: dict[str, ServiceDatabase]
    floor_url: str
    broker_url: str

    @asynccontextmanager
    async def opened(self, *names: str) -> AsyncIterator[list[Database]]:
        """Connections to the databases of these services, as their app roles."""
        databases = [open_database(name, self.addresses[name]) for name in names]
        try:
            yield databases
        finally:
            for database in databases:
                await database.engine.dispose()

    async def time_entries(self, console: Console) -> Figures:
        """What entering time costs."""
        with issuing(free_port()) as issuer:
            async with self.opened("delivery") as (database,):
                site = await worksite(database)
            bench = Entering(psutil.Process(self.postgres.pid), site, issuer)
            env = _environment(self.addresses["delivery"], issuer.url)
            console.print("one entry per call …")
            figures = {"one_entry": await bench.one_by_one(self.floor_url, env)}
            console.print("a hundred entries per call …")
            figures["hundred_entries"] = await bench.by_the_hundred(self.floor_url, env)
            console.print("tracing …")
            return {**figures, "tracing": await bench.traced(env)}

    async def events(self, console: Console) -> Figures:
        """What announcing and reacting costs."""
        console.print("events …")
        body = messages.account_changed().model_dump_json().encode()
        env = {name: _environment(self.addresses[name], "http://127.0.0.1:1") for name in ("crm", "delivery")}
        figures: Figures = {
            "broker": await broker.broker_floor(self.broker_url, body),
            "commit": await broker.commit_floor(self.floor_url),
        }
        async with self.opened("crm", "delivery") as (publisher, receiver):
            pipe = messages.Pipe(publisher, receiver)
            figures["over_rabbitmq"] = await messages.over_broker(pipe, self.broker_url, env)
            figures["in_process"] = {"events": await messages.in_process(pipe)}
        return figures

    async def larger(self, console: Console) -> Figures:
        """What takes longer than a click."""
        console.print("invoices and utilization …")
        postgres = psutil.Process(self.postgres.pid)
        async with self.opened("billing", "resourcing") as (billing, resourcing):
            return {
                "bare_rows": await bare_rows(self.floor_url),
                "ten_thousand_entries_to_invoices": await larger.invoices(billing),
                "hundred_thousand_entries_over_500_projects": await billing_run(billing, postgres),
                "utilization_of_a_hundred_thousand_entries": await larger.utilization(resourcing),
            }

    async def pages(self, console: Console) -> Figures:
        """What pages cost."""
        console.print("pages …")
        async with self.opened(*(service.name for service in SERVICES)) as databases:
            return {"pages": await pages(SERVICES, databases)}


@asynccontextmanager
async def prepared_bench(directory: Path, broker_url: str) -> AsyncIterator[Bench]:
    """A PostgreSQL in `directory` with the databases of all services and one for the floors."""
    with EmbeddedPostgres(directory / "postgres") as postgres:
        addresses = {service.name: await prepared(service, postgres) for service in SERVICES}
        floor = await create_service_database(postgres, "floor")
        yield Bench(postgres, addresses, floor.owner_url.replace("+asyncpg", ""), broker_url)


async def run(directory: Path, broker_url: str, console: Console) -> Figures:
    """Measure everything over a PostgreSQL in `directory` and the broker at `broker_url`."""
    figures: Figures = {"at": wall_clock().isoformat(), "machine": machine()}
    async with prepared_bench(directory, broker_url) as bench:
        for part in (bench.time_entries, bench.events, bench.pages, bench.larger):
            figures |= await part(console)
    figures["ratios"] = ratios(figures)
    return figures


async def run_long(directory: Path, console: Console, sizes: tuple[int, ...]) -> Figures:
    """Measure what takes longer, at each of these sizes."""
    head = {"at": wall_clock().isoformat(), "machine": machine()}
    return {**head, **await growth.growth(directory, console, sizes)}


def ratios(figures: Figures) -> dict[str, float]:
    """Each figure against its floor of the same run."""
    one, many, traced = figures["one_entry"], figures["hundred_entries"], figures["tracing"]
    floor, rabbit, inside = figures["broker"], figures["over_rabbitmq"]["events"], figures["in_process"]["events"]
    run = figures["hundred_thousand_entries_over_500_projects"]
    drafted, issued = run["entries"] / run["draft_s"], run["issued"] / run["issue_s"]
    return {
        "one_entry_cpu_to_raw_asyncpg": _cpu(one["product"]) / _cpu(one["raw_asyncpg"]),
        "one_entry_rate_to_fastapi_without_database": _per(one["product"], one["fastapi_without_database"]),
        "hundred_entries_rate_to_raw_asyncpg": _per(many["product"], many["raw_asyncpg"]),
        "events_rate_to_confirmed_publishing": _per(rabbit, floor["confirmed_publish"]),
        "events_rate_to_publishing_and_taking": _per(rabbit, floor["publish_and_take"]),
        "events_rate_to_single_row_commits": _per(rabbit, figures["commit"]["clients_1"]),
        "events_p50_to_the_brokers_end_to_end": rabbit["p50_ms"] / floor["end_to_end"]["p50_ms"],
        "events_p99_to_the_brokers_end_to_end": rabbit["p99_ms"] / floor["end_to_end"]["p99_ms"],
        "in_process_rate_to_rabbitmq": _per(inside, rabbit),
        "drafted_entries_rate_to_bare_rows": drafted / figures["bare_rows"]["per_second"],
        "issued_invoices_rate_to_single_row_commits": issued / figures["commit"]["clients_1"]["per_second"],
        "traced_tenth_rate_to_untraced": _per(traced["tenth"], traced["off"]),
        "traced_all_rate_to_untraced": _per(traced["all"], traced["off"]),
    }


AIMS = {
    "one_entry_cpu_to_raw_asyncpg": "≤ 2.5",
    "one_entry_rate_to_fastapi_without_database": "≥ 0.15",
    "hundred_entries_rate_to_raw_asyncpg": "≥ 0.6",
    "events_rate_to_confirmed_publishing": "≥ 0.45",
    "events_p50_to_the_brokers_end_to_end": "≤ 3",
    "events_p99_to_the_brokers_end_to_end": "≤ 3",
    "in_process_rate_to_rabbitmq": "≥ 1.0",
    "traced_tenth_rate_to_untraced": "≥ 0.80",
}


def show(figures: Figures, console: Console) -> None:
    """The figures as tables: what stands under a product's figure in its group is its floor."""
    measured = Table(
        "what", "per second", "p50 ms", "p95 ms", "p99 ms", "CPU µs", "seconds", "KB", "MiB", title="measured"
    )
    for group, subjects in figures.items():
        if group not in ("at", "machine", "ratios"):
            for name, found in _named(group, subjects):
                measured.add_row(name, *_cells(found))
    console.print(measured)
    against = Table("against the floor", "ratio", "aim", title="ratios")
    for name, ratio in figures["ratios"].items():
        against.add_row(name.replace("_", " "), f"{ratio:.2f}", AIMS.get(name, ""))
    console.print(against)


def _cells(found: Figures) -> Iterator[str]:
    yield f"{found['per_second']:.0f}" if "per_second" in found else ""
    yield f"{found['p50_ms']:.1f}" if "p50_ms" in found else ""
    yield f"{found['p95_ms']:.1f}" if "p95_ms" in found else ""
    yield f"{found['p99_ms']:.1f}" if "p99_ms" in found else ""
    yield f"{_cpu(found):.0f}" if "application_cpu_us" in found else ""
    yield ", ".join(f"{name.removesuffix('_s')} {value:.1f}" for name, value in found.items() if name.endswith("_s"))
    yield ", ".join(
        f"{name.removesuffix('_bytes')} {value / 1000:.0f}" for name, value in found.items() if "_bytes" in name
    )
    yield ", ".join(
        f"{name.removesuffix('_most_mib')} {value:.0f}" for name, value in found.items() if name.endswith("_most_mib")
    )


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
    return {
        "DATABASE_URL": addresses.app_url,
        "ISSUER_URL": issuer,
        "JWKS_URL": issuer,
        "PUBLIC_URL": issuer,
        "SESSION_KEY": secrets.token_hex(32),
        "SECRETS_KEY": secrets.token_hex(32),
        "LOG_LEVEL": "WARNING",
    }


def _named(group: str, subjects: Figures) -> Iterator[tuple[str, Figures]]:
    label = group.replace("_", " ")
    if not any(isinstance(found, dict) for found in subjects.values()):
        yield label, subjects
        return
    for name, found in subjects.items():
        yield f"{label}: {name.replace('_', ' ')}", found


def _cpu(found: Figures) -> float:
    return float(found["application_cpu_us"] + found["database_cpu_us"])


def _per(one: Figures, other: Figures) -> float:
    return float(one["per_second"] / other["per_second"])

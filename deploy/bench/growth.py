"""`make bench-long`: whether billing costs the same for each entry, however many there are and were before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from deploy.bench.billing_runs import billed, map_accounts
from deploy.bench.larger import Firm, set_up_seller
from deploy.bench.open_work import sold, worked
from deploy.bench.setting import open_database, prepared
from deploy.suite.postgres import EmbeddedPostgres
from services.billing.service import service as billing

SIZES = (10_000, 100_000, 300_000, 1_000_000)
A_PROJECT = 200  # entries
A_MONTH = 10_000  # entries, over fifty of the projects
# A document costs the same whatever else there is: of five thousand invoices enough are issued to see that it does.
MOST_ISSUED = 200
AIM = 1.3
Figures = dict[str, Any]


async def growth(directory: Path, console: Console, sizes: tuple[int, ...] = SIZES) -> Figures:
    """What a run of each size costs, and the month after it; each size in a database of its own."""
    found: Figures = {}
    with EmbeddedPostgres(directory / "postgres") as server:
        for entries in sizes:
            console.print(f"{entries:,} entries …")
            found[f"of_{entries}"] = await _of_size(server, entries)
    return {"growth": found, "per_entry": per_entry(found)}


async def _of_size(server: EmbeddedPostgres, entries: int) -> Figures:
    database = open_database(billing.name, await prepared(billing, server, f"of_{entries}"))
    try:
        firm = Firm(database)
        await set_up_seller(firm)
        await map_accounts(firm)
        postgres = psutil.Process(server.pid)
        deals = await sold(firm, entries // A_PROJECT)
        contracts = await worked(firm, deals, A_PROJECT)
        run = await billed(firm, contracts, postgres, most_issued=MOST_ISSUED)
        contracts = await worked(firm, deals[: A_MONTH // A_PROJECT], A_PROJECT)
        after = await billed(firm, contracts, postgres, most_issued=MOST_ISSUED)
        return {"run": {"entries": entries, **run}, "month_after": {"entries": len(contracts) * A_PROJECT, **after}}
    finally:
        await database.engine.dispose()


def per_entry(found: Figures) -> Figures:
    """Processor µs of each stage per entry, per invoice where one is issued, and each size against the smallest."""
    each = {f"{size} {run}": _each(figures) for size, runs in found.items() for run, figures in runs.items()}
    first = next(iter(each.values()))
    against = {size: {stage: cost / first[stage] for stage, cost in costs.items()} for size, costs in each.items()}
    return {"cpu_us": each, "against_smallest": against}


def _each(figures: Figures) -> dict[str, float]:
    of = {"prepare": "entries", "draft": "entries", "approve": "invoices", "issue": "issued", "seal": "issued"}
    return {stage: figures[f"{stage}_cpu_s"] / figures[count] * 1e6 for stage, count in of.items()}


def show(figures: Figures, console: Console) -> None:
    """The figures as a table."""
    costs, against = figures["per_entry"]["cpu_us"], figures["per_entry"]["against_smallest"]
    table = Table("run", *next(iter(costs.values())), "memory MiB", title="CPU µs per entry, from approving on each")
    for name, stages in costs.items():
        size, run = name.split(" ")
        cells = (f"{cost:.1f} ({against[name][stage]:.2f})" for stage, cost in stages.items())
        table.add_row(name.replace("_", " "), *cells, f"{figures['growth'][size][run]['memory_most_mib']:.0f}")
    console.print(table)

"""What `make demo`, `make tour` and their like do."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from rich.console import Console

from deploy.bench import growth
from deploy.bench import run as measuring
from deploy.suite import tour
from deploy.suite.calendar import Dates
from deploy.suite.demo import clock_for, is_whole, seed, show_log_ins
from deploy.suite.desk import Desk, Desks, WentWrong, at_their_desks
from deploy.suite.earning import LEGAL_ENTITY
from deploy.suite.handing_over import NoSuchNumber, files_of_batch
from deploy.suite.issuer.client import log_in
from deploy.suite.people import PASSWORD
from deploy.suite.postgres_home import PostgresHome
from deploy.suite.sample_export import write_sample_export
from deploy.suite.selling import import_export
from deploy.suite.spans import SpanShelf
from deploy.suite.suite import PORT, running
from shared import telemetry
from shared.clock import wall_clock

DATA = Path(".data")
commands = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
console = Console(highlight=False)


@commands.command()
def demo() -> None:
    """Run the suite with the demo firm until Ctrl-C; a second start keeps what is there."""
    logging.basicConfig(level="WARNING")
    with suppress(asyncio.CancelledError):
        asyncio.run(_until_told_to_stop(_demo()))


@commands.command("demo-reset")
def demo_reset() -> None:
    """Forget the demo firm and everything entered since."""
    PostgresHome.at(DATA / "postgres").forget()
    shutil.rmtree(DATA, ignore_errors=True)
    console.print("The demo firm is forgotten.")


@commands.command("tour")
def play_tour() -> None:
    """Play the thread once on throw-away data; exit status 1 when anything is not as it should be."""
    logging.basicConfig(level="WARNING")
    try:
        asyncio.run(_until_told_to_stop(_tour()))
    except asyncio.CancelledError:
        sys.exit("The tour was stopped.")


@commands.command("import")
def import_files(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Import a CRM export into the suite that `make demo` runs."""
    asyncio.run(_import(files))


@commands.command("batch")
def fetch(
    number: int, form: str, legal_entity: str = LEGAL_ENTITY, into: Annotated[Path, typer.Option()] = DATA / "batches"
) -> None:
    """Fetch a sealed batch from the suite that `make demo` runs, in the form that an ERP reads."""
    files = asyncio.run(_fetch(number, form, legal_entity))
    into.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (into / name).write_bytes(content)
        console.print(str(into / name))


@contextmanager
def throw_away() -> Iterator[Path]:
    """A directory for the data of one run, gone afterwards with all that belongs to it."""
    with tempfile.TemporaryDirectory(prefix="throughline-") as directory:
        try:
            yield Path(directory)
        finally:
            PostgresHome.at(Path(directory) / "postgres").forget()


@commands.command()
def bench() -> None:
    """Measure, each figure beside a floor of the same run; keeps the figures in .bench/."""
    with throw_away() as directory, measuring.a_broker(directory / "broker") as broker_url:
        figures = asyncio.run(measuring.run(directory, broker_url, console))
    measuring.show(figures, console)
    console.print(f"kept in {measuring.keep(figures)}")


@commands.command("bench-long")
def bench_long(sizes: Annotated[list[int] | None, typer.Argument()] = None) -> None:
    """Measure whether billing costs the same for each entry, however many there are; keeps the figures in .bench/."""
    with throw_away() as directory:
        figures = asyncio.run(measuring.run_long(directory, console, tuple(sizes or growth.SIZES)))
    growth.show(figures, console)
    console.print(f"kept in {measuring.keep(figures)}")


@commands.command("sample")
def make_sample() -> None:
    """Write a small CRM export, with the dirt that real ones have, into .data/sample."""
    for path in write_sample_export(DATA / "sample"):
        console.print(str(path))


@asynccontextmanager
async def desks(url: str) -> AsyncIterator[tuple[Desks, Desk]]:
    """Everybody who acts in the story logged in, and the ERP with its own credentials."""
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
        yield await at_their_desks(http)


async def _tour() -> None:
    shelf = SpanShelf()
    watched = telemetry.watch("tour", exporter=shelf)
    with throw_away() as directory:
        async with running(directory, port=0, exporter=shelf) as suite, desks(suite.url) as (people, erp):
            played = await tour.play(people, erp, Dates(wall_clock().date()), watched, console.print)
            counted = await tour.events_of(suite, played)
            await tour.judge(people["viktor"], played.batch)
            suite.flush_spans()
            watched.provider.force_flush()
            spans = shelf.of_trace(played.trace_id)
            tour.show(console, played, counted, spans)
            tour.must_be_as_told(played, spans, suite.members)
    total = sum(counted.values())
    console.print(f"tour ok: {total} events, {played.trace_id}, batch {played.batch['number']}, beancount ok")


async def _demo() -> None:
    clock = clock_for(DATA)
    async with running(DATA, port=PORT, now=clock, working=is_whole(DATA)) as suite:
        await seed(suite, clock, console)
        show_log_ins(suite, console)
        try:
            await asyncio.Event().wait()
        finally:
            console.print("\nStopping…")


@asynccontextmanager
async def _desk_of(login: str) -> AsyncIterator[Desk]:
    url = os.environ.get("SUITE_URL", f"http://127.0.0.1:{PORT}")
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
        try:
            token = await log_in(http, login, PASSWORD)
        except httpx2.ConnectError:
            sys.exit(f"Nothing answers at {url}. Start the suite with `make demo`, or name another one in SUITE_URL.")
        yield Desk(http, token.access_token)


async def _fetch(number: int, form: str, legal_entity: str) -> dict[str, bytes]:
    async with _desk_of("viktor") as desk:
        try:
            return await files_of_batch(desk, legal_entity, number, form)
        except (NoSuchNumber, WentWrong) as refusal:
            sys.exit(str(refusal))


async def _import(files: list[Path]) -> None:
    async with _desk_of("helen") as desk:
        done = await import_export(desk, files, anew=True)
    for counts in done["counts"]:
        console.print(counts)


async def _until_told_to_stop(work: Awaitable[None]) -> None:
    """Do `work`; told to stop, cancel it, so that everything it started is stopped too."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await work

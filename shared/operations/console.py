"""Operations on the command line: `python -m services.<name> trail | …`, with the database rights of the deployment."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from shared.database import Schema, connect
from shared.errors import Refused
from shared.messaging.reactions import Reactions
from shared.operations.backup import Keeper
from shared.operations.desk import Desk
from shared.operations.trail import trail
from shared.settings import Settings, needed
from shared.transactions import transaction

Answer = TypeVar("Answer")
# Plain tracebacks: pretty ones print the settings, passwords and all.
app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Operate one service."
)
out = Console()
COMMANDS = ("parked", "live", "pause", "resume", "trail", "trace", "backup", "restore", "marks")


@dataclass(frozen=True)
class Surroundings:
    """The service that is operated: its name, what it reacts to, and its settings."""

    service: str
    schema: Schema
    reactions: Reactions
    settings: Settings


@asynccontextmanager
async def open_desk(surroundings: Surroundings) -> AsyncIterator[Desk]:
    """A desk with everybody's messages in sight; what is done at it commits when the block ends."""
    database = connect(surroundings.service, surroundings.settings.database_url, pool_size=2)
    try:
        async with transaction(database) as session:
            yield Desk(session, f"cli:{getpass.getuser()}", None)
    finally:
        await database.engine.dispose()


def at_desk(context: typer.Context, act: Callable[[Desk], Awaitable[Answer]]) -> Answer:
    """What `act` gives, done at a desk of its own; a refusal is printed and ends the command with status 1."""

    with told():
        return asyncio.run(seated(context.obj, act))


async def seated(around: Surroundings, act: Callable[[Desk], Awaitable[Answer]]) -> Answer:
    """What `act` gives, committed."""
    async with open_desk(around) as desk:
        return await act(desk)


@contextmanager
def told() -> Iterator[None]:
    """Print a refusal, or that the database is away, and end the command with status 1."""
    try:
        yield
    except Refused as refusal:
        out.print(f"[red]{refusal.detail}[/] {refusal.mend or ''}")
        raise typer.Exit(1) from None
    except OSError as error:
        out.print(f"[red]The database does not answer:[/] {error}")
        raise typer.Exit(1) from None


def keeper(context: typer.Context) -> Keeper:
    """Whoever keeps the service's database."""
    around: Surroundings = context.obj
    return Keeper(around.schema, needed(around.settings.backup_database_url, "BACKUP_DATABASE_URL"))


def run(surroundings: Surroundings, arguments: Sequence[str]) -> None:
    """Do what `arguments` say, and leave the process."""
    app(args=list(arguments), obj=surroundings, prog_name=f"python -m services.{surroundings.service}")


@app.command("trail")
def show_trail(context: typer.Context, limit: Annotated[int, typer.Option(min=1, max=200)] = 50) -> None:
    """What operators did, latest first."""
    found = at_desk(context, lambda desk: trail(desk, cursor=None, limit=limit))
    shown = Table("at", "by", "action", "consumer", "event", "reason")
    for row in found.items:
        shown.add_row(f"{row.at:%F %T}", row.by, row.action, row.consumer, str(row.event_id or ""), row.reason)
    out.print(shown)


@app.command("backup")
def back_up(context: typer.Context, file: Path) -> None:
    """Write the service's whole database, as it is at one instant, into FILE."""
    with told():
        keeper(context).back_up(file)


@app.command("marks")
def show_marks(context: typer.Context) -> None:
    """Print how far every counter has come; keep it elsewhere, often, for a restore."""
    with told():
        for line in asyncio.run(keeper(context).marks()):
            print(line)  # noqa: T201 - for a file, not for a person


@app.command("restore")
def restore(
    context: typer.Context,
    file: Path,
    marks: Annotated[Path | None, typer.Option(help="what `marks` printed last")] = None,
) -> None:
    """Bring FILE back into an empty database; no counter starts below where MARKS says it was."""
    with told():
        lines = marks.read_text().splitlines() if marks else []
        for said in asyncio.run(keeper(context).restore(file, lines)):
            out.print(said)

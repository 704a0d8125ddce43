"""The checker as a program: `python -m deploy.checker crm=postgresql://… delivery=… resourcing=… billing=…`.

The role must see every tenant's rows. Exit status 1 when an invariant is broken.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated

import typer

from deploy.checker.check import SHOWN, Report, check
from deploy.checker.history import History
from deploy.checker.invariants import INVARIANTS
from deploy.checker.look import looking
from deploy.checker.sightings import Sightings


def main(
    databases: Annotated[list[str], typer.Argument(help="service=postgresql://user:password@host/database")],
    *,
    history: Annotated[Path | None, typer.Option(help="what clients wrote down of what they did")] = None,
    seen: Annotated[Path | None, typer.Option(help="where to keep what was seen, for the next look")] = None,
    known: Annotated[
        Path | None, typer.Option(help="what is accounted for, a line each, as an earlier look said")
    ] = None,
    shown: Annotated[int, typer.Option(min=1, help="how much of what breaks one invariant is shown")] = SHOWN,
    settled: Annotated[bool, typer.Option(help="nothing is under way, so effects must be complete")] = False,
) -> None:
    """Check what must be true of the services' databases."""
    addresses = dict(each.split("=", 1) for each in databases)
    sightings = Sightings.read(seen) if seen else Sightings()
    told = History.read(history) if history else History()
    accounted_for = frozenset(known.read_text().splitlines() if known else ())
    report = asyncio.run(_check(addresses, sightings, told, accounted_for, shown, settled=settled))
    if seen:
        sightings.keep(seen)
    print(report)
    sys.exit(0 if report.holds else 1)


async def _check(
    addresses: Mapping[str, str],
    seen: Sightings,
    history: History,
    known: Collection[str],
    shown: int,
    *,
    settled: bool,
) -> Report:
    async with looking(addresses, seen, history, settled=settled) as look:
        return await check(look, INVARIANTS, known, shown)


if __name__ == "__main__":
    typer.run(main)

"""`make chaos SEED=n MINUTES=m`: one campaign, with everything that this machine can have go wrong.

The last line is JSON. Exit status 0: nothing is wrong; 1: something is; 2: too little went wrong to mean anything.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from tests.chaos.campaign import Campaign
from tests.chaos.ground import own_ground
from tests.chaos.issuer import keys_served
from tests.chaos.plan import drawn
from tests.chaos.verdict import judged

KEPT = Path(".data/chaos")


def main(
    seed: Annotated[int, typer.Option()] = 1,
    minutes: Annotated[float, typer.Option()] = 1.0,
) -> None:
    """Fight one campaign and say what came of it."""
    with own_ground(seed) as own, keys_served() as keys:
        for kind, reason in own.not_injected.items():
            typer.echo(f"not injected: {kind} ({reason})")
        plan = drawn(seed, minutes, own.kinds, first_at=60, gap=(20, 50), replays=True)
        try:
            outcome = asyncio.run(Campaign(own.ground, plan, keys).fight())
        finally:
            _keep(own.ground.directory)
    verdict = judged(outcome, own.not_injected)
    for line in outcome.realised.lines:
        typer.echo(line)
    for fault in verdict.faults:
        typer.echo(f"WRONG  {fault}")
    for missed in verdict.missed:
        typer.echo(f"MISSED {missed}")
    typer.echo(json.dumps(verdict.figures))
    sys.exit(verdict.exit_code)


def _keep(directory: Path) -> None:
    """Keep what was planned, what happened, what clients wrote down and what processes printed."""
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    for pattern in ("*.json", "*.jsonl", "*.log"):
        for path in directory.glob(pattern):
            shutil.copy(path, KEPT)


if __name__ == "__main__":
    typer.run(main)

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

from tests.chaos.campaign import Campaign, keys_served
from tests.chaos.ground import own_ground
from tests.chaos.plan import QUICK, drawn
from tests.chaos.verdict import judged

KEPT = Path(".data/chaos")


def main(
    seed: Annotated[int, typer.Option()] = 1,
    minutes: Annotated[float, typer.Option()] = 1.0,
) -> None:
    """Fight one campaign and say what came of it."""
    plan = drawn(seed, minutes, QUICK, first_at=60, gap=(20, 50))
    with own_ground() as ground, keys_served() as keys:
        try:
            outcome = asyncio.run(Campaign(ground, plan, keys).fight())
        finally:
            shutil.copytree(ground.directory, KEPT, dirs_exist_ok=True)
    verdict = judged(outcome)
    for line in outcome.realised.lines:
        typer.echo(line)
    for fault in verdict.faults:
        typer.echo(f"WRONG  {fault}")
    for missed in verdict.missed:
        typer.echo(f"MISSED {missed}")
    typer.echo(json.dumps(verdict.figures))
    sys.exit(verdict.exit_code)


if __name__ == "__main__":
    typer.run(main)

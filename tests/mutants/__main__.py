"""`make mutants`: plant each bug, run the tests that should catch it, and tell how many were caught.

Exit status 0: all were caught; 1: some survived; 2: the tests are red without any bug, so that nothing is proved.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tests.mutants.catalogue import MUTANTS
from tests.mutants.hunt import copied_tree, hunted, is_green, tested

SOUND_LIMIT = 1_200.0  # seconds for the tests of all bugs together


def main(only: Annotated[str, typer.Option(help="a part of the bug's sentence")] = "") -> None:
    """Hunt all bugs, or those whose sentence has `only` in it."""
    chosen = [mutant for mutant in MUTANTS if only in mutant.bug]
    caught = 0
    with copied_tree() as tree:
        sound = tested(sorted({test for mutant in chosen for test in mutant.caught_by}), tree, SOUND_LIMIT)
        if not is_green(sound):
            typer.echo(f"without any bug the tests are not green:\n{sound.said}")
            sys.exit(2)
        for mutant in chosen:
            finding = hunted(mutant, tree)
            caught += finding.red
            typer.echo(f"{'caught' if finding.red else 'ALIVE '} {finding.seconds:4.0f} s  {mutant.bug}")
            if not finding.red:
                typer.echo(finding.said)
    typer.echo(f"{caught}/{len(chosen)} caught/planted")
    sys.exit(caught != len(chosen))


if __name__ == "__main__":
    typer.run(main)

"""The commands behind `make`: demo, demo-reset, tour, import, bench."""

import gc
import sys

gc.disable()  # until the suite runs: nothing of what is loaded is garbage, and looking through it takes time

from deploy.suite.commands import commands  # noqa: E402
from deploy.suite.postgres import DataInUse  # noqa: E402

if __name__ == "__main__":
    try:
        commands()
    except DataInUse as error:
        sys.exit(str(error))

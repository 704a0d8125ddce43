"""The commands behind `make`: demo, demo-reset, tour, import, bench."""

import sys

from deploy.suite.commands import commands
from deploy.suite.postgres import DataInUse

if __name__ == "__main__":
    try:
        commands()
    except DataInUse as error:
        sys.exit(str(error))

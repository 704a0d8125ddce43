"""The commands behind `make`: demo, demo-reset, tour, import, bench."""

from deploy.suite.commands import commands

if __name__ == "__main__":
    commands()

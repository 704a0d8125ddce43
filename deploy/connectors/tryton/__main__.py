"""The connector as a program: `python -m deploy.connectors.tryton`, with both sides named in its environment."""

from __future__ import annotations

import asyncio
import sys

from pydantic import ValidationError

from deploy.connectors.tryton.follow import Settings, follow
from deploy.connectors.tryton.rpc import TrytonFailed
from deploy.suite.desk import WentWrong
from deploy.suite.issuer.client import LogInFailed


async def main(settings: Settings) -> None:
    """Take what there is and say what became of it."""
    async for done in follow(settings):
        print(f"batch {done.batch}: {len(done.taken) - len(done.refused)} taken, {len(done.refused)} refused")
        for one in done.refused:
            print(f"  {one.entry_id}: {one.reason}")


if __name__ == "__main__":
    try:
        asyncio.run(main(Settings()))
    except (ValidationError, WentWrong, LogInFailed, TrytonFailed) as error:
        sys.exit(str(error))

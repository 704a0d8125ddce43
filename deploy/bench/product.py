"""Delivery's API as the bench runs it: as always, but no caller is held back by the rate limit."""

from __future__ import annotations

import asyncio

import uvloop

from services.delivery.service import service
from shared.process import serve
from shared.settings import from_environment
from shared.web.limits import Limits

if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(service, from_environment(), Limits(requests_per_second=None)))

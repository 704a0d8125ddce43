"""Serving an application until told to stop, and stopping without dropping anybody."""

from __future__ import annotations

import asyncio
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from shared.web.front import Drain


class GentleServer(uvicorn.Server):
    """Told to stop, it first says that it is not ready, so that nobody new is sent here; then it finishes what it does.

    Told again, it stops at once. It returns instead of dying by the signal, so that what runs after it still runs.
    """

    def __init__(self, app: ASGIApp, drain: Drain, *, drain_seconds: float, **config: Any) -> None:
        """Serve `app`; stay for `drain_seconds` after the first signal. `config` is uvicorn's."""
        super().__init__(uvicorn.Config(app, access_log=False, log_config=None, **config))
        self._drain = drain
        self._drain_seconds = drain_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, or stop at once when that has begun."""
        if self._drain.has_begun:
            self.should_exit = True
            return
        self._drain.begin()
        asyncio.get_running_loop().call_later(self._drain_seconds, self._stop)

    def _stop(self) -> None:
        self.should_exit = True

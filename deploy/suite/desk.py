"""Somebody at work: a logged-in colleague of the demo firm who uses the services over HTTP, as anyone would."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx2

from shared.ids import new_id
from shared.telemetry import current_traceparent

Answer = TypeVar("Answer")
PATIENCE_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.05


class WentWrong(Exception):
    """A service refused what the story wanted; carries its answer."""


class Desk:
    """One colleague, with a token; every call carries the trace it is made in."""

    def __init__(self, http: httpx2.AsyncClient, token: str) -> None:
        self._http = http
        self._token = token

    async def get(self, path: str, **params: Any) -> Any:
        """Read `path`, for example `/crm/api/v1/accounts`. Raises WentWrong."""
        return await self._send("GET", path, params=params)

    async def read(self, path: str) -> bytes:
        """The bytes at `path`. Raises WentWrong."""
        return (await self._answer("GET", path)).content

    async def put(self, path: str, body: Any) -> Any:
        """Create what `path` names. Raises WentWrong."""
        return await self._send("PUT", path, json=body)

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Do what `path` says, once, however often it is asked with the same `key`. Raises WentWrong."""
        headers = {"Idempotency-Key": key or str(new_id())}
        return await self._send("POST", path, json=body if body is not None else {}, headers=headers)

    async def upload(self, path: str, files: Any, fields: dict[str, str]) -> Any:
        """Send `files` with `fields` as a form. Raises WentWrong."""
        return await self._send("POST", path, files=files, data=fields, headers={"Idempotency-Key": str(new_id())})

    async def _send(self, method: str, path: str, **content: Any) -> Any:
        answer = await self._answer(method, path, **content)
        return answer.json() if answer.content else None

    async def _answer(self, method: str, path: str, **content: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self._token}", **content.pop("headers", {})}
        if traceparent := current_traceparent():
            headers["traceparent"] = traceparent
        answer = await self._http.request(method, path, headers=headers, **content)
        if answer.is_error:
            raise WentWrong(f"{method} {path} → {answer.status_code}: {answer.text}")
        return answer


async def eventually(look: Callable[[], Awaitable[Answer | None]], *, what: str) -> Answer:
    """What `look` finds, as soon as it finds something; TimeoutError, naming `what`, after half a minute."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        try:
            found = await look()
        except WentWrong as error:
            if "→ 404" not in str(error):
                raise
            found = None
        if found:
            return found
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    raise TimeoutError(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}")

"""Somebody at work: a logged-in colleague of the demo firm who uses the services over HTTP, as anyone would."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID, uuid5

import httpx2

from deploy.suite.issuer.client import client_credentials, log_in
from deploy.suite.people import ERP_CLIENT, ERP_SECRET, IN_THE_STORY, PASSWORD
from shared.ids import new_id
from shared.telemetry import current_traceparent

Answer = TypeVar("Answer")
PATIENCE_SECONDS = 120.0
LOOK_AGAIN_SECONDS = 0.02
KEYS = UUID("5d0b6c1e-4f0a-5b3e-9a43-7c1f0d6f2b11")


class WentWrong(Exception):
    """A service refused what was wanted; `status` and `code` are those of its answer."""

    def __init__(self, asked: str, answer: httpx2.Response) -> None:
        super().__init__(f"{asked} → {answer.status_code}: {answer.text}")
        self.status = answer.status_code
        is_problem = "problem+json" in answer.headers.get("content-type", "")
        self.code = str(answer.json().get("code", "")) if is_problem else ""


class Desk:
    """One colleague, with a token; every call carries the trace it is made in.

    The same change asked for again is done once: its key follows from what is asked.
    """

    def __init__(self, http: httpx2.AsyncClient, token: str) -> None:
        self._http = http
        self._token = token

    async def get(self, path: str, **params: Any) -> Any:
        """Read `path`, for example `/crm/api/v1/accounts`. Raises WentWrong."""
        return await self._send("GET", path, params=params)

    async def read(self, path: str) -> bytes:
        """The bytes at `path`. Raises WentWrong."""
        return (await self._answer("GET", path)).content

    async def download(self, path: str, **params: Any) -> httpx2.Response:
        """The file at `path` as it is handed over, with its name. Raises WentWrong."""
        return await self._answer("GET", path, params=params)

    async def put(self, path: str, body: Any) -> Any:
        """Create what `path` names. Raises WentWrong."""
        return await self._send("PUT", path, json=body)

    async def post(self, path: str, body: Any = None) -> Any:
        """Do what `path` and `body` say. Raises WentWrong."""
        said = body if body is not None else {}
        headers = {"Idempotency-Key": _key_of(path, json.dumps(said, sort_keys=True).encode())}
        return await self._send("POST", path, json=said, headers=headers)

    async def upload(
        self, path: str, files: Mapping[str, bytes], fields: Mapping[str, str], *, anew: bool = False
    ) -> Any:
        """Send `files` by name, with `fields`, as a form; `anew` even if they were sent before. Raises WentWrong."""
        key = str(new_id()) if anew else _key_of(path, b"".join(files.values()))
        parts = [("files", (name, content, "text/csv")) for name, content in files.items()]
        # The same form again must be the same bytes, so what separates its parts is not left to chance.
        headers = {"Idempotency-Key": key, "Content-Type": f"multipart/form-data; boundary={key}"}
        return await self._send("POST", path, files=parts, data=dict(fields), headers=headers)

    async def _send(self, method: str, path: str, **content: Any) -> Any:
        answer = await self._answer(method, path, **content)
        return answer.json() if answer.content else None

    async def _answer(self, method: str, path: str, **content: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self._token}", **content.pop("headers", {})}
        if traceparent := current_traceparent():
            headers["traceparent"] = traceparent
        answer = await self._http.request(method, path, headers=headers, **content)
        if answer.is_error:
            raise WentWrong(f"{method} {path}", answer)
        return answer


async def at_their_desks(http: httpx2.AsyncClient) -> tuple[Mapping[str, Desk], Desk]:
    """Everybody who acts in the story, logged in over `http`, by log-in; and the ERP with its own credentials."""
    desks = {login: Desk(http, token) for login, token in (await tokens_of_the_story(http)).items()}
    return desks, desks[ERP_CLIENT]


async def tokens_of_the_story(http: httpx2.AsyncClient) -> dict[str, str]:
    """Log in everybody who acts in the story, and the ERP; gives their tokens by log-in."""
    people = {login: (await log_in(http, login, PASSWORD)).access_token for login in IN_THE_STORY}
    return {**people, ERP_CLIENT: (await client_credentials(http, ERP_CLIENT, ERP_SECRET)).access_token}


async def eventually(look: Callable[[], Awaitable[Answer | None]], *, what: str) -> Answer:
    """What `look` finds, as soon as it finds something; TimeoutError, naming `what`, after two minutes."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        try:
            found = await look()
        except WentWrong as error:
            if error.status != httpx2.codes.NOT_FOUND:
                raise
            found = None
        if found:
            return found
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    raise TimeoutError(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}")


def _key_of(path: str, content: bytes) -> str:
    return str(uuid5(KEYS, f"{path} {hashlib.sha256(content).hexdigest()}"))


Desks = Mapping[str, Desk]
"""Everybody of the firm, by log-in."""

"""Clients who write down what they want before they ask for it, and know that no answer is no refusal."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

import httpx2

from deploy.checker.history import Outcome
from shared.actor import Role
from shared.clock import wall_clock
from tests.chaos.notebook import Notebook
from tests.support.api import token

ANSWER_SECONDS = 6.0
PATIENCE_SECONDS = 90.0
RETRIES = 40
WALK_AWAY = 0.2  # of those whose attempt has no outcome; the others ask again with the same key
LOOK_AGAIN_SECONDS = 0.15
KEYS = UUID("6f1c0f0e-5f6d-5d1e-8f57-0f6c1f0b9a01")
UNSETTLED = frozenset({408, 425, 429})  # refused for now, or nobody knows


class GaveUp(Exception):
    """A client gives up on what it wanted; the message says why."""


@dataclass
class Answers:
    """How all clients were answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    silent: int = 0
    asked_again: int = 0
    walked_away: int = 0
    refused: list[str] = field(default_factory=list)
    waited_in_vain: list[str] = field(default_factory=list)
    deals: int = 0
    """How many were lived from the beginning to the end."""
    nobody_walks_away: bool = False
    is_over: bool = False
    """Whether nobody begins anything new."""


@dataclass(frozen=True)
class Client:
    """Somebody of one tenant with a log-in and roles, at work through any of the services."""

    http: httpx2.AsyncClient
    addresses: Mapping[str, str]
    notebook: Notebook
    answers: Answers
    chance: Random
    tenant: UUID
    subject: str
    bearer: str

    @classmethod
    def of(cls, like: Client, subject: str, *roles: Role) -> Client:
        """Another one of the same tenant."""
        return cls(
            like.http,
            like.addresses,
            like.notebook,
            like.answers,
            like.chance,
            like.tenant,
            subject,
            long_lived_token(like.tenant, subject, *roles),
        )

    async def put(self, path: str, body: Any, *, effect: str | None = None, key: object = None) -> Any:
        """Have what `path` names; `effect` and `key` say what must then be there."""
        return await self._do("PUT", path, body, effect, key)

    async def post(
        self, path: str, body: Any = None, *, effect: str | None = None, key: object = None, is_final: bool = True
    ) -> Any:
        """Do what `path` and `body` say; what is not final may be undone by somebody else."""
        return await self._do("POST", path, body if body is not None else {}, effect, key, is_final=is_final)

    async def find(self, path: str, wanted: Callable[[Any], Any], **params: Any) -> Any:
        """What `wanted` makes of the answer to a GET, as soon as it makes something. Raises GaveUp."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            self._must_go_on()
            answer = await self._send("GET", path, params={k: v for k, v in params.items() if v is not None})
            if answer is not None and answer.is_success and (found := wanted(answer.json())):
                return found
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        self.answers.waited_in_vain.append(f"GET {path} {params}")
        raise GaveUp(f"waited in vain for {path}")

    async def _do(
        self, method: str, path: str, body: Any, effect: str | None, key: object, *, is_final: bool = True
    ) -> Any:
        self._must_go_on()
        trace = secrets.token_hex(16)
        name = f"{trace[:12]}"
        about = {"effect": effect, "key": str(key)} if effect else {}
        self.notebook.note(begun=name, tenant=str(self.tenant), trace=trace, what=f"{method} {path}", **about)
        headers = {"Idempotency-Key": str(uuid5(KEYS, trace)), "traceparent": f"00-{trace}-{trace[:16]}-01"}
        for attempt in range(RETRIES):
            answer = await self._send(method, path, json=body, headers=headers)
            if answer is not None and answer.is_success:
                self.notebook.note(ended=name, outcome=Outcome.OK if is_final else Outcome.UNKNOWN)
                return answer.json() if answer.content else None
            if answer is not None and answer.is_client_error and answer.status_code not in UNSETTLED:
                self.notebook.note(ended=name, outcome=Outcome.FAILED)
                self.answers.refused.append(f"{method} {path} → {answer.status_code} {answer.text[:300]}")
                raise GaveUp(f"{method} {path} was refused")
            if self.chance.random() < WALK_AWAY and not self.answers.nobody_walks_away:
                break
            self.answers.asked_again += 1
            await asyncio.sleep(min(0.2 * (attempt + 1), 2.0))
        self.answers.walked_away += 1
        self.notebook.note(ended=name, outcome=Outcome.UNKNOWN)
        raise GaveUp(f"{method} {path}: nobody knows")

    def _must_go_on(self) -> None:
        if self.answers.is_over:
            raise GaveUp("the time is over")

    async def _send(self, method: str, path: str, **content: Any) -> httpx2.Response | None:
        """The answer, or none where there was none in time."""
        service, _, rest = path.removeprefix("/").partition("/")
        headers = {"Authorization": f"Bearer {self.bearer}", **content.pop("headers", {})}
        url = f"{self.addresses[service]}/api/v1/{rest}"
        try:
            answer = await self.http.request(method, url, headers=headers, timeout=ANSWER_SECONDS, **content)
        except (httpx2.TransportError, httpx2.DecodingError):
            self.answers.silent += 1
            return None
        self.answers.statuses[answer.status_code] += 1
        return answer


def long_lived_token(tenant: UUID, subject: str, *roles: Role) -> str:
    """A token that outlives the campaign, and the jumps of its clocks too."""
    return token(*roles, subject=subject, tenant=tenant, exp=int((wall_clock() + timedelta(days=400)).timestamp()))

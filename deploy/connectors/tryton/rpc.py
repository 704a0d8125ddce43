"""Speaking with a Tryton over JSON-RPC."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import httpx2

SECONDS = 300.0  # hundreds of moves in one call take their time
REFUSALS = {"UserError", "UserWarning"}


class TrytonFailed(Exception):
    """Tryton did not answer as it should, for a reason that lies in no entry: nothing is known, so try again."""


class TrytonRefused(Exception):
    """Tryton did not do what it was asked for, and changed nothing: the message says why in its own words."""


class Tryton:
    """A session of one user of one database, in the company of that user."""

    def __init__(self, http: httpx2.AsyncClient, database: str) -> None:
        """Speak over `http`, which has Tryton's address."""
        self._http = http
        self._place = f"/{database}/rpc/"
        self._headers: dict[str, str] = {}
        self.context: Mapping[str, Any] = {}

    async def log_in(self, user: str, password: str) -> None:
        """Begin a session, which ends by itself. Raises TrytonFailed."""
        uid, token, *_ = await self._ask("common.db.login", [user, {"password": password}])
        session = base64.b64encode(f"{user}:{uid}:{token}".encode()).decode()
        self._headers = {"Authorization": f"Session {session}"}
        self.context = await self._ask("model.res.user.get_preferences", [True, {}])

    async def call(self, method: str, *arguments: Any, **context: Any) -> Any:
        """Call a method of a model, such as `account.move.create`. Raises TrytonRefused, TrytonFailed."""
        return await self._ask(f"model.{method}", [*arguments, {**self.context, **context}])

    async def read(self, model: str, domain: list[Any], *fields: str, **context: Any) -> list[dict[str, Any]]:
        """What `domain` finds of a model, all of it, by id. Raises TrytonRefused, TrytonFailed."""
        wanted = (domain, 0, None, [["id", "ASC"]], list(fields))
        found: list[dict[str, Any]] = await self.call(f"{model}.search_read", *wanted, **context)
        return found

    async def _ask(self, method: str, params: list[Any]) -> Any:
        asked = {"id": 1, "method": method, "params": _written(params)}
        answer = await self._http.post(self._place, json=asked, headers=self._headers, timeout=SECONDS)
        if answer.is_error:
            raise TrytonFailed(f"{method} → {answer.status_code}")
        said = answer.json()
        if error := said.get("error"):
            if error[0] in REFUSALS:
                raise TrytonRefused(_words(error[1]))
            raise TrytonFailed(f"{method}: {error[0]}")
        return _read(said["result"])


def _words(said: list[Any]) -> str:
    """What a refusal says to a person, on one line: what is wrong, and how to mend it."""
    return " ".join(" ".join(each.split()) for each in said if isinstance(each, str) and each)


def _written(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    if isinstance(value, Mapping):
        return {key: _written(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_written(one) for one in value]
    return value


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(one) for one in value]
    if not isinstance(value, dict):
        return value
    match value.get("__class__"):
        case "Decimal":
            return Decimal(value["decimal"])
        case "date":
            return date(value["year"], value["month"], value["day"])
    return {key: _read(one) for key, one in value.items()}

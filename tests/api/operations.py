"""Every operation that a service describes, and a request that is just good enough for it, always the same one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from shared.ids import new_id

PREFIX = "/api/v1"
# One word for each form that a description asks for; a form without its word is a request that is not covered.
WORDS = ("x", "EUR", "DE", "MER", "2026-03", "100.00", "erp", "DE89370400440532013000")
FORMATS = {"date": "2026-03-02", "date-time": "2026-03-02T09:00:00Z"}

Described = Mapping[str, Any]


class NotCovered(Exception):
    """No request could be made for this operation from its description."""


@dataclass(frozen=True)
class Operation:
    """One verb at one address, as its service describes it."""

    method: str
    path: str
    said: Described
    schemas: Described

    def __str__(self) -> str:
        """Verb and address."""
        return f"{self.method} {self.path}"

    @property
    def tag(self) -> str:
        """The feature that it belongs to."""
        return str(self.said["tags"][0])

    @property
    def names(self) -> list[str]:
        """The names of what its address speaks of, the record itself last."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def body(self) -> Described | None:
        """The description of what it takes as JSON."""
        content = self.said.get("requestBody", {}).get("content", {})
        return content["application/json"]["schema"] if "application/json" in content else None

    @property
    def takes_files(self) -> bool:
        """Whether it takes an upload."""
        return "multipart/form-data" in self.said.get("requestBody", {}).get("content", {})

    def request(self, known: Mapping[str, str], body: Any = None) -> dict[str, Any]:
        """A request for it: `known` names what addresses and bodies speak of, `body` stands instead of a made one.

        In `body`, "{account_id}" is what is known by that name. Raises NotCovered.
        """
        made: dict[str, Any] = {"method": self.method, "url": self.path, "params": {}, "headers": {"if-match": '"1"'}}
        for one in self.said.get("parameters", ()):
            if one["in"] == "path":
                value = str(self._value(one["name"], one["schema"], known))
                made["url"] = made["url"].replace(f"{{{one['name']}}}", value)
            elif one["in"] == "query" and (one["required"] or one["name"] in known):
                made["params"][one["name"]] = self._value(one["name"], one["schema"], known)
            elif one["in"] == "header":
                made["headers"][one["name"]] = str(new_id())
        if self.takes_files:
            made["files"] = [("files", ("sales_teams.csv", (body or "sales_agent,manager,regional_office\n").encode()))]
        elif self.body is not None:
            made["json"] = self._value("", self.body, known) if body is None else _filled(body, known)
        return made

    def _value(self, name: str, schema: Described, known: Mapping[str, str]) -> Any:
        if "$ref" in schema:
            return self._value(name, self.schemas[schema["$ref"].rpartition("/")[2]], known)
        if "anyOf" in schema:
            return self._value(name, schema["anyOf"][0], known)
        if "enum" in schema or "const" in schema:
            return known.get(name) or schema.get("const") or schema["enum"][0]
        made = getattr(self, f"_{schema.get('type')}", None)
        if made is None:
            raise NotCovered(f"{self}: {name} is {schema}")
        return made(name, schema, known)

    def _object(self, name: str, schema: Described, known: Mapping[str, str]) -> dict[str, Any]:
        needed = set(schema.get("required", ()))
        parts = schema.get("properties", {})
        return {key: self._value(key, part, known) for key, part in parts.items() if key in needed or key in known}

    def _array(self, name: str, schema: Described, known: Mapping[str, str]) -> list[Any]:
        return [self._value(name, schema["items"], known)]

    def _string(self, name: str, schema: Described, known: Mapping[str, str]) -> str:
        if name in known:
            return known[name]
        if schema.get("format") == "uuid":
            return str(new_id())
        if "format" in schema:
            return FORMATS[schema["format"]]
        words = [word for word in WORDS if re.search(schema.get("pattern", ""), word)]
        if not words:
            raise NotCovered(f"{self}: {name} is {schema}")
        return words[0]

    def _integer(self, name: str, schema: Described, known: Mapping[str, str]) -> int:
        return int(known.get(name, schema.get("minimum", 1)))

    def _number(self, name: str, schema: Described, known: Mapping[str, str]) -> float:
        return float(schema.get("minimum", 1))

    def _boolean(self, name: str, schema: Described, known: Mapping[str, str]) -> bool:
        return False


def operations_of(app: FastAPI) -> list[Operation]:
    """Every operation that `app` describes, without the checks of its health."""
    said = app.openapi()
    return [
        Operation(verb.upper(), path.removeprefix(PREFIX), operation, said["components"]["schemas"])
        for path, operations in said["paths"].items()
        if path.startswith(PREFIX)
        for verb, operation in operations.items()
    ]


def _filled(body: Any, known: Mapping[str, str]) -> Any:
    if isinstance(body, dict):
        return {key: _filled(value, known) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, known) for value in body]
    name = body[1:-1] if isinstance(body, str) and body.startswith("{") else None
    return known[name] if name else body

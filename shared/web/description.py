"""What a service says of its own HTTP interface: the parts that are the same for every operation, in OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from shared.errors import AlreadyExists
from shared.web.idempotency import KEY_DESCRIPTION, LONGEST_KEY, SAFE, IdempotencyKeyReused
from shared.web.problems import Problem, described

BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": KEY_DESCRIPTION,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"},
}
VERSION_SEEN = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "the ETag of the record as you have seen it",
    "schema": {"type": "string", "examples": ['"3"']},
}


def operation_id(route: APIRoute) -> str:
    """The name of an operation in generated clients: what it is about, and its function's name."""
    return "_".join((*map(str, route.tags), route.name)).replace("-", "_").replace(" ", "_")


def description_of(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The OpenAPI description: every operation of the API wants a token, and refuses with a Problem."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            said = get_openapi(title=app.title, version=app.version, routes=app.routes)
            components = said.setdefault("components", {})
            components.setdefault("schemas", {}).update(_problem_schemas())
            components["securitySchemes"] = {"bearer": BEARER}
            for path, operations in said["paths"].items():
                if path.startswith("/api/"):
                    for verb, operation in operations.items():
                        _complete(verb.upper(), operation)
            app.openapi_schema = _well_named(said)
        return app.openapi_schema

    return describe


def _complete(verb: str, operation: dict[str, Any]) -> None:
    """Say of an operation what the chassis does for all of its kind."""
    operation["security"] = [{"bearer": []}]
    if "412" in operation["responses"]:
        operation.setdefault("parameters", []).append(VERSION_SEEN)
    if verb == "PUT":
        _also_conflicts(operation, described(AlreadyExists))
    elif verb not in SAFE:
        given = operation.setdefault("parameters", [])
        if all(one["name"] != KEY["name"] for one in given):
            given.append(KEY)
        _also_conflicts(operation, described(IdempotencyKeyReused))


def _also_conflicts(operation: dict[str, Any], answer: Mapping[str, Any]) -> None:
    responses = operation["responses"]
    said = responses.get("409", {}).get("description", "")
    if answer["description"] not in said:
        whole = "\n\n".join(filter(None, (said, answer["description"])))
        operation["responses"] = dict(sorted({**responses, "409": {**answer, "description": whole}}.items()))


def _well_named(said: dict[str, Any]) -> dict[str, Any]:
    """The same description, in which a form is called after its operation as other bodies are, not `Body_…`."""
    text = json.dumps(said)
    for name in said["components"]["schemas"]:
        if name.startswith("Body_"):
            words = name.removeprefix("Body_").split("_")
            text = text.replace(f'{name}"', f'{"".join(map(str.capitalize, words))}Form"')
    named: dict[str, Any] = json.loads(text)
    return named


def _problem_schemas() -> dict[str, Any]:
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    parts = problem.pop("$defs")
    return {"Problem": problem, **parts}

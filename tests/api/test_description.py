"""What the services say of their HTTP interfaces is enough to use them, and to make a client from."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from fastapi.routing import APIRoute

from shared.database import connect
from shared.web.app import create_app
from tests.api.operations import Operation, operations_of
from tests.api.stories import STORIES
from tests.support.api import Api, verifier

AMOUNTS = re.compile(r"(^|_)(amount|net|gross|tax|price|cost|margin|weighted|rate|fee|balance|recognised|billed)$")
ALWAYS = {"401", "403", "413", "422", "429", "500"}


@pytest.fixture(params=STORIES)
def described(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Describe each service."""
    service = import_module(f"services.{request.param}.service").service
    app = create_app(service, connect(request.param, "postgresql+asyncpg://nobody@127.0.0.1:1/none"), verifier())
    schemas = app.openapi()["components"]["schemas"]
    return {"app": app, "operations": operations_of(app), "schemas": schemas, "events": service.asyncapi}


def test_nothing_is_served_that_is_not_described(described: dict[str, Any]) -> None:
    hidden = [
        route.path for route in described["app"].routes if isinstance(route, APIRoute) and not route.include_in_schema
    ]
    assert hidden == []


async def test_events_are_described_to_anybody(described: dict[str, Any]) -> None:
    answer = await Api(described["app"], prefix="").anonymous.get("/asyncapi.json")

    assert answer.json() == described["events"]
    assert answer.json()["operations"]


def test_every_operation_says_what_it_does_and_how_it_refuses(described: dict[str, Any]) -> None:
    operations: list[Operation] = described["operations"]
    names = [operation.said["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert operation.said["summary"] and operation.said["description"].strip().endswith("."), operation
        assert set(operation.said["responses"]) >= ALWAYS, operation
        if operation.method == "PUT":
            assert "already_exists" in operation.said["responses"]["409"]["description"], operation
        if "404" not in operation.said["responses"]:
            assert not [name for name in operation.names if name.endswith("_id")][:-1], operation


def test_every_list_is_read_page_by_page(described: dict[str, Any]) -> None:
    for operation in described["operations"]:
        shown = (
            operation.said["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
        )
        parameters = {one["name"]: one["schema"] for one in operation.said.get("parameters", ())}
        if "PageOf" in shown.get("$ref", ""):
            assert {"cursor", "limit"} <= parameters.keys(), operation
            assert parameters["limit"]["maximum"] <= 200


def test_schemas_have_names_that_somebody_chose(described: dict[str, Any]) -> None:
    odd = [n for n in described["schemas"] if n.startswith("Body_") or "__" in n or n.endswith(("_1", "_2"))]
    assert odd == []


def test_amounts_are_strings_of_digits(described: dict[str, Any]) -> None:
    loose = []
    for name, schema in described["schemas"].items():
        for field, part in schema.get("properties", {}).items():
            for one in part.get("anyOf", [part]):
                if one.get("type") == "number" or (
                    AMOUNTS.search(field) and one.get("type") == "string" and "pattern" not in one
                ):
                    loose.append(f"{name}.{field}: {one}")
    assert loose == []

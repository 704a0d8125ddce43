"""Whatever is sent that a description allows: no failure of ours, and only answers that the description knows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.operations import PREFIX
from tests.api.scenes import Scene

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OF_THE_CASE = ("method", "url", "params", "json")
OF_THE_CLIENT = {"authorization", "content-length", "cookie", "user-agent"}
CASES = 40


@pytest.mark.long
async def test_every_operation_answers_as_described(scene: Scene) -> None:
    described = schemathesis.openapi.from_dict(scene.story.api.app.openapi())
    loop, faults = asyncio.get_running_loop(), []

    for found in described.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.path.startswith(PREFIX) and not _takes_files(operation):
            try:
                await asyncio.to_thread(_attack, scene, loop, operation)
            except FailureGroup as group:
                faults += [f"{operation.label}: {fault}" for fault in group.exceptions]

    assert not faults, "\n\n".join(faults)


def _takes_files(operation: Any) -> bool:
    """Whether it takes an upload, which has tests of its own."""
    return any(body.media_type == "multipart/form-data" for body in operation.body)


def _attack(scene: Scene, loop: asyncio.AbstractEventLoop, operation: Any) -> None:
    """Send generated requests from another thread than the one that the service lives in."""

    @settings(
        max_examples=CASES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), about_ours=st.booleans())
    def send(case: Case[Any], about_ours: bool) -> None:
        request = _request(case, scene.known if about_ours else {})
        answer: httpx2.Response = asyncio.run_coroutine_threadsafe(scene.insider.request(**request), loop).result()
        case.validate_response(answer, checks=CHECKS)

    send()


def _request(case: Case[Any], known: Mapping[str, str]) -> dict[str, Any]:
    """What was generated, about what is `known` where it speaks of such things."""
    case.path_parameters = {name: known.get(name, value) for name, value in case.path_parameters.items()}
    if isinstance(case.body, dict):
        case.body = {name: known.get(name, value) for name, value in case.body.items()}
    made = case.as_transport_kwargs(base_url="http://service.test")
    headers = {name: value for name, value in made["headers"].items() if name.lower() not in OF_THE_CLIENT}
    return {name: made[name] for name in OF_THE_CASE if name in made} | {"headers": headers}

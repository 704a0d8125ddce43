"""What every service's application has: health, ids, headers, a description, one trace."""

from __future__ import annotations

import asyncio

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.actor import Role
from shared.database import Database, connect
from shared.ids import new_id
from shared.telemetry import watch
from shared.web.app import create_app
from shared.web.front import Drain
from shared.web.health import is_at, is_durable
from shared.web.limits import MIB
from tests.shared.web.conftest import Insider, note, path
from tests.shared.web.probe import Probe
from tests.support.api import Api, api, code_of, verifier

PM = Role.PROJECT_MANAGER
LOSE_CONNECTIONS = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'probe_app'"


def served(database: Database, **options: object) -> Api:
    return Api(create_app(Probe(), database, verifier(), **options), prefix="")  # type: ignore[arg-type]


async def test_a_process_that_lives_says_so_without_its_database(database: Database) -> None:
    gone = connect("probe", "postgresql+asyncpg://nobody:x@127.0.0.1:1/nothing")
    client = served(gone).anonymous
    assert (await client.get("/health/live")).json() == {"ok": True, "faults": []}
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["ok"]) == (503, False)
    answer = await served(gone).as_(PM).get("/api/v1/notes")
    assert (answer.status_code, code_of(answer)) == (503, "unavailable")


async def test_a_process_is_ready_with_the_structure_it_knows(database: Database) -> None:
    right = await served(database, checks=[is_at("0001")]).anonymous.get("/health/ready")
    wrong = await served(database, checks=[is_at("0002")]).anonymous.get("/health/ready")
    assert (right.status_code, right.json()) == (200, {"ok": True, "faults": []})
    assert wrong.status_code == 503
    assert wrong.json()["faults"] == ["the database is at revision 0001, this code needs 0002"]


async def test_a_database_that_may_lose_what_it_confirmed_is_not_ready(database: Database) -> None:
    """The tests' server runs without fsync, which is what the check is there to find."""
    fault = await is_durable(database)
    assert fault == "the database may lose confirmed changes: fsync, full_page_writes off"
    answer = await served(database).anonymous.get("/health/ready")
    assert (answer.status_code, answer.json()["faults"]) == (503, [fault])


async def test_a_process_on_its_way_out_is_not_ready_and_finishes_what_it_does(database: Database) -> None:
    drain = Drain()
    service = served(database, drain=drain, checks=[])
    client = service.as_(PM)
    copying = asyncio.create_task(client.post(f"/api/v1{path(new_id())}/copies", json=note()))
    while not drain.in_flight:
        await asyncio.sleep(0)
    drain.begin()
    assert (await service.anonymous.get("/health/ready")).status_code == 503
    assert not await drain.finished(0.001)
    assert await drain.finished(10)
    assert (await copying).status_code == 200


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123", True), ("two words", False), ("x" * 65, False), ("a;b", False)]
)
async def test_a_request_keeps_its_id_if_it_is_a_plain_word(probe: Api, given: str, kept: bool) -> None:
    answer = await probe.as_(PM).get("/notes", headers={"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.headers["x-request-id"]


async def test_every_answer_keeps_browsers_from_guessing(probe: Api) -> None:
    for answer in (await probe.as_(PM).get("/notes"), await probe.anonymous.get("/notes")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_click_is_one_trace_that_the_caller_is_told(database: Database) -> None:
    spans = InMemorySpanExporter()
    telemetry = watch("probe")
    telemetry.provider.add_span_processor(SimpleSpanProcessor(spans))
    probe = api(Probe(), database, telemetry=telemetry)
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"}
    answer = await probe.as_(PM).put(path(new_id()), json=note("secret"), headers=headers)
    assert answer.headers["traceresponse"].split("-")[1] == trace_id == answer.json()["trace_id"]
    *statements, request = spans.get_finished_spans()
    assert request.name == "PUT /api/v1/notes/{note_id}"
    assert statements and {f"{span.context.trace_id:032x}" for span in (*statements, request)} == {trace_id}
    telemetry.provider.shutdown()


@pytest.mark.parametrize("ratio", [0, 1])
async def test_every_answer_names_its_trace_refusals_and_failures_too(database: Database, ratio: float) -> None:
    telemetry = watch("probe", ratio=ratio)
    probe = api(Probe(), database, telemetry=telemetry)
    person, note_path = probe.as_(PM), path(new_id())
    answers = {
        401: await probe.anonymous.get("/notes"),
        403: await probe.as_(Role.CONSULTANT).put(note_path, json=note()),
        404: await person.get("/nowhere"),
        405: await person.delete("/notes"),
        413: await person.put(note_path, content=b" " * (2 * MIB), headers={"content-type": "application/json"}),
        415: await person.put(note_path, content=b"", headers={"content-encoding": "gzip"}),
        422: await person.put(note_path, json={}),
        500: await person.post("/notes/fault"),
        200: await person.get("/notes"),
    }

    for status, answer in answers.items():
        assert answer.status_code == status, answer.text
        version, trace_id, _, flags = answer.headers["traceresponse"].split("-")
        assert (version, int(flags, 16) & 1) == ("00", ratio), status
        if status != 200:
            assert answer.json()["trace_id"] == trace_id
    assert len({answer.headers["traceresponse"] for answer in answers.values()}) == len(answers)
    telemetry.provider.shutdown()


async def test_the_description_says_how_to_call_and_how_it_refuses(probe: Api) -> None:
    said = (await probe.anonymous.get("/openapi.json")).json()
    operations = [one for each in said["paths"].values() for one in each.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids)) and "notes_write" in ids
    write = said["paths"]["/api/v1/notes/{note_id}"]["put"]
    assert write["security"] == [{"bearer": []}] and "bearer" in said["components"]["securitySchemes"]
    everywhere = {"401", "403", "408", "413", "415", "422", "429", "500", "503"}
    assert {"201", "409"} | everywhere == set(write["responses"])
    for status in ("401", "409", "422"):
        schema = write["responses"][status]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
    assert {"Problem", "FieldError"} <= set(said["components"]["schemas"])


async def test_connections_lost_between_requests_cost_nobody_anything(probe: Api, insider: Insider) -> None:
    client = probe.as_(PM)
    assert (await client.get("/notes")).status_code == 200
    await insider.execute(LOSE_CONNECTIONS)
    assert (await client.get("/notes")).status_code == 200

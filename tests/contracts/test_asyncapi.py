"""What a service says of its events is a valid AsyncAPI 3 document, and true.

`asyncapi-3.1.0.schema.json` is the official JSON schema of AsyncAPI, from the package @asyncapi/specs 6.11.1
(Apache-2.0, the AsyncAPI Initiative), with the bindings of AMQP in it, and without line breaks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from deploy.events.files import SERVICES, contract_of, events, services
from shared.ids import new_id
from shared.messaging.provisioning import EVENTS
from tests.shared.messaging.deliveries import an_envelope
from tests.shared.messaging.probe import Made

Document = dict[str, Any]
OFFICIAL = Draft7Validator(json.loads(Path(__file__).with_name("asyncapi-3.1.0.schema.json").read_text()))
# Every keyword that draft-07 knows and our contracts use; what comes after it (`$defs`, `prefixItems`) is not here.
DRAFT_07 = {"allOf", "anyOf", "items", "properties", "required", "type", "format", "pattern", "enum", "const"}
DRAFT_07 |= {"default", "title", "description", "examples", "minimum", "maximum", "minLength", "maxLength"}
DOCUMENTS: dict[str, Document] = {service.name: service.asyncapi for service in services()}


@pytest.fixture(params=SERVICES)
def document(request: pytest.FixtureRequest) -> Document:
    """The document of each service."""
    return DOCUMENTS[request.param]


def test_it_is_valid_by_the_official_schema(document: Document) -> None:
    assert [f"{fault.json_path}: {fault.message}" for fault in OFFICIAL.iter_errors(document)] == []


def test_the_official_schema_finds_what_is_wrong(document: Document) -> None:
    without_action = {"send.it": {"channel": {"$ref": "#/channels/it"}}}

    assert not OFFICIAL.is_valid({**document, "operations": without_action})
    assert not OFFICIAL.is_valid({**document, "channels": {"it": {"bindings": {"amqp": {"is": "topic"}}}}})


def test_its_schemas_keep_to_draft_07(document: Document) -> None:
    for name, schema in document["components"]["schemas"].items():
        Draft7Validator.check_schema(schema)
        for part in _parts(schema):
            assert set(part) <= DRAFT_07 or set(part) == {"$ref"}, f"{name}: {part}"


def test_every_reference_leads_somewhere(document: Document) -> None:
    for reference in _references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in place, f"{reference} leads nowhere"
            place = place[step]


def test_every_event_is_sent_by_its_publisher_alone_and_received_by_every_consumer() -> None:
    sent = {name: _messages(document, "send") for name, document in DOCUMENTS.items()}
    received = {name: _messages(document, "receive") for name, document in DOCUMENTS.items()}
    wanted = {service.name: {each.event_type.type for each in service.all_reactions} for service in services()}

    assert sent == {name: {each.type for each in events() if each.publisher() == name} for name in SERVICES}
    assert received == wanted


def test_samples_are_what_the_payloads_say() -> None:
    for event in events():
        document, name = DOCUMENTS[event.publisher()], contract_of(event).name
        payload = document["components"]["messages"][name]["payload"]
        judge = Draft7Validator({**document, **payload}, format_checker=FormatChecker())
        told = json.loads(contract_of(event).sample.read_text())
        assert [f"{name}{fault.json_path}: {fault.message}" for fault in judge.iter_errors(told)] == []
        assert not judge.is_valid({**told, event.about[1]: 1})


def test_the_headers_are_those_that_messages_bear() -> None:
    said = DOCUMENTS["crm"]["components"]["messageTraits"]["cloudEvent"]["headers"]
    judge = Draft7Validator(said, format_checker=FormatChecker())
    borne = an_envelope(Made(thing_id=new_id())).headers()

    assert list(judge.iter_errors(borne)) == []
    assert borne.keys() <= said["properties"].keys()
    for name in said["required"]:
        assert not judge.is_valid({each: value for each, value in borne.items() if each != name})


def test_what_is_sent_goes_to_the_exchange_of_all(document: Document) -> None:
    for operation in document["operations"].values():
        channel = document["channels"][operation["channel"]["$ref"].rpartition("/")[2]]["bindings"]["amqp"]
        if operation["action"] == "send":
            assert (channel["is"], channel["exchange"]["name"]) == ("routingKey", EVENTS)
        else:
            assert (channel["is"], channel["queue"]["durable"]) == ("queue", True)


def _messages(document: Document, action: str) -> set[str]:
    """The types of all messages that operations of this kind are about."""
    known = document["components"]["messages"]
    operations = [each for each in document["operations"].values() if each["action"] == action]
    named = [message["$ref"].rpartition("/")[2] for operation in operations for message in operation["messages"]]
    return {known[name]["name"] for name in named}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)


def _parts(schema: Document) -> Iterator[Document]:
    """`schema` and every schema in it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), *schema.get("allOf", [])]
    for part in (*inner, *([schema["items"]] if "items" in schema else [])):
        yield from _parts(part)

"""What a service says of its events: an AsyncAPI 3 document made of its contracts and its reactions.

What it announces goes to the exchange under a routing key, what it reacts to comes from its queue. The schemas are
JSON Schema draft-07, because that is what tools for AsyncAPI read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import models_json_schema

from shared.contracts.base import REGISTRY, Event
from shared.messaging.envelope import PREFIX, SUBJECT, TRACEPARENT, TYPE
from shared.messaging.provisioning import EVENTS, queue_of
from shared.messaging.reactions import Reaction
from shared.telemetry import routing_key

Described = dict[str, Any]
ASYNCAPI = "3.1.0"
BINDING = {"bindingVersion": "0.3.0"}
UUID = {"type": "string", "format": "uuid"}
INSTANT = {"type": "string", "format": "date-time"}
ATTRIBUTES: dict[str, Described] = {
    "specversion": {"const": "1.0"},
    "id": {**UUID, "description": "Of the event, the same however often it arrives."},
    "source": {"type": "string", "description": "The service that announced it."},
    "type": {"type": "string", "pattern": TYPE.pattern},
    "subject": {"type": "string", "pattern": SUBJECT.pattern, "description": "What it is about."},
    "time": {**INSTANT, "description": "When it happened."},
    "dataschema": {"type": "string", "description": "The contract with its minor version."},
    "partitionkey": {"type": "string", "description": "What keeps its order: the subject."},
    "sequence": {"type": "string", "pattern": r"^\d{20}$", "description": "Its place among those of one subject."},
    "correlationid": {**UUID, "description": "The thread: the opportunity that it goes back to."},
    "causationid": {**UUID, "description": "The event that led to it."},
    "recordedtime": {**INSTANT, "description": "When it was kept."},
    "tenantid": UUID,
    "schemaminor": {"type": "string", "pattern": r"^\d{1,5}$", "description": "The minor version of its contract."},
    "traceparent": {"type": "string", "pattern": TRACEPARENT.pattern, "description": "Where it was announced."},
}
OPTIONAL = {"causationid", "traceparent"}


def describe(service: str, reactions: Iterable[Reaction]) -> Described:
    """The AsyncAPI 3 document of `service`."""
    reactions = sorted(reactions, key=lambda reaction: reaction.consumer)
    announced = [REGISTRY[name] for name in sorted(REGISTRY) if REGISTRY[name].publisher() == service]
    known = {event.type: event for event in (*announced, *(reaction.event_type for reaction in reactions))}
    payloads, schemas = _schemas(known[name] for name in sorted(known))
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": f"Throughline {service}: events",
            "version": "1",
            "description": f"What {service} announces and reacts to.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            **{key: _key(key, announced) for key in sorted({routing_key(event.type) for event in announced})},
            **({queue_of(service): _queue(service, reactions)} if reactions else {}),
        },
        "operations": {
            **{f"send.{_short(event)}": _send(event) for event in announced},
            **{f"receive.{reaction.consumer}": _receive(service, reaction) for reaction in reactions},
        },
        "components": {
            "messages": {_short(known[name]): _message(known[name], payloads[known[name]]) for name in sorted(known)},
            "messageTraits": {"cloudEvent": _trait()},
            "schemas": schemas,
        },
    }


def _short(event: type[Event]) -> str:
    return event.type.removeprefix("throughline.")


def _messages(events: Iterable[type[Event]]) -> Described:
    return {_short(event): {"$ref": f"#/components/messages/{_short(event)}"} for event in events}


def _key(key: str, announced: list[type[Event]]) -> Described:
    exchange = {"name": EVENTS, "type": "topic", "durable": True, "autoDelete": False}
    return {
        "address": key,
        "messages": _messages(event for event in announced if routing_key(event.type) == key),
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, **BINDING}},
    }


def _queue(service: str, reactions: list[Reaction]) -> Described:
    events = {reaction.event_type.type: reaction.event_type for reaction in reactions}
    queue = {"name": queue_of(service), "durable": True, "exclusive": False, "autoDelete": False}
    return {
        "address": queue_of(service),
        "messages": _messages(events[name] for name in sorted(events)),
        "bindings": {"amqp": {"is": "queue", "queue": queue, **BINDING}},
    }


def _send(event: type[Event]) -> Described:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{routing_key(event.type)}"},
        "messages": [{"$ref": f"#/channels/{routing_key(event.type)}/messages/{_short(event)}"}],
        "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, "timestamp": True, **BINDING}},
    }


def _receive(service: str, reaction: Reaction) -> Described:
    channel = f"#/channels/{queue_of(service)}"
    return {
        "action": "receive",
        "channel": {"$ref": channel},
        "summary": (reaction.handler.__doc__ or reaction.handler.__name__.replace("_", " ")).strip().splitlines()[0],
        "messages": [{"$ref": f"{channel}/messages/{_short(reaction.event_type)}"}],
        "bindings": {"amqp": {"ack": True, **BINDING}},
    }


def _message(event: type[Event], payload: Described) -> Described:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "payload": payload,
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "x-minor": event.minor,
    }


def _trait() -> Described:
    """What all messages have in common: CloudEvents attributes as headers."""
    return {
        "contentType": "application/json",
        "correlationId": {"location": f"$message.header#/{PREFIX}correlationid"},
        "headers": {
            "type": "object",
            "required": [PREFIX + name for name in ATTRIBUTES if name not in OPTIONAL],
            "properties": {PREFIX + name: said for name, said in ATTRIBUTES.items()},
        },
    }


def _schemas(events: Iterable[type[Event]]) -> tuple[dict[type[Event], Described], Described]:
    """The payload of each event, and the schemas that the payloads refer to."""
    models: Any = [(event, "serialization") for event in events]
    payloads, shared = models_json_schema(models, ref_template="#/components/schemas/{model}")
    schemas = {name: _draft_07(schema) for name, schema in shared["$defs"].items()}
    return {event: payload for (event, _), payload in payloads.items()}, schemas  # type: ignore[misc]


def _draft_07(said: Any) -> Any:
    """`said` without anything beside a reference, which draft-07 would not see."""
    if isinstance(said, list):
        return [_draft_07(each) for each in said]
    if not isinstance(said, dict):
        return said
    if "$ref" in said and len(said) > 1:
        beside = {name: part for name, part in said.items() if name != "$ref"}
        return {"allOf": [{"$ref": said["$ref"]}], **beside}
    return {name: _draft_07(part) for name, part in said.items()}

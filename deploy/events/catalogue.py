"""The catalogue of events for readers: who announces, who reacts, what is in it, an example, and since when."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from deploy.events.releases import ROOT, Contract, released
from deploy.events.samples import sample
from shared.contracts.base import AMOUNT_PATTERN, Event
from shared.service import Service

Schema = dict[str, Any]


def catalogue(events: list[type[Event]], services: list[Service], described: dict[Contract, Schema]) -> str:
    """The page about `events`; `described` has the schema of every minor that there is."""
    reacting: dict[str, list[str]] = {}
    for service in services:
        for reaction in service.all_reactions:
            reacting.setdefault(reaction.event_type.type, []).append(reaction.consumer)
    lines = ["# Events", "", "Written by `make events` from the contracts and reactions; do not edit.", ""]
    lines += _drawing(events, reacting)
    for event in events:
        history = {each.minor: schema for each, schema in described.items() if each.name == name_of(event)}
        lines += _entry(event, sorted(reacting.get(event.type, [])), history)
    return "\n".join(lines) + "\n"


def name_of(event: type[Event]) -> str:
    """The name of its contract: its type without the prefix that all have."""
    return event.type.removeprefix("throughline.")


def _drawing(events: Iterable[type[Event]], reacting: dict[str, list[str]]) -> list[str]:
    arrows: dict[tuple[str, str], list[str]] = {}
    for event in events:
        for consumer in reacting.get(event.type, []):
            names = arrows.setdefault((event.publisher(), consumer.partition(".")[0]), [])
            if event.__name__ not in names:
                names.append(event.__name__)
    drawn = [f"    {source} -- {'<br>'.join(names)} --> {target}" for (source, target), names in sorted(arrows.items())]
    return ["```mermaid", "flowchart LR", *drawn, "```", ""]


def _entry(event: type[Event], consumers: list[str], history: dict[int, Schema]) -> list[str]:
    contract = Contract(name_of(event), event.minor)
    described = event.model_json_schema(mode="serialization")["properties"]
    fields = [f"| `{name}` | {_kind(field)} | {field.get('description', '')} |" for name, field in described.items()]
    reacting = ", ".join(f"`{each}`" for each in consumers)
    return [
        f"## {event.__name__}",
        "",
        (event.__doc__ or "").strip().splitlines()[0],
        "",
        f"- type `{event.type}`, minor {event.minor}, about `{event.about[0]}/<{event.about[1]}>`",
        f"- announced by {event.publisher()}",
        f"- reacted to by {reacting or 'nobody inside the suite'}{'. ' * bool(event.unconsumed)}{event.unconsumed}",
        *_history(contract.name, history),
        "",
        "| field | kind | |",
        "|---|---|---|",
        *fields,
        "",
        f'<details><summary>Sample, <a href="../{contract.schema.relative_to(ROOT)}">schema</a></summary>',
        "",
        "```json",
        as_json(sample(event).model_dump(mode="json")).rstrip(),
        "```",
        "",
        "</details>",
        "",
    ]


def _history(name: str, minors: dict[int, Schema]) -> list[str]:
    """One line per minor: when it came, and the fields that came with it."""
    versions, before, lines = released(), set[str](), []
    for minor, schema in sorted(minors.items()):
        fields = set(_fields(schema, schema))
        added = ", ".join(f"`{each}`" for each in sorted(fields - before)) if before else ""
        version = versions.get(Contract(name, minor))
        lines.append(
            f"- minor {minor}, {f'since {version}' if version else 'not released yet'}{': added ' * bool(added)}{added}"
        )
        before = fields
    return lines


def _fields(schema: Schema, part: Any, path: str = "") -> Iterable[str]:
    """The dotted names of all fields of `part`, those of its parts too."""
    if not isinstance(part, dict):
        return
    if "$ref" in part:
        yield from _fields(schema, schema["$defs"][part["$ref"].rpartition("/")[2]], path)
    for each in (part.get("items"), *part.get("anyOf", [])):
        yield from _fields(schema, each, path)
    for name, field in part.get("properties", {}).items():
        yield f"{path}{name}"
        yield from _fields(schema, field, f"{path}{name}.")


def _kind(field: Schema) -> str:
    """What a field holds, in words, from its JSON schema."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return " or ".join(_kind(each) for each in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    if field.get("pattern") == AMOUNT_PATTERN:
        return "amount"
    return str(field.get("format") or field.get("type"))


def as_json(content: Any) -> str:
    """`content` as the text of a file."""
    return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=False, default=str) + "\n"

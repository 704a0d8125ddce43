"""Writing down the contracts: a schema and a sample of every event, and the catalogue for readers. `make events`."""

from __future__ import annotations

import json
import types
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, Union, get_args, get_origin
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel

from shared.contracts.base import AMOUNT_PATTERN, REGISTRY, Event
from shared.service import Service

ROOT = Path(__file__).parents[1]
SERVICES = ("crm", "delivery", "resourcing", "billing")
SAMPLE_DAY = date(2026, 3, 2)
SAMPLE_INSTANT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PLAIN: dict[Any, Any] = {
    date: SAMPLE_DAY,
    datetime: SAMPLE_INSTANT,
    Decimal: Decimal("1250.00"),
    int: 480,
    bool: True,
    float: 0.5,
}


def main() -> None:
    """Write every file anew."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    print(f"{len(REGISTRY)} events written down in contracts/ and docs/events.md")


def files() -> dict[Path, str]:
    """Every file that describes the contracts, and what it should say."""
    services = [import_module(f"services.{name}.service").service for name in SERVICES]
    written = {ROOT / "docs" / "events.md": catalogue(services)}
    for event in events():
        folder = ROOT / "contracts" / event.publisher() / event.type.removeprefix("throughline.")
        written[folder / f"{event.minor}.schema.json"] = _json(event.model_json_schema(mode="serialization"))
        written[folder / f"{event.minor}.sample.json"] = _json(sample(event).model_dump(mode="json"))
    return written


def events() -> list[type[Event]]:
    """Every event there is, by publisher and type."""
    return [REGISTRY[name] for name in sorted(REGISTRY)]


def sample(model: type[BaseModel]) -> Any:
    """An example of `model` with every field filled, the same each time."""
    return model(**{name: _value(name, field.annotation, field.examples) for name, field in model.model_fields.items()})


def _value(name: str, kind: Any, examples: list[Any] | None) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(each for each in get_args(kind) if each is not type(None))
    if get_origin(kind) is list:
        return [_value(name, get_args(kind)[0], examples)]
    if kind is UUID:
        return uuid5(NAMESPACE_URL, name)
    if kind is str:
        return _text(name, examples)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return next(iter(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return sample(kind)
    return _plain(name, kind)


def _text(name: str, examples: list[Any] | None) -> str:
    if name == "currency":
        return "EUR"
    return str(examples[0]) if examples else name.replace("_", " ")


def _plain(name: str, kind: Any) -> Any:
    base = next((part for part in (kind, *get_args(kind)) if part in PLAIN), None)
    if base is None:
        raise TypeError(f"no sample for the field {name} of type {kind}")
    return Decimal("0.5") if name == "probability" else PLAIN[base]


def catalogue(services: list[Service]) -> str:
    """The catalogue of events: who announces, who reacts, what is in it."""
    reacting: dict[str, list[str]] = {}
    for service in services:
        for reaction in service.all_reactions:
            reacting.setdefault(reaction.event_type.type, []).append(reaction.consumer)
    lines = ["# Events", "", "Written by `make events` from the contracts and reactions; do not edit.", ""]
    lines += _drawing(reacting)
    for event in events():
        lines += _entry(event, sorted(reacting.get(event.type, [])))
    return "\n".join(lines) + "\n"


def _drawing(reacting: dict[str, list[str]]) -> list[str]:
    arrows: dict[tuple[str, str], list[str]] = {}
    for event in events():
        for consumer in reacting.get(event.type, []):
            names = arrows.setdefault((event.publisher(), consumer.partition(".")[0]), [])
            if event.__name__ not in names:
                names.append(event.__name__)
    drawn = [f"    {source} -- {'<br>'.join(names)} --> {target}" for (source, target), names in sorted(arrows.items())]
    return ["```mermaid", "flowchart LR", *drawn, "```", ""]


def _entry(event: type[Event], consumers: list[str]) -> list[str]:
    promise = (event.__doc__ or "").strip().splitlines()[0]
    described = event.model_json_schema(mode="serialization")["properties"]
    fields = [f"| `{name}` | {_kind(field)} | {field.get('description', '')} |" for name, field in described.items()]
    return [
        f"## {event.__name__}",
        "",
        promise,
        "",
        f"- type `{event.type}`, minor {event.minor}, about `{event.about[0]}/<{event.about[1]}>`",
        f"- announced by {event.publisher()}",
        f"- reacted to by {', '.join(f'`{each}`' for each in consumers) or 'nobody inside the suite'}",
        "",
        "| field | kind | |",
        "|---|---|---|",
        *fields,
        "",
    ]


def _kind(field: dict[str, Any]) -> str:
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


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=False, default=str) + "\n"


if __name__ == "__main__":
    main()

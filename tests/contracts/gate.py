"""The gate that every change of a contract passes: each question is answered with what is broken.

What is asked needs no database, no broker and no history of the repository: what was released is told by
`contracts/releases.json`, and lies in `contracts/` for ever.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from deploy.events.catalogue import name_of
from deploy.events.files import contract_of
from deploy.events.releases import Contract
from deploy.events.samples import bare_sample, sample
from shared.contracts.base import Event
from shared.messaging.reactions import Reaction
from shared.telemetry import routing_key
from tests.architecture.sources import sources, tree_of

Schema = dict[str, Any]
Released = Mapping[Contract, Schema]
WORDS = {"title", "description", "examples"}  # what people read, and no reader of events


def broken_rules(events: Iterable[type[Event]], released: Released) -> list[str]:
    """Changes of schemas besides what may change: words, and new optional fields in a new minor."""
    present = {name_of(event): event for event in events}
    broken = []
    for old, schema in released.items():
        event = present.get(old.name)
        if event is None:
            broken += _lost(old, present.values(), released)
        elif event.minor < old.minor:
            broken.append(f"{old.name}: minor {event.minor}, but {old.minor} has been released")
        else:
            new = event.model_json_schema(mode="serialization")
            may_add = event.minor > old.minor
            broken += [f"{old.name}: {each}" for each in _changes(Document(schema), Document(new), may_add)]
    return sorted(set(broken))


def _lost(old: Contract, present: Iterable[type[Event]], released: Released) -> list[str]:
    """A contract may go once a later major that reads it has been out, so that nobody needs the old one."""
    for event in present:
        if _understands(event, old) and any(each.name == name_of(event) for each in released):
            return []
    return [f"{old.name}: gone, and no later major that has been released reads it"]


class Document:
    """A schema with what its references lead to, or a part of one, at `path`."""

    def __init__(self, schema: Schema, root: Schema | None = None, path: str = "") -> None:
        self._root = schema if root is None else root
        self.path = path
        beside = {keyword: part for keyword, part in schema.items() if keyword not in ("$ref", "$defs")}
        reference = schema.get("$ref")
        target = self._root["$defs"][reference.rpartition("/")[2]] if reference else {}
        self.schema: Schema = {**target, **beside}

    def part(self, schema: Schema, name: str) -> Document:
        """What is inside, under `name`."""
        return Document(schema, self._root, f"{self.path}.{name}".lstrip("."))


def _changes(old: Document, new: Document, may_add: bool) -> Iterator[str]:
    """What changed and must not; a keyword of JSON Schema that is not known here must not change at all."""
    for keyword in sorted((old.schema.keys() | new.schema.keys()) - WORDS):
        before, now = old.schema.get(keyword), new.schema.get(keyword)
        if keyword == "properties" and before and now:
            yield from _changed_fields(old, new, may_add)
        elif keyword == "items" and before and now:
            yield from _changes(old.part(before, "*"), new.part(now, "*"), may_add)
        elif keyword == "anyOf" and before and now and len(before) == len(now):
            for place, (one, other) in enumerate(zip(before, now, strict=True)):
                yield from _changes(old.part(one, f"{place}"), new.part(other, f"{place}"), may_add)
        elif before != now and not (keyword == "default" and may_add and _has_grown(before, now)):
            yield f"{old.path or 'the event'}: {keyword} was {before}, is {now}"


def _has_grown(before: Any, now: Any) -> bool:
    """Whether a default that is an object has only got further fields, as its schema has."""
    return isinstance(before, dict) and isinstance(now, dict) and before.items() <= now.items()


def _changed_fields(old: Document, new: Document, may_add: bool) -> Iterator[str]:
    before, now = old.schema["properties"], new.schema["properties"]
    for name in before.keys() - now.keys():
        yield f"{old.part({}, name).path}: removed"
    for name in before.keys() & now.keys():
        yield from _changes(old.part(before[name], name), new.part(now[name], name), may_add)
    if not may_add:
        for name in now.keys() - before.keys():
            yield f"{old.part({}, name).path}: added to a released minor; raise `minor`"


def unreadable_samples(events: Iterable[type[Event]], samples: Mapping[Contract, bytes]) -> list[str]:
    """Samples of any time that no present reader reads."""
    events = list(events)
    broken = []
    for contract, body in samples.items():
        readers = [event for event in events if _understands(event, contract)]
        if not readers:
            broken.append(f"{contract.name}: nobody reads it any more")
        for event in readers:
            try:
                event.read(contract.major, contract.minor, body)
            except ValueError as error:
                broken.append(f"{contract.name} minor {contract.minor}, as {event.__name__} reads it: {error}")
    return broken


def unreadable_for_older_readers(events: Iterable[type[Event]], released: Released) -> list[str]:
    """What present producers say and a reader of a released minor would refuse; it ignores unknown fields."""
    broken = []
    for event in events:
        for old, schema in released.items():
            if old.name == name_of(event):
                judge = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
                for said in (sample(event), bare_sample(event)):
                    faults = judge.iter_errors(said.model_dump(mode="json"))
                    broken += [f"{old.name} minor {old.minor}, {fault.json_path}: {fault.message}" for fault in faults]
    return broken


def without_counterpart(
    events: Iterable[type[Event]], reactions: Iterable[Reaction], producers: Mapping[str, set[str]]
) -> list[str]:
    """Reactions to what nobody announces, events that nobody reacts to unmarked, marks that say otherwise, strangers.

    `producers` has the services that make an event, by the name of its class.
    """
    events, reactions = list(events), list(reactions)
    produced = [event for event in events if producers.get(event.__name__)]
    broken = []
    for event in produced:
        others = sorted(producers[event.__name__] - {event.publisher()})
        broken += [f"{event.__name__} is {event.publisher()}'s, but {other} announces it" for other in others]
        consumed = any(_understands(reaction.event_type, contract_of(event)) for reaction in reactions)
        if consumed is bool(event.unconsumed):
            broken.append(f"{event.__name__}: {'is consumed, but marked' if consumed else 'nobody reacts: mark it'}")
        if event.unannounced:
            broken.append(f"{event.__name__}: is announced, but marked as unannounced")
    for reaction in reactions:
        if not reaction.event_type.unannounced and not any(
            _understands(reaction.event_type, contract_of(event)) for event in produced
        ):
            broken.append(f"{reaction.consumer}: nobody announces {reaction.event_type.__name__}")
    return broken


def producers_of(events: Iterable[type[Event]]) -> dict[str, set[str]]:
    """The services in whose code each event is made, by the name of its class."""
    names = {event.__name__ for event in events}
    found: dict[str, set[str]] = {}
    for path in sources("services"):
        service = path.parts[path.parts.index("services") + 1]
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and (name := _called(node)) in names:
                found.setdefault(name, set()).add(service)
    return found


def _called(call: ast.Call) -> str:
    """The name of what is called, without the module it is in."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def altered(released: Mapping[Contract, str]) -> list[str]:
    """Released contracts, each with its hash then, whose files are not what went out."""
    return [
        f"{contract.name} minor {contract.minor} is not what was released: restore its files"
        for contract, digest in released.items()
        if not (contract.schema.exists() and contract.sample.exists() and contract.sha256 == digest)
    ]


def committed(contracts: Iterable[Contract]) -> Released:
    """The schemas of `contracts` as they lie in the tree."""
    return {contract: json.loads(contract.schema.read_text()) for contract in contracts}


def _understands(event: type[Event], contract: Contract) -> bool:
    """Whether a reader of `event` takes what is told under `contract`."""
    same = routing_key(event.type) == routing_key(f"throughline.{contract.name}")
    return same and event.upcasters.reach(contract.major)

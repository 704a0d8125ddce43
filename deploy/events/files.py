"""The files that describe the contracts, and what each of them should say."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from deploy.events.catalogue import as_json, catalogue, name_of
from deploy.events.releases import CONTRACTS, ROOT, Contract, released
from deploy.events.samples import sample
from shared.contracts.base import REGISTRY, Event
from shared.service import Service

SERVICES = ("crm", "delivery", "resourcing", "billing")


def files() -> dict[Path, str]:
    """Every file that follows from the code, and what it should say; released contracts stay as they went out."""
    written: dict[Path, str] = {}
    described = {contract: json.loads(contract.schema.read_text()) for contract in released()}
    for event in events():
        contract = contract_of(event)
        if contract not in described:
            described[contract] = event.model_json_schema(mode="serialization")
            written[contract.schema] = as_json(described[contract])
            written[contract.sample] = as_json(sample(event).model_dump(mode="json"))
    for service in services():
        written[CONTRACTS / service.name / "asyncapi.json"] = as_json(service.asyncapi)
    written[ROOT / "docs" / "events.md"] = catalogue(events(), services(), described)
    return written


def events() -> list[type[Event]]:
    """Every event there is, by publisher and type."""
    services()
    return [REGISTRY[name] for name in sorted(REGISTRY)]


def services() -> list[Service]:
    """Every service."""
    return [import_module(f"services.{name}.service").service for name in SERVICES]


def contract_of(event: type[Event]) -> Contract:
    """The present contract of `event`."""
    return Contract(name_of(event), event.minor)


def leftovers() -> set[Path]:
    """Files among the contracts that neither follow from the code nor were released."""
    kept = {path for contract in released() for path in (contract.schema, contract.sample)}
    return set(CONTRACTS.rglob("*.*.json")) - kept - files().keys()

"""Where a campaign takes place: PostgreSQL and RabbitMQ of its own, on ports of their own, gone afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.suite.databases import ServiceDatabase
from deploy.suite.members import SERVICES
from shared.messaging.provisioning import provision
from shared.messaging.rights import definitions
from tests.chaos.plan import EVERY, stream
from tests.chaos.sabotage import Saboteur, Wires, clock_settings, fake_clock, small_disk
from tests.support.databases import Databases
from tests.support.postgres import throwaway_postgres
from tests.support.processes import end_remains
from tests.support.rabbitmq import Broker, own_url, throwaway_broker
from tests.support.slots import slot


@dataclass
class Ground:
    """What a campaign is fought on: a directory, a broker, and databases with their superuser's addresses."""

    directory: Path
    broker: Broker
    broker_url: str
    databases: Mapping[str, ServiceDatabase]
    superuser: Mapping[str, str]
    saboteur: Saboteur | None = None
    """Who has servers, wires, clocks and disks go wrong, where those are this campaign's alone."""
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """More settings, by process."""
    wires: Wires | None = None


@dataclass(frozen=True)
class Own:
    """A ground of a campaign's own, the kinds of fault that can be had on it, and why the others cannot."""

    ground: Ground
    kinds: tuple[str, ...]
    not_injected: dict[str, str]


async def provisioned(ground: Ground) -> None:
    """Have the broker know every queue, and a user for each service with its rights."""
    for service in SERVICES:
        await provision(ground.broker_url, service.name, (service.all_reactions,))
    urls = {service.name: own_url(ground.broker_url, service.name) for service in SERVICES}
    rights = [definitions(service.name, (service.all_reactions,), urls[service.name]) for service in SERVICES]
    await asyncio.to_thread(ground.broker.grant, *rights)


@contextmanager
def own_ground(seed: int) -> Iterator[Own]:
    """Everything new, for an operator or a long run, with all that this machine can have go wrong."""
    with ExitStack() as stack:
        server = stack.enter_context(throwaway_postgres(stack.enter_context(slot("chaos-postgres"))))
        base = stack.enter_context(slot("chaos-rabbitmq"))
        disk = stack.enter_context(small_disk(base))
        broker = stack.enter_context(throwaway_broker(base / "node"))
        plain = stack.enter_context(ground(Databases(server), broker, broker.url))
        wires = Wires(plain.directory / "wires", broker.url, plain.databases, stream(seed, "wires"))
        clocks, library = plain.directory / "clocks", fake_clock()
        clocks.mkdir()
        settings = wires.settings()
        missing = {}
        if library is None:
            missing["clock"] = "libfaketime is not installed: apt install faketime"
        else:
            faked = clock_settings(library, clocks)
            settings = {name: own | faked[name] for name, own in settings.items()}
        if disk is None:
            missing["disk_full"] = "no right to mount a small disk"
        saboteur = Saboteur(broker, server, wires, clocks, base)
        kinds = tuple(kind for kind in EVERY if kind not in missing)
        yield Own(replace(plain, saboteur=saboteur, settings=settings, wires=wires), kinds, missing)


@contextmanager
def ground(databases: Databases, broker: Broker, broker_url: str) -> Iterator[Ground]:
    """Migrated databases, empty, and a directory for what is written down."""
    made = {service.name: databases.copy(service.name) for service in SERVICES}
    superuser = {service: databases.postgres.superuser_dsn(name) for service, (name, _) in made.items()}
    with slot("chaos") as directory:
        end_remains(directory)
        directory.mkdir()
        try:
            addresses = {service: address for service, (_, address) in made.items()}
            yield Ground(directory, broker, broker_url, addresses, superuser)
        finally:
            end_remains(directory)
            for name, _ in made.values():
                databases.drop(name)

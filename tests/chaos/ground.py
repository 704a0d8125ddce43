"""Where a campaign takes place: PostgreSQL and RabbitMQ of its own, on ports of their own, gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from deploy.suite.members import SERVICES
from tests.chaos.campaign import Ground
from tests.support.databases import Databases
from tests.support.postgres import throwaway_postgres
from tests.support.processes import end_remains
from tests.support.rabbitmq import Broker, throwaway_broker
from tests.support.slots import slot


@contextmanager
def own_ground() -> Iterator[Ground]:
    """Everything new, for an operator or a long run."""
    with ExitStack() as stack:
        server = stack.enter_context(throwaway_postgres(stack.enter_context(slot("chaos-postgres"))))
        broker = stack.enter_context(throwaway_broker(stack.enter_context(slot("chaos-rabbitmq"))))
        yield stack.enter_context(ground(Databases(server), broker, broker.url))


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

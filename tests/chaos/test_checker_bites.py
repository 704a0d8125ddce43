"""The checker finds nothing in a lived story, and whatever is damaged turns red exactly what should."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import pytest

from deploy.checker.announced import announced
from deploy.checker.changes import CHANGES
from deploy.checker.check import check
from deploy.checker.effects import EFFECTS
from deploy.checker.events import note_records
from deploy.checker.history import History
from deploy.checker.invariants import INVARIANTS
from deploy.checker.look import Blind, Look, looking, plain
from deploy.checker.order import PROJECTIONS
from deploy.checker.routes import CONSUMERS
from deploy.checker.sightings import Sightings
from deploy.suite.members import SERVICES
from deploy.suite.postgres import EmbeddedPostgres
from shared.contracts.base import REGISTRY
from shared.telemetry import routing_key
from tests.chaos.damage import DAMAGES
from tests.chaos.harm import Damage
from tests.chaos.lived import lived
from tests.support.databases import run_apart
from tests.support.embedded import forget
from tests.support.slots import slot

# Entries that change their invoices may change their contracts with it, as it happens; what is out of balance in the
# only currency of an entry is so in the functional one, which is the same.
ALSO = {
    "an_issued_invoice_is_posted_as_it_is": {"the_trial_balance_follows_from_the_documents"},
    "every_entry_balances": {"every_entry_balances_in_the_functional_currency"},
}


class HeldLook(Look):
    """Looks at what one transaction of each database holds, uncommitted damage included."""

    def __init__(self, connections: Mapping[str, asyncpg.Connection], seen: Sightings, history: History) -> None:
        super().__init__(connections, seen, history, settled=True)
        self._held = connections

    async def rows(self, service: str, query: str, *values: Any) -> list[asyncpg.Record]:
        """What the open transaction sees."""
        return list(await self._held[service].fetch(query, *values))


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """The databases of a story that was lived and left."""

    async def leave() -> None:
        async with lived(directory / "data"):
            pass

    with slot("checked") as directory, pytest.MonkeyPatch.context() as environment:
        environment.delenv("DATABASE_URL", raising=False)
        forget(directory, "data")
        try:
            run_apart(leave())
            with EmbeddedPostgres(directory / "data" / "postgres") as left:
                yield left
        finally:
            forget(directory, "data")


@pytest.fixture(scope="module")
def addresses(server: EmbeddedPostgres) -> dict[str, str]:
    """Where a superuser finds them."""
    return {service.name: server.superuser_dsn(service.name) for service in SERVICES}


@asynccontextmanager
async def held(addresses: Mapping[str, str]) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """A transaction in each database, taken back afterwards, in which no rule is enforced."""
    async with AsyncExitStack() as stack:
        connections = {}
        for service, address in addresses.items():
            connection = await asyncpg.connect(plain(address))
            stack.push_async_callback(connection.close)
            transaction = connection.transaction()
            await transaction.start()
            stack.push_async_callback(transaction.rollback)
            await connection.execute("set local session_replication_role = replica")
            connections[service] = connection
        yield connections


async def test_a_story_that_was_lived_breaks_nothing(addresses: dict[str, str]) -> None:
    async with looking(addresses, Sightings(), History(), settled=True) as look:
        report = await check(look)
        again = await check(look)
        kinds = {event.type for event in await announced(look)}

    assert report.holds and again.holds, f"{report}\n{again}"
    assert report.checked == len(INVARIANTS)
    assert kinds == CONSUMERS.keys(), "each kind of event there is has happened in it"


@pytest.mark.parametrize("name", [each.name for each in INVARIANTS])
async def test_damage_turns_red_exactly_what_it_should(addresses: dict[str, str], name: str) -> None:
    damage: Damage = DAMAGES[name]
    async with held(addresses) as connections:
        look = HeldLook(connections, Sightings(), damage.history)
        if damage.before is not None:
            await _do(connections, damage.before)
            await check(look)
        if damage.occasion:
            await note_records(look, damage.occasion)
        await _do(connections, damage.statements)
        report = await check(look)

    assert {name} <= report.broken.keys() <= {name} | ALSO.get(name, set()), report


def test_the_checker_knows_every_route_there_is() -> None:
    known = {
        type: {
            reaction.consumer for service in SERVICES for reaction in service.all_reactions.routed(routing_key(type))
        }
        for type in REGISTRY
    }
    assert {type: set(consumers) for type, consumers in CONSUMERS.items()} == known


def test_every_announcement_is_judged_beside_its_change() -> None:
    kinds = {routing_key(type) for type in CONSUMERS}

    assert {change.type for change in CHANGES} == kinds


def test_every_consumer_is_judged_by_what_it_leaves() -> None:
    judged = {consumer for each in (*EFFECTS, *PROJECTIONS) for consumer in each.consumers}

    assert judged == {consumer for consumers in CONSUMERS.values() for consumer in consumers}


def test_every_invariant_says_what_must_be_true() -> None:
    assert all(each.sentence.endswith(".") for each in INVARIANTS)
    assert len({each.name for each in INVARIANTS}) == len(INVARIANTS)


async def test_a_role_that_does_not_see_everything_is_refused(server: EmbeddedPostgres) -> None:
    address = server.dsn("crm", "crm_app", server.password_of("crm_app"))
    with pytest.raises(Blind):
        async with looking({"crm": address}, Sightings(), History(), settled=True):
            pass


async def _do(connections: Mapping[str, asyncpg.Connection], damage: Mapping[str, Sequence[str]]) -> None:
    for service, statements in damage.items():
        for statement in statements:
            await connections[service].execute(statement)

"""Reading the services' databases: moments in time, every tenant's rows, and nothing is ever written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any, TypeVar

import asyncpg

from deploy.checker.history import History
from deploy.checker.sightings import Sightings

SEES_EVERYTHING = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
ANSWER_SECONDS = 60.0
Key = TypeVar("Key")


class Blind(Exception):
    """The role that the checker was given does not see every tenant's rows, so it could prove nothing."""


class Look:
    """What an invariant may look at: the databases, what was seen of them before, what clients say they did.

    All that is read of one database between two calls of `later` is of one moment. Whoever compares two services
    reads the effects first, calls `later` and reads the causes: causes only accumulate.
    """

    def __init__(
        self, connections: Mapping[str, asyncpg.Connection], seen: Sightings, history: History, *, settled: bool
    ) -> None:
        self.services = tuple(connections)
        self.seen = seen
        self.history = history
        self.settled = settled
        self._connections = connections
        self._open: dict[str, Any] = {}

    async def rows(self, service: str, query: str, *values: Any) -> list[asyncpg.Record]:
        """What `query` finds in the database of `service`, tenants of all kinds together."""
        if service not in self._open:
            transaction = self._connections[service].transaction(isolation="repeatable_read", readonly=True)
            await transaction.start()
            self._open[service] = transaction
        return list(await self._connections[service].fetch(query, *values))

    async def later(self) -> None:
        """Let go of the moment: what is read next is newer than anything read before."""
        for transaction in self._open.values():
            await transaction.rollback()
        self._open.clear()


@asynccontextmanager
async def looking(
    addresses: Mapping[str, str], seen: Sightings, history: History, *, settled: bool
) -> AsyncIterator[Look]:
    """Open the databases, by service, for the time of the block. Raises Blind."""
    connections: dict[str, asyncpg.Connection] = {}
    try:
        for service, address in addresses.items():
            connections[service] = await asyncpg.connect(plain(address), command_timeout=ANSWER_SECONDS)
            if not await connections[service].fetchval(SEES_EVERYTHING):
                raise Blind(f"The role for {service} is no superuser and has no BYPASSRLS.")
        look = Look(connections, seen, history, settled=settled)
        yield look
        await look.later()
        for connection in connections.values():
            await connection.close()
    finally:
        for connection in connections.values():
            connection.terminate()  # where this was cut short, closing might be too


def plain(address: str) -> str:
    """An address as the driver takes it, without SQLAlchemy's name of the driver."""
    return address.replace("+asyncpg", "", 1)


def exact(amount: Any) -> Fraction:
    """An amount or number of the database as an exact fraction; nothing is nought."""
    return Fraction(amount or 0)


def of_position(role: str | None) -> str | None:
    """A posting role, where a contract's asset and its liability count as the one net position that they are."""
    return "position" if role in ("contract_asset", "contract_liability") else role


def cents(amount: Fraction, digits: int = 2) -> Fraction:
    """`amount` rounded half away from nought to the smallest unit."""
    scaled = abs(amount) * 10**digits + Fraction(1, 2)
    rounded = Fraction(scaled.numerator // scaled.denominator, 10**digits)
    return rounded if amount >= 0 else -rounded


def counted(keys: Iterable[Key]) -> dict[Key, int]:
    """How often each key is there."""
    counts: dict[Key, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return counts


def summed(pairs: Iterable[tuple[Key, Fraction]]) -> dict[Key, Fraction]:
    """The sum for each key."""
    sums: dict[Key, Fraction] = {}
    for key, amount in pairs:
        sums[key] = sums.get(key, Fraction()) + amount
    return sums


def differences(name: str, wanted: Mapping[Key, Any], found: Mapping[Key, Any], none: Any = 0) -> list[str]:
    """Where two tallies differ, in words."""
    return [
        f"{name} {key}: {_said(found.get(key, none))} instead of {_said(wanted.get(key, none))}"
        for key in sorted(wanted.keys() | found.keys(), key=str)
        if wanted.get(key, none) != found.get(key, none)
    ]


def _said(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{float(value):f}".rstrip("0").rstrip(".")
    return str(value)

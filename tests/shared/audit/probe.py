"""A service with audited records of its own, and ways to change them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Column, Integer, String, Uuid, insert, text

from shared import audit
from shared.actor import Actor
from shared.database import Database, Schema, amount
from shared.work import Work, begin
from tests.support.api import MERIDIAN

NORTHSTAR = UUID(int=2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

schema = Schema("probe")
prices = schema.table(
    "prices",
    Column("id", Uuid, primary_key=True),
    Column("title", String, nullable=False),
    amount("net"),
    amount("tax", nullable=True),
    Column("hours", Integer, nullable=False, server_default="8"),
    Column("version", Integer, nullable=False, server_default="1"),
)
codes = schema.table("codes", Column("code", String, primary_key=True), Column("words", String))
ledger = schema.table("ledger", Column("id", Uuid, primary_key=True), amount("net"), append_only=True)
audit.declare(schema)


@dataclass
class Price:
    """What something costs."""

    id: UUID
    title: str
    net: Decimal
    tax: Decimal | None = None
    hours: int = 8


schema.map(Price, prices, version=prices.c.version)


class Probe:
    """A service whose only route is the one of the audit trail."""

    name = "probe"
    all_routers: ClassVar[tuple[APIRouter, ...]] = (audit.router,)
    asyncapi: ClassVar[dict[str, Any]] = {}

    def permissions_of(self, roles: frozenset[str]) -> frozenset[str]:
        """Nothing needs a permission."""
        return frozenset()


async def do(database: Database, *statements: Any, by: str = "anna", because: str | None = None) -> None:
    """Do statements as one work."""

    async def execute(work: Work) -> None:
        for statement in statements:
            await work.session.execute(statement)

    await act(database, execute, by, because)


async def act(database: Database, step: Callable[[Work], Any], by: str = "anna", because: str | None = None) -> None:
    async with begin(database, Actor(by, MERIDIAN), NOON) as work:
        if because:
            await work.because(because)
        await step(work)


async def trail(database: Database, tenant: UUID = MERIDIAN) -> list[Any]:
    """Read the whole trail of a tenant."""
    async with begin(database, Actor("anna", tenant), NOON) as work:
        return list(await work.session.execute(text("select * from audit order by id")))


def a_price(price_id: UUID, title: str = "day", net: str = "83.17") -> Any:
    """Insert a price."""
    return insert(prices).values(id=price_id, title=title, net=Decimal(net))

"""The story of the firm for tests: everybody logs in and lives through it, and what must have come of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

import httpx2

from deploy.suite import desk, tour
from deploy.suite.calendar import Dates
from deploy.suite.desk import Desk, Desks
from deploy.suite.founding import found
from shared.clock import wall_clock
from shared.telemetry import Telemetry
from tests.support.evidence import Evidence

OF_BILLING = """
select (select count(*) from contracts where status = 'active') as contracts,
       (select array_agg(number order by number) from issued_invoices) as numbers,
       (select sum(gross) from issued_invoices) as invoiced,
       (select count(*) from billable_items) as items,
       (select sum(value) from billable_items) as valued,
       (select sum(amount) from allocations) as allocated,
       (select sum(amount) filter (where amount > 0) from journal_lines) as debit,
       (select sum(amount) from journal_lines) as balance,
       (select count(*) from export_batches) as batches
"""


@dataclass(frozen=True)
class Outcome:
    """What a story leaves behind in the databases."""

    handoffs: int
    projects: int
    bookings: int
    contracts: int
    numbers: tuple[str, ...]
    invoiced: Decimal
    items: int
    valued: Decimal
    allocated: Decimal
    debit: Decimal
    balance: Decimal
    batches: int


# Worked out by hand. Two deals. Of the first, six entries, one of them reversed and replaced: 37 h of a week at 150.00
# and 2 h of preparation at 120.00 are 5,790.00; the second is 12,000.00 by milestone. With 19 % tax 21,170.10 are
# invoiced; the same work, without tax, is recognised as revenue.
OUTCOME = Outcome(
    handoffs=2,
    projects=2,
    bookings=2,
    contracts=2,
    numbers=("INV-00001", "INV-00002"),
    invoiced=Decimal("21170.10"),
    items=9,
    valued=Decimal("17790.00"),
    allocated=Decimal("17790.00"),
    debit=Decimal("38960.10"),
    balance=Decimal(0),
    batches=1,
)


async def outcome(evidence: Evidence) -> Outcome:
    """What the databases hold of the story."""
    of_billing = (await evidence.rows("billing", OF_BILLING))[0]
    return Outcome(
        handoffs=await evidence.value("delivery", "select count(*) from handoffs"),
        projects=await evidence.value("delivery", "select count(*) from projects"),
        bookings=await evidence.value("resourcing", "select count(*) from bookings"),
        **{**of_billing, "numbers": tuple(of_billing["numbers"] or ())},
    )


@asynccontextmanager
async def at_their_desks(
    transport: httpx2.AsyncBaseTransport, url: str = "http://suite.test"
) -> AsyncIterator[tuple[Desks, Desk]]:
    """Everybody who acts in the story logged in by way of `transport`, and the ERP with its own credentials."""
    async with httpx2.AsyncClient(base_url=url, transport=transport, timeout=60) as http:
        yield await desk.at_their_desks(http)


async def founded(desks: Desks) -> Dates:
    """Found the firm; gives the dates of its story."""
    dates = Dates(wall_clock().date())
    await found(desks, since=dates.monday.replace(year=dates.monday.year - 1, month=1, day=1))
    return dates


async def told(desks: Desks, erp: Desk, watched: Telemetry) -> tour.Played:
    """Found the firm, then tell the story under one span: from two deals to a sealed and acknowledged batch."""
    return await tour.tell(desks, erp, await founded(desks), watched, say=print)

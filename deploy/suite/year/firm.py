"""The demo firm at work: its people at their desks, the clock that they go by, and its plan for the year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from deploy.suite.desk import Desk, Desks
from deploy.suite.movable_clock import MovableClock
from deploy.suite.suite import Suite
from deploy.suite.year.plan import Deal, Leave, Outcome, plan_deals, plan_leave
from deploy.suite.year.weeks import Year


@dataclass
class Firm:
    """Everything that the steps of a year need."""

    suite: Suite
    desks: Desks
    erp: Desk
    clock: MovableClock
    year: Year
    holidays: frozenset[str] = frozenset()
    """Days, as ISO dates, on which nobody works."""
    deals: list[Deal] = field(default_factory=plan_deals)
    leave: list[Leave] = field(default_factory=plan_leave)
    _projects: dict[int, dict[str, Any]] = field(default_factory=dict)
    _contracts: dict[int, dict[str, Any]] = field(default_factory=dict)

    def be_at(self, week: int, weekday: int, hour: int) -> None:
        """Set the clock for everybody."""
        self.clock.set(self.year.at(week, weekday, hour))

    async def settled(self) -> None:
        """Wait until everything that was announced has been reacted to."""
        await self.suite.settled()

    def won(self) -> Iterator[Deal]:
        """The deals that become projects."""
        return (deal for deal in self.deals if deal.outcome is Outcome.WON)

    @cached_property
    def away(self) -> frozenset[tuple[str, int]]:
        """Who is away in which week."""
        return frozenset((each.login, each.week) for each in self.leave if each.is_granted)

    async def project(self, deal: Deal) -> dict[str, Any]:
        """The project of a deal, as it was planned."""
        if deal.number not in self._projects:
            place = f"/delivery/api/v1/projects/{uuid5(deal.id, 'project')}"
            self._projects[deal.number] = await self.desks[deal.manager].get(place)
        return self._projects[deal.number]

    async def contract(self, deal: Deal) -> dict[str, Any]:
        """The contract of a deal, with its lines."""
        if deal.number not in self._contracts:
            found = await self.desks["owen"].get("/billing/api/v1/contracts", opportunity_id=str(deal.id))
            place = f"/billing/api/v1/contracts/{found['items'][0]['id']}"
            self._contracts[deal.number] = await self.desks["owen"].get(place)
        return self._contracts[deal.number]


def closing_in(deals: Iterable[Deal], week: int) -> list[Deal]:
    """The deals that were won in this week."""
    return [deal for deal in deals if deal.closes_in == week and deal.outcome in (Outcome.WON, Outcome.RETURNED)]


def line_id(deal: Deal, name: str) -> UUID:
    """The id of a sold line: of a staffing role, or of a fee."""
    return uuid5(deal.id, f"line/{name}")

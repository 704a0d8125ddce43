"""What was sold, as delivery takes it over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from services.delivery.templates.model.rules import Choice
from shared.money import Money
from shared.period import Period

MINUTES_AN_HOUR = 60


@dataclass(frozen=True)
class SoldWork:
    """Work of one staffing role under one sold line: minutes, and what an hour is priced at and may cost."""

    staffing_role: str
    minutes: int
    hourly_price: Decimal
    hourly_cost: Decimal | None
    line_id: UUID | None
    skills: tuple[str, ...] = ()


@dataclass(frozen=True)
class SoldMilestone:
    """A result with a price of its own."""

    name: str
    line_id: UUID
    due_on: date | None


@dataclass(frozen=True)
class SoldScope:
    """Everything about a won deal that a project is made from; `price` is what the client pays for it."""

    opportunity_id: UUID
    handoff_id: UUID
    name: str
    seller: str
    account_id: UUID
    account_name: str
    period: Period
    price: Money
    cost: Money
    work: tuple[SoldWork, ...]
    milestones: tuple[SoldMilestone, ...]
    line_ids: tuple[UUID, ...]
    choice: Choice

    @property
    def minutes(self) -> int:
        """All sold minutes."""
        return sum(work.minutes for work in self.work)


@dataclass(frozen=True)
class SoldRole:
    """All sold work of one staffing role together, its price and cost rounded to the smallest unit."""

    staffing_role: str
    minutes: int
    price: Money
    cost: Money | None
    hourly_cost_limit: Decimal | None
    skills: tuple[str, ...]


def by_role(work: Iterable[SoldWork], currency: str) -> list[SoldRole]:
    """The sold work of each staffing role, in the order in which the roles first appear."""
    roles: dict[str, list[SoldWork]] = {}
    for part in work:
        roles.setdefault(part.staffing_role, []).append(part)
    return [_together(staffing_role, parts, currency) for staffing_role, parts in roles.items()]


def _together(staffing_role: str, parts: Sequence[SoldWork], currency: str) -> SoldRole:
    cost = _worth(parts, [part.hourly_cost for part in parts])
    price = _worth(parts, [part.hourly_price for part in parts]) or Decimal()
    minutes = sum(part.minutes for part in parts)
    return SoldRole(
        staffing_role=staffing_role,
        minutes=minutes,
        price=Money(price, currency).rounded(),
        cost=None if cost is None else Money(cost, currency).rounded(),
        hourly_cost_limit=None if cost is None else _limit(parts, cost * MINUTES_AN_HOUR / minutes),
        skills=tuple(dict.fromkeys(skill for part in parts for skill in part.skills)),
    )


def _worth(parts: Sequence[SoldWork], hourly: Sequence[Decimal | None]) -> Decimal | None:
    """What the parts come to at these amounts for an hour, or nothing if one of them is not known."""
    known = [amount * part.minutes for part, amount in zip(parts, hourly, strict=True) if amount is not None]
    return sum(known, Decimal()) / MINUTES_AN_HOUR if len(known) == len(parts) else None


def _limit(parts: Sequence[SoldWork], average: Decimal) -> Decimal | None:
    """The one cost that all parts share, exactly, or else their average by minutes, to the hundredth."""
    costs = {part.hourly_cost for part in parts}
    return costs.pop() if len(costs) == 1 else average.quantize(Decimal("0.01"), ROUND_HALF_UP)

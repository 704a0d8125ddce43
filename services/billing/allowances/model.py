"""The allowance for doubtful claims: a percentage of what is open, by how late it is, set anew as the difference.

What stands on the account counts whoever posted it: what write-offs used and what was recovered is made up for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewLine
from shared.errors import Conflict, Invalid, NotFound
from shared.money import Money

WHOLE = Decimal(100)


class NoAllowancePolicy(Conflict):
    """This legal entity has no allowance policy for that day.

    Set one with PUT /allowance-policies/{id} that starts on that day or before.
    """


class NoSuchAllowanceRun(NotFound):
    """There is no such allowance run."""


class PercentOutOfRange(Invalid):
    """A percentage lies between 0 and 100, with two digits behind the point at most.

    Say how much of 100 is likely lost in this band.
    """


class AllowanceInFuture(Invalid):
    """Nobody knows yet what will be open on that day.

    Use today or a day before.
    """


class AllowanceGoesBack(Conflict):
    """The allowance was set for a later day already.

    Use the day of the last run or a later one; what changed since is caught up there.
    """


@dataclass(frozen=True)
class AllowancePolicy:
    """From `starts_on` on: the percent of open claims that is likely lost, in the order of the bands of ageing.

    One that `leaves_out_tax` reckons on claims without their tax, where that is reclaimed once a claim is lost.
    """

    id: UUID
    legal_entity_id: UUID
    starts_on: date
    percents: Sequence[Decimal]
    leaves_out_tax: bool
    made_by: str
    made_at: datetime


@dataclass(frozen=True)
class Claims:
    """What is open of one currency in one band, with its tax and without."""

    currency: str
    band: int
    open: Decimal
    without_tax: Decimal


@dataclass(frozen=True)
class AllowancePart:
    """The allowance on the claims of one currency and band."""

    currency: str
    band: int
    open: Decimal
    percent: Decimal
    allowance: Decimal


@dataclass(frozen=True)
class AllowanceTotal:
    """What the allowance in one currency comes to, and what stood before; `difference` is the expense, or a relief."""

    currency: str
    wanted: Decimal
    stood: Decimal

    @property
    def difference(self) -> Decimal:
        """What is posted: positive for a further expense."""
        return self.wanted - self.stood


@dataclass(frozen=True)
class AllowanceRun:
    """The allowance of a legal entity at the end of the day `as_of`, and by which policy."""

    id: UUID
    legal_entity_id: UUID
    as_of: date
    policy_id: UUID
    made_by: str
    made_at: datetime
    parts: Sequence[AllowancePart]
    totals: Sequence[AllowanceTotal]


def check_percents(percents: Iterable[Decimal]) -> None:
    """Refuse a percentage that is none."""
    for number, percent in enumerate(percents):
        if not 0 <= percent <= WHOLE or percent != round(percent, 2):
            raise PercentOutOfRange(field=f"/percents/{number}")


def parts_of(claims: Iterable[Claims], policy: AllowancePolicy) -> list[AllowancePart]:
    """The allowance on each band, rounded half up to the smallest unit of its currency."""
    found = []
    for one in claims:
        percent = policy.percents[one.band]
        base = Money(one.without_tax if policy.leaves_out_tax else one.open, one.currency)
        found.append(
            AllowancePart(one.currency, one.band, one.open, percent, (base * (percent / WHOLE)).rounded().amount)
        )
    return found


def totals_of(parts: Iterable[AllowancePart], standing: Mapping[str, Decimal]) -> list[AllowanceTotal]:
    """What each currency comes to beside what stands on the account (credit negative); one without claims to nought."""
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        wanted[part.currency] += part.allowance
    currencies = sorted(wanted.keys() | {currency for currency, balance in standing.items() if balance})
    return [AllowanceTotal(one, wanted[one], -standing.get(one, Decimal())) for one in currencies]


def posting(total: AllowanceTotal) -> list[NewLine]:
    """The expense and the allowance, by the difference."""
    return [
        NewLine(PostingRole.BAD_DEBT, total.difference),
        NewLine(PostingRole.ALLOWANCE, -total.difference),
    ]

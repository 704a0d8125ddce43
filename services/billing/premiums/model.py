"""Premiums: what comes on top of a rate for work on some days, in per cent of it.

For each kind of day, what is agreed for the contract counts before what is agreed with the customer, and that before
what counts everywhere; nought says that nothing comes on top. Of all that fits a day the highest counts: premiums are
not added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound
from shared.period import Period

SATURDAY, SUNDAY = 6, 7  # ISO 8601


class NoSuchPremium(NotFound):
    """There is no such premium."""


class PremiumOverlaps(Conflict):
    """Another premium counts on some of these days for the same kind of day and the same customer or contract.

    End that premium first, or choose other days.
    """


class PremiumForBoth(Invalid):
    """A premium is for a contract, for a customer, or for everybody.

    Give contract_id or customer_id, or neither.
    """


class HolidaysOfWhere(Invalid):
    """Public holidays are those of a country; other days have none.

    Give `country` as ISO 3166 alpha-2 and `region` as its ISO 3166-2 subdivision, for example DE and BY, for a premium
    on public holidays and for no other.
    """


class PremiumEndsTooEarly(Invalid):
    """A premium ends after it starts, and an end that was agreed is not moved to a later day.

    Choose a day after it starts and not after its present end.
    """


class PremiumKind(StrEnum):
    """The days on which something comes on top."""

    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"

    @property
    def words(self) -> str:
        """What for, as an invoice's reader understands it."""
        return WORDS[self]


WORDS = {
    PremiumKind.SATURDAY: "work on a Saturday",
    PremiumKind.SUNDAY: "work on a Sunday",
    PremiumKind.HOLIDAY: "work on a public holiday",
}


@dataclass(frozen=True)
class Premium:
    """So many per cent of the rate, from `period.starts_on` up to, not including, `period.ends_before`."""

    id: UUID
    kind: PremiumKind
    percent: Decimal
    period: Period
    contract_id: UUID | None = None
    customer_id: UUID | None = None
    country: str | None = None
    region: str | None = None

    def check(self) -> None:
        """Refuse what is for two at once, or whose days are not clear."""
        if self.contract_id and self.customer_id:
            raise PremiumForBoth(field="/customer_id")
        is_of_holidays = self.kind is PremiumKind.HOLIDAY
        if is_of_holidays != (self.country is not None) or (self.region is not None and self.country is None):
            raise HolidaysOfWhere(field="/country")

    @property
    def reach(self) -> tuple[PremiumKind, UUID | None, UUID | None]:
        """What it is for; of premiums that are for the same, one counts on a day."""
        return self.kind, self.contract_id, self.customer_id

    def fits(self, day: date, holidays: Iterable[date]) -> bool:
        """Whether `day` is one of its days; `holidays` are those of its country and region."""
        if self.kind is PremiumKind.HOLIDAY:
            return day in holidays
        return day.isoweekday() == (SATURDAY if self.kind is PremiumKind.SATURDAY else SUNDAY)

    def ended(self, ends_before: date) -> Premium:
        """The premium when it ends at `ends_before`. Raises PremiumEndsTooEarly."""
        period = self.period
        if ends_before <= period.starts_on or (period.ends_before is not None and ends_before > period.ends_before):
            raise PremiumEndsTooEarly(field="/ends_before")
        return Premium(**{**self.__dict__, "period": Period(period.starts_on, ends_before)})


def choose(
    premiums: Iterable[Premium], day: date, *, contract_id: UUID, customer_id: UUID, holidays: Mapping[UUID, set[date]]
) -> Premium | None:
    """The premium that counts for work on `day`; `holidays` are the public holidays of each premium on them."""
    counting: dict[PremiumKind, Premium] = {}
    for one in premiums:
        is_for_it = one.contract_id in (None, contract_id) and one.customer_id in (None, customer_id)
        if is_for_it and day in one.period:
            known = counting.get(one.kind)
            if known is None or _rank(one) < _rank(known):
                counting[one.kind] = one
    fitting = [one for one in counting.values() if one.fits(day, holidays.get(one.id, set()))]
    return max(fitting, key=lambda one: (one.percent, one.kind), default=None)


def check_overlap(premium: Premium, others: Iterable[Premium]) -> None:
    """Refuse a premium when another one counts for the same on one of its days."""
    for other in others:
        if other.reach == premium.reach and other.id != premium.id and other.period.overlaps(premium.period):
            raise PremiumOverlaps(f"{other.percent} % counts {other.period} already.", field="/starts_on")


def _rank(premium: Premium) -> int:
    """The place in the order in which agreements count."""
    return 0 if premium.contract_id else 1 if premium.customer_id else 2

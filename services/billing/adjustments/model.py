"""Adjustments of unbilled work: what changes its worth after it was valued, each with its reason, none ever undone.

Hours and money are conserved: what an item was worth at first and the sum of its adjustments is what it is worth; what
a transfer takes from one item it gives to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from services.billing.contracts.model import SoldOn
from services.billing.expenses.model import EXPENSE_RULE, passed_on
from shared.errors import Conflict, Invalid
from shared.money import Money
from shared.reasons import because


class NotWaiting(Conflict):
    """Some of this work does not wait to be invoiced.

    Discard the draft that it is on first; what was invoiced is credited instead.
    """


class NoValueYet(Conflict):
    """Some of this work has no value yet.

    Agree a rate for it first; unrated work can be held, transferred or written off.
    """


class MoreThanThereIs(Invalid):
    """An adjustment takes more than the work is worth.

    Take at most all of it, or write it off.
    """


class ChangesNothing(Invalid):
    """This adjustment would change nothing.

    Give a percentage or an amount that comes to at least one smallest unit of the currency.
    """


class SeveralCurrencies(Invalid):
    """An amount is spread over work in one currency only.

    Adjust each currency by itself, or use a percentage.
    """


class NotTransferable(Conflict):
    """This work cannot go to that contract line.

    Time goes to another line that is billed by the hour, in the same currency. An expense that was charged to a line
    which is not for expenses goes to one that is. Fees, deposits and expenses passed on stay.
    """


class AdjustmentKind(StrEnum):
    """Why the worth of an item changed."""

    ADJUSTED = "adjusted"
    CAPPED = "capped"
    RE_RATED = "re_rated"
    WRITTEN_OFF = "written_off"
    TRANSFERRED = "transferred"


@dataclass(frozen=True)
class Part:
    """What is open of one item; `value` is None while it is unrated. Overtime is time, though it has no minutes."""

    item_id: UUID
    contract_id: UUID
    contract_line_id: UUID | None
    is_time: bool
    currency: str
    value: Decimal | None
    minutes: int
    is_waiting: bool
    is_expense: bool = False
    cost: Decimal | None = None

    @property
    def money(self) -> Money:
        """What the open part is worth. Raises NoValueYet."""
        if self.value is None:
            raise NoValueYet()
        return Money(self.value, self.currency)


@dataclass(frozen=True)
class Change:
    """What one item gains, or loses."""

    item_id: UUID
    amount: Decimal
    minutes: int = 0


@dataclass(frozen=True)
class Moved:
    """What goes on as another item on another line; a rule only where the line gives it one."""

    item_id: UUID
    new_id: UUID
    value: Decimal | None
    minutes: int | None
    rule: str | None = None


@dataclass(frozen=True)
class Adjustment:
    """One change of one item, as it is kept; `adjustment_id` is what was asked, for however many items."""

    item_id: UUID
    turn: int
    kind: AdjustmentKind
    amount: Decimal
    minutes: int
    reason: str
    made_by: str
    made_at: datetime
    adjustment_id: UUID


def by_percent(parts: Sequence[Part], percent: Decimal) -> list[Change]:
    """Mark every item up or down by `percent`, rounded half up item by item. Raises MoreThanThereIs."""
    changes = [Change(part.item_id, (part.money * (percent / 100)).rounded().amount) for part in parts]
    return _sound(parts, changes, "/percent")


def by_amount(parts: Sequence[Part], amount: Decimal) -> list[Change]:
    """Spread `amount` over the items in proportion to what they are worth, so that it adds up to the cent.

    Raises MoreThanThereIs, SeveralCurrencies, ChangesNothing.
    """
    if len({part.currency for part in parts}) > 1:
        raise SeveralCurrencies(field="/amount")
    weights = [abs(part.money.amount) for part in parts]
    if not any(weights):
        weights = [Decimal(abs(part.minutes)) for part in parts]
    if not any(weights):
        raise ChangesNothing(field="/amount")
    sign = -1 if amount < 0 else 1
    total = Money(abs(amount), parts[0].currency).rounded()
    shares = total.allocate(weights)
    changes = [Change(part.item_id, sign * share.amount) for part, share in zip(parts, shares, strict=True)]
    return _sound(parts, changes, "/amount")


def all_of(parts: Sequence[Part]) -> list[Change]:
    """Take everything that is open from the items: for a write-off or a transfer."""
    return [Change(part.item_id, -(part.value or Decimal()), -part.minutes) for part in parts]


def moved_to(target: SoldOn, parts: Sequence[Part], adjustment_id: UUID) -> list[Moved]:
    """The open parts as the line takes them: time as it stands, an expense at what it is passed on at there.

    Raises NotTransferable.
    """
    return [_moved(target, part, moved_item_id(adjustment_id, part.item_id)) for part in parts]


def _moved(target: SoldOn, part: Part, new_id: UUID) -> Moved:
    if part.contract_line_id == target.line.id or part.currency != target.currency:
        raise NotTransferable(field="/contract_line_id")
    if not part.is_expense:
        if not part.is_time or not target.line.method.is_by_the_hour:
            raise NotTransferable(field="/contract_line_id")
        return Moved(part.item_id, new_id, part.value, part.minutes)
    if part.value is not None:
        raise NotTransferable(because("This expense is passed on already; delivery reverses it."), field="/item_ids")
    paid = (
        None if part.cost is None else passed_on(target.line, Money(part.cost, part.currency), currency=part.currency)
    )
    if paid is None:
        raise NotTransferable(field="/contract_line_id")
    return Moved(part.item_id, new_id, paid.amount, None, EXPENSE_RULE)


def moved_item_id(adjustment_id: UUID, item_id: UUID) -> UUID:
    """The item that a transfer makes on the other contract line."""
    return uuid5(adjustment_id, str(item_id))


def _sound(parts: Sequence[Part], changes: Sequence[Change], field: str) -> list[Change]:
    """The changes that change something, none of which turns an item into its opposite.

    What is worth nothing is a claim, or takes one back, as its minutes say.
    """
    for part, change in zip(parts, changes, strict=True):
        before = part.money.amount
        if (before or part.minutes or 1) * (before + change.amount) < 0:
            raise MoreThanThereIs(
                because(
                    "One item is worth %(money)s and would lose %(change)s.", money=part.money, change=-change.amount
                ),
                field=field,
            )
    changing = [change for change in changes if change.amount]
    if not changing:
        raise ChangesNothing(field=field)
    return changing

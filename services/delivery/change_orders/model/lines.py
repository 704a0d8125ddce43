"""The lines of a change order: more or less of what is sold, or something new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.delivery.templates.model.rules import BY_THE_HOUR, BillingMethod
from shared.errors import Conflict, Invalid
from shared.money import Money
from shared.reasons import because

MINUTES_AN_HOUR = 60


class NewLineIncomplete(Invalid):
    """The project has no such line, and a new one lacks something.

    Correct the id of the line, or say what the new one is: its description and method; for hours also the staffing
    role, the minutes and the rate; for everything else the amount.
    """


class SoldOtherwise(Invalid):
    """A sold line keeps the method that it is billed by.

    Leave the method out, or take from this line and add a new one.
    """


class TakesMoreThanIsSold(Conflict):
    """This would leave a line with less than nothing.

    Take away no more than the line has.
    """


class LineTwice(Invalid):
    """A change order names each line once.

    Add both changes of the line up.
    """


@dataclass(frozen=True)
class SoldLine:
    """A sold line as it is now, with everything that was approved."""

    line_id: UUID
    description: str
    method: BillingMethod
    product: str
    staffing_role: str | None
    hourly_rate: Decimal | None
    amount: Decimal
    minutes: int | None
    cap: Decimal | None


@dataclass(frozen=True)
class Asked:
    """What somebody says of a line; a sold one needs no more than what changes."""

    line_id: UUID
    amount_delta: Decimal | None = None
    minutes_delta: int | None = None
    cap_delta: Decimal | None = None
    description: str | None = None
    method: BillingMethod | None = None
    product: str | None = None
    staffing_role: str | None = None
    hourly_rate: Decimal | None = None
    hourly_cost: Decimal | None = None


@dataclass(eq=False)
class ChangedLine:
    """What a change order adds to a line, or takes from it; `hourly_cost` is what an hour is expected to cost us."""

    change_order_id: UUID
    line_id: UUID
    position: int
    description: str
    method: BillingMethod
    amount_delta: Decimal
    minutes_delta: int | None
    cap_delta: Decimal | None
    product: str
    staffing_role: str | None
    hourly_rate: Decimal | None
    hourly_cost: Decimal | None
    is_new: bool

    def cost_delta(self, currency: str) -> Money:
        """What the changed minutes cost us, rounded to the smallest unit."""
        exact = (self.hourly_cost or Decimal()) * (self.minutes_delta or 0) / MINUTES_AN_HOUR
        return Money(exact, currency).rounded()


def changed_lines(
    order_id: UUID,
    asked: Sequence[Asked],
    sold: Mapping[UUID, SoldLine],
    costs: Mapping[str, Decimal],
    currency: str,
) -> list[ChangedLine]:
    """The lines that are asked for, completed from what is sold and what an hour of each role costs.

    Raises NewLineIncomplete, SoldOtherwise, TakesMoreThanIsSold, LineTwice.
    """
    if len({one.line_id for one in asked}) < len(asked):
        raise LineTwice(field="/lines")
    lines = []
    for position, one in enumerate(asked):
        known = sold.get(one.line_id)
        line = (
            _new(order_id, position, one, currency)
            if known is None
            else _more(order_id, position, one, known, currency)
        )
        role = line.staffing_role
        line.hourly_cost = line.hourly_cost if one.hourly_cost is not None or role is None else costs.get(role)
        lines.append(line)
    must_leave_enough(lines, sold)
    return lines


def must_leave_enough(lines: Sequence[ChangedLine], sold: Mapping[UUID, SoldLine]) -> None:
    """Refuse lines that would leave less than nothing of what is sold; raises TakesMoreThanIsSold."""
    for line in lines:
        known = sold.get(line.line_id)
        for name, delta, has in (
            ("minutes_delta", line.minutes_delta or 0, (known.minutes if known else 0) or 0),  # what people gave first
            ("amount_delta", line.amount_delta, known.amount if known else 0),
            ("cap_delta", line.cap_delta or 0, (known.cap if known else 0) or 0),
        ):
            if delta < 0 and has + delta < 0:
                raise TakesMoreThanIsSold(field=f"/lines/{line.position}/{name}")


def _more(order_id: UUID, position: int, asked: Asked, sold: SoldLine, currency: str) -> ChangedLine:
    """More or less of a line that is sold; minutes of hours are worth their rate unless an amount is given."""
    if asked.method is not None and asked.method is not sold.method:
        raise SoldOtherwise(field=f"/lines/{position}/method")
    amount = asked.amount_delta
    if amount is None and sold.hourly_rate is not None and asked.minutes_delta is not None:
        amount = sold.hourly_rate * asked.minutes_delta / MINUTES_AN_HOUR
    return ChangedLine(
        change_order_id=order_id,
        line_id=sold.line_id,
        position=position,
        description=sold.description,
        method=sold.method,
        amount_delta=Money(amount or Decimal(), currency).rounded().amount,
        minutes_delta=asked.minutes_delta,
        cap_delta=asked.cap_delta,
        product=sold.product,
        staffing_role=sold.staffing_role,
        hourly_rate=sold.hourly_rate,
        hourly_cost=asked.hourly_cost,
        is_new=False,
    )


def _new(order_id: UUID, position: int, asked: Asked, currency: str) -> ChangedLine:
    """A line that was not sold so far."""
    place = f"/lines/{position}"
    if asked.method is None or not asked.description:
        raise NewLineIncomplete(field=f"{place}/{'description' if asked.method else 'method'}")
    amount = asked.amount_delta
    if asked.method in BY_THE_HOUR:
        for name in ("staffing_role", "minutes_delta", "hourly_rate"):
            if getattr(asked, name) is None:
                raise NewLineIncomplete(
                    because("A new line of hours needs `%(name)s`.", name=name), field=f"{place}/{name}"
                )
        worth = (asked.hourly_rate or Decimal()) * (asked.minutes_delta or 0) / MINUTES_AN_HOUR
        amount = worth if amount is None else amount
    if amount is None:
        raise NewLineIncomplete(because("A new line without hours needs its amount."), field=f"{place}/amount_delta")
    return ChangedLine(
        change_order_id=order_id,
        line_id=asked.line_id,
        position=position,
        description=asked.description,
        method=asked.method,
        amount_delta=Money(amount, currency).rounded().amount,
        minutes_delta=asked.minutes_delta,
        cap_delta=asked.cap_delta,
        product=asked.product or "",
        staffing_role=asked.staffing_role,
        hourly_rate=asked.hourly_rate,
        hourly_cost=asked.hourly_cost,
        is_new=True,
    )

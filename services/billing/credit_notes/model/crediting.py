"""Which part of an invoice is credited: never more than was billed, to the cent and to the minute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TypeVar
from uuid import UUID

from services.billing.invoices.model import Line, Tax, net_by_tax
from shared.errors import Conflict, Invalid
from shared.money import Money
from shared.reasons import because

OfLine = TypeVar("OfLine", "Billed", "Part")


class NothingToCredit(Conflict):
    """Nothing of this invoice is left to be credited, or nothing was chosen.

    Look at its credit notes: what stands on one of them, issued or not, is credited already.
    """


class MoreThanBilled(Conflict):
    """More would be credited than was billed and is not credited yet.

    Choose fewer hours or a smaller amount.
    """


class NotOnThisInvoice(Invalid):
    """This invoice has no such line, or no such item behind its lines.

    Choose from the lines of the invoice and from what is behind them.
    """


class HoursOrAmount(Invalid):
    """Time is credited by minutes, anything else by its amount.

    Say how many minutes of time, or which amount of a milestone; say neither to credit all that is left.
    """


@dataclass(frozen=True)
class Billed:
    """What an invoice line took of one item, and how much of that stands on credit notes already."""

    item_id: UUID
    position: int
    day: date
    amount: Decimal
    minutes: int | None = None
    credited_amount: Decimal = Decimal()
    credited_minutes: int = 0

    @property
    def rest(self) -> Part:
        """All that is left to be credited."""
        minutes = None if self.minutes is None else self.minutes - self.credited_minutes
        return Part(self, self.amount - self.credited_amount, minutes)

    def hours(self, minutes: int, currency: str) -> Part:
        """Some minutes of it: what all that was credited is worth together is rounded, so that the whole comes out."""
        if self.minutes is None or minutes == self.rest.minutes:
            return self.rest
        so_far = self.amount * (self.credited_minutes + minutes) / self.minutes
        return Part(self, Money(so_far, currency).rounded().amount - self.credited_amount, minutes)


@dataclass(frozen=True)
class Part:
    """The part of one billed item that is credited."""

    billed: Billed
    amount: Decimal
    minutes: int | None

    @property
    def position(self) -> int:
        """The invoice line that it is of."""
        return self.billed.position


@dataclass(frozen=True)
class Choice:
    """What to credit of one line, or of one item; without minutes and amount, all that is left of it."""

    minutes: int | None = None
    amount: Decimal | None = None
    position: int | None = None
    item_id: UUID | None = None
    field: str = ""


def chosen(billed: Sequence[Billed], choices: Sequence[Choice], currency: str) -> list[Part]:
    """The parts that are credited: those chosen, or without a choice all that is left.

    Raises NothingToCredit, MoreThanBilled, NotOnThisInvoice, HoursOrAmount.
    """
    parts = [part for choice in choices for part in _chosen(billed, choice, currency)]
    parts = [part for part in parts or ([] if choices else _rests(billed)) if part.amount or part.minutes]
    if len({part.billed.item_id for part in parts}) < len(parts):
        raise MoreThanBilled(because("The same work is chosen twice."))
    left = {position: sum((one.rest.amount for one in each), Decimal()) for position, each in _by_line(billed)}
    for position, each in _by_line(parts):
        if sum((part.amount for part in each), Decimal()) > left[position]:
            raise MoreThanBilled(
                because(
                    "Line %(position)s has %(left)s %(currency)s left.",
                    position=position,
                    left=f"{left[position]:f}",
                    currency=currency,
                ),
                field="/lines",
            )
    if sum((part.amount for part in parts), Decimal()) <= 0:
        raise NothingToCredit()
    return parts


def credited_lines(parts: Sequence[Part], invoiced: Sequence[Line]) -> list[Line]:
    """The lines of a credit note: those of the invoice, with what is credited of each."""
    lines = {line.position: line for line in invoiced}
    return [_line(number, lines[at], list(each)) for number, (at, each) in enumerate(_by_line(parts), 1)]


def credited_taxes(lines: Sequence[Line], invoiced: Sequence[Tax], before: Sequence[Tax], currency: str) -> list[Tax]:
    """The tax that is given back, by category.

    What was credited so far is taxed together and rounded once, so that an invoice that is credited bit by bit is
    credited to the cent.
    """
    nets = net_by_tax(lines)
    return [
        _credited_tax(tax, nets[tax.category, tax.rate], [one for one in before if _same(one, tax)], currency)
        for tax in invoiced
        if (tax.category, tax.rate) in nets
    ]


def _credited_tax(invoiced: Tax, net: Decimal, before: Sequence[Tax], currency: str) -> Tax:
    net_so_far = net + sum((tax.net for tax in before), Decimal())
    so_far = Money(net_so_far * invoiced.rate / 100, currency).rounded().amount
    tax = (invoiced.tax if net_so_far == invoiced.net else so_far) - sum((tax.tax for tax in before), Decimal())
    return Tax(invoiced.category, invoiced.rate, net, tax, invoiced.reference_text)


def _same(one: Tax, other: Tax) -> bool:
    return (one.category, one.rate) == (other.category, other.rate)


def _chosen(billed: Sequence[Billed], choice: Choice, currency: str) -> list[Part]:
    among = [one for one in billed if choice.item_id in (None, one.item_id) and choice.position in (None, one.position)]
    if not among:
        raise NotOnThisInvoice(field=choice.field)
    if choice.minutes is None and choice.amount is None:
        return _rests(among)
    is_time = among[0].minutes is not None
    if is_time is not (choice.minutes is not None) or is_time is not (choice.amount is None):
        raise HoursOrAmount(field=choice.field)
    if choice.minutes is None:
        return _of_amount(among[0], choice)
    return _of_time(among, choice.minutes, currency, choice.field)


def _of_amount(one: Billed, choice: Choice) -> list[Part]:
    wanted = choice.amount or Decimal()
    if not 0 < wanted <= one.rest.amount:
        raise MoreThanBilled(because("%(rest)s is left of it.", rest=f"{one.rest.amount:f}"), field=choice.field)
    return [Part(one, wanted, None)]


def _of_time(among: Sequence[Billed], minutes: int, currency: str, field: str) -> list[Part]:
    """Some hours of a line, the latest work first; corrections that took time back stay as they are."""
    parts = []
    for one in sorted(among, key=lambda each: (each.day, each.item_id), reverse=True):
        part = one.hours(min(minutes, max(one.rest.minutes or 0, 0)), currency)
        if minutes and part.minutes and part.minutes > 0:
            parts.append(part)
            minutes -= part.minutes
    if minutes:
        raise MoreThanBilled(because("%(minutes)s minutes are more than is left of it.", minutes=minutes), field=field)
    return parts


def _rests(billed: Iterable[Billed]) -> list[Part]:
    return [one.rest for one in billed]


def _by_line(given: Iterable[OfLine]) -> Iterable[tuple[int, Iterable[OfLine]]]:
    return groupby(sorted(given, key=_position), key=_position)


def _position(one: Billed | Part) -> int:
    return one.position


def _line(number: int, line: Line, parts: Sequence[Part]) -> Line:
    net = sum((part.amount for part in parts), Decimal())
    minutes = None if line.minutes is None else sum(part.minutes or 0 for part in parts)
    days = [part.billed.day for part in parts]
    return Line(
        position=number,
        contract_id=line.contract_id,
        contract_line_id=line.contract_line_id,
        staffing_role=line.staffing_role,
        description=line.description,
        minutes=minutes,
        unit_price=net if minutes is None else line.unit_price,
        net=net,
        service_from=min(days),
        service_before=date.fromordinal(max(days).toordinal() + 1),
        tax_category=line.tax_category,
        tax_rate=line.tax_rate,
    )

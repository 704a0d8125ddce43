"""Exchange rates: what one unit of a currency is worth in another one, from one day up to another.

Of the rates that cover a day, the one that starts last counts; of those that start on the same day, the last version.
A pair is one, whichever way round it was entered: a rate is used to multiply or to divide.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from babel.numbers import list_currencies

from shared.errors import Conflict, Invalid, NotFound
from shared.ids import new_id
from shared.money import Money
from shared.period import Period
from shared.reasons import because

REACH = timedelta(days=7)
"""How long a rate counts unless it says otherwise: over a weekend with holidays on both sides, and no further."""
MOST_DIGITS = 10
LARGEST = Decimal(10) ** 10
COLUMNS = ("base_currency", "quote_currency", "rate", "starts_on")
TOLD_AT_MOST = 10


class BadExchangeRate(Invalid):
    """This is no exchange rate.

    A rate is more than nothing, of at most ten digits before and behind the point, between two different currencies
    of ISO 4217, and ends after it starts.
    """


class NoSuchExchangeRate(NotFound):
    """There is no such exchange rate."""


class ExchangeRateStands(Conflict):
    """Another rate of this pair starts on this day.

    Send the same with `corrects` if that one was wrong; what was posted with it stays as it is.
    """


class BadRateFile(Invalid):
    """This file of exchange rates cannot be taken, so nothing of it was kept.

    Write CSV in UTF-8 with a heading: base_currency, quote_currency, rate, starts_on, and if you like ends_before. Days
    are written 2026-03-31 and numbers 1.0834.
    """


class MissingExchangeRate(Conflict):
    """There is no exchange rate for this pair of currencies on this day.

    Let somebody who keeps exchange rates enter it, on the page of exchange rates or with PUT /exchange-rates/{id}, then
    do this again.
    """


@dataclass(frozen=True)
class ExchangeRate:
    """On every day of `period`, one unit of `base_currency` is worth `rate` units of `quote_currency`."""

    base_currency: str
    quote_currency: str
    rate: Decimal
    starts_on: date
    ends_before: date

    def __post_init__(self) -> None:
        for name in ("base_currency", "quote_currency"):
            if getattr(self, name) not in list_currencies():
                raise BadExchangeRate(
                    because("%(currency)s is no currency of ISO 4217.", currency=getattr(self, name)), field=f"/{name}"
                )
        if self.base_currency == self.quote_currency:
            raise BadExchangeRate(because("A currency has no rate against itself."), field="/quote_currency")
        if not 0 < self.rate < LARGEST or round(self.rate, MOST_DIGITS) != self.rate:
            raise BadExchangeRate(because("%(rate)s is no rate.", rate=f"{self.rate:f}"), field="/rate")
        if self.ends_before <= self.starts_on:
            raise BadExchangeRate(because("It ends before it starts."), field="/ends_before")

    @property
    def pair(self) -> str:
        """The two currencies, the same whichever way round."""
        return pair_of(self.base_currency, self.quote_currency)

    @property
    def period(self) -> Period:
        """The days on which it may count."""
        return Period(self.starts_on, self.ends_before)

    def translate(self, amount: Decimal, *, into: str) -> Decimal:
        """What an amount of the other currency is in `into`, rounded half up to its smallest unit."""
        exact = amount * self.rate if into == self.quote_currency else amount / self.rate
        return Money(exact, into).rounded().amount


@dataclass(frozen=True)
class KeptRate(ExchangeRate):
    """An exchange rate as it was entered; it never changes."""

    id: UUID
    version: int
    entered_at: datetime
    entered_by: str


def pair_of(one: str, other: str) -> str:
    """What a pair of currencies is kept under."""
    return "/".join(sorted((one, other)))


def an_exchange_rate(
    base_currency: str, quote_currency: str, rate: Decimal, starts_on: date, ends_before: date | None
) -> ExchangeRate:
    """A rate that counts for a week at most, where no end is given. Raises BadExchangeRate."""
    return ExchangeRate(base_currency, quote_currency, rate, starts_on, ends_before or starts_on + REACH)


def counting(rates: Iterable[KeptRate], one: str, other: str, *, on: date) -> KeptRate:
    """The rate of a pair that counts on a day; raises MissingExchangeRate."""
    fitting = [rate for rate in rates if rate.pair == pair_of(one, other) and on in rate.period]
    found = max(fitting, key=lambda rate: (rate.starts_on, rate.version), default=None)
    if found is None:
        raise MissingExchangeRate(
            because("There is no exchange rate for %(one)s in %(other)s on %(on)s.", one=one, other=other, on=on)
        )
    return found


def versions(
    wanted: Iterable[ExchangeRate], standing: Mapping[tuple[str, date], KeptRate], *, corrects: bool
) -> Iterator[tuple[UUID, int, ExchangeRate]]:
    """Those of `wanted` that say something new, each with an id and its version; raises ExchangeRateStands."""
    for rate in wanted:
        before = standing.get((rate.pair, rate.starts_on))
        if before is not None and _said(before) == _said(rate):
            continue
        if before is not None and not corrects:
            said = f"1 {before.base_currency} is {before.rate.normalize():f} {before.quote_currency}"
            raise ExchangeRateStands(
                because("From %(starts_on)s on, %(said)s already.", starts_on=before.starts_on, said=said),
                field="/starts_on",
            )
        yield new_id(), 1 if before is None else before.version + 1, rate


def read(file: str) -> list[ExchangeRate]:
    """The rates of a CSV file; raises BadRateFile with the lines that are wrong and why."""
    rows = csv.DictReader(io.StringIO(file.removeprefix("\ufeff"), newline=""), strict=True)
    missing = set(COLUMNS) - set(rows.fieldnames or ())
    if missing:
        raise BadRateFile(because("The heading lacks %(missing)s.", missing=", ".join(sorted(missing))), field="/file")
    lines: dict[tuple[str, date], int] = {}
    found: list[ExchangeRate] = []
    wrong: list[str] = []
    try:
        for number, row in enumerate(rows, start=2):
            try:
                rate = _rate(row)
                first = lines.setdefault((rate.pair, rate.starts_on), number)
                if first != number:
                    raise BadExchangeRate(
                        because("line %(first)s has a rate of this pair and day already.", first=first)
                    )
            except BadExchangeRate as refused:
                wrong.append(f"line {number}: {refused.detail}")
                continue
            found.append(rate)
    except csv.Error as error:
        raise BadRateFile(f"{error}.", field="/file") from error
    if wrong or not found:
        raise BadRateFile(" ".join(wrong[:TOLD_AT_MOST]) or "The file holds no rate.", field="/file")
    return found


def _rate(row: Mapping[str | None, str | None]) -> ExchangeRate:
    cells = {name: (row.get(name) or "").strip() for name in (*COLUMNS, "ends_before")}
    if None in row or None in row.values():
        raise BadExchangeRate(because("it has not one value for each heading."))
    return an_exchange_rate(
        cells["base_currency"],
        cells["quote_currency"],
        _number(cells["rate"]),
        _day(cells["starts_on"]),
        _day(cells["ends_before"]) if cells["ends_before"] else None,
    )


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadExchangeRate(because("%(text)s is no number.", text=f"{text!r}")) from None
    if not number.is_finite():
        raise BadExchangeRate(because("%(text)s is no number.", text=f"{text!r}"))
    return number


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadExchangeRate(because("%(text)s is no day.", text=f"{text!r}")) from None


def _said(rate: ExchangeRate) -> tuple[object, ...]:
    return rate.base_currency, rate.quote_currency, rate.rate, rate.ends_before

"""DATEV: an EXTF file of the category Buchungsstapel, format version 13, as its developer portal describes it.

Windows-1252, decimal comma, text in quotes. A row posts one amount between two accounts, so an entry of many lines
becomes rows that pair its debits with its credits; each account's sum stays what it was. In a foreign currency a row
says as well what its amount is in the books; what lines stand at otherwise there follows in rows in their currency.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.billing.batches.model.canonical import BatchedEntry, BatchedLine
from services.billing.batches.model.renderings.datev_columns import HEADINGS, TEXTS
from services.billing.batches.model.renderings.sealed import (
    CannotRender,
    Row,
    Sealed,
    cut,
    in_parts,
    must_say_both,
)
from services.billing.feed_settings.model import Settings
from shared.money import plain
from shared.period import month_of

SYSTEM = "DATEV"
EURO = "EUR"
MOST_ROWS = 99_999
MOST_DIGITS = 10
LONGEST_DOCUMENT = 36
LONGEST_TEXT = 60
LONGEST_LABEL = 30
PLACES = {heading: place for place, heading in enumerate(HEADINGS)}
EMPTY = ['""' if heading in TEXTS else "" for heading in HEADINGS]
Pair = tuple[int, int, Decimal]
"""The places of what is debited and of what is credited, and how much of them meets."""
LEAST_RATE, BEYOND_RATE = 1, 10_000


@dataclass(frozen=True)
class Posting:
    """What one row posts between two accounts; `base` is what that is in the books, where it is in another currency."""

    debit: BatchedLine
    credit: BatchedLine
    amount: Decimal
    currency: str
    base: Decimal | None = None


def datev(batch: Sealed, settings: Settings) -> list[bytes]:
    """One file a month, or more of them where it has more rows than DATEV reads."""
    must_say_both(batch, settings, SYSTEM)
    if EURO not in (batch.currency, settings.currency):
        raise CannotRender(
            f"{SYSTEM} takes nothing but {EURO} beside books in {settings.currency}, and the batch is in"
            f" {batch.currency}."
        )

    def rows_of(entry: BatchedEntry) -> list[Row]:
        if entry.currency != settings.currency:
            _must_have_a_rate(entry, settings)
        return [_row(batch, entry, settings, one) for one in _postings(entry, settings)]

    parts = in_parts(batch, rows_of, most=MOST_ROWS, system=SYSTEM)
    return [_file(_head(batch, settings), rows) for rows in parts]


def _postings(entry: BatchedEntry, settings: Settings) -> Iterator[Posting]:
    # A reversal repeats the sides of what it takes back and says so: DATEV then lessens both, instead of adding.
    sign = -1 if entry.reverses_id is not None else 1
    sides = [sign * line.amount for line in entry.lines]
    left = [sign * (line.functional_amount or Decimal()) for line in entry.lines]
    for debit, credit, amount in _pairs(sides):
        base = None
        if entry.currency != settings.currency:
            base = _base(amount, (sides[debit], left[debit]), (-sides[credit], -left[credit]))
            left[debit], left[credit] = left[debit] - base, left[credit] + base
        sides[debit], sides[credit] = sides[debit] - amount, sides[credit] + amount
        yield Posting(entry.lines[debit], entry.lines[credit], amount, entry.currency, base)
    if entry.currency != settings.currency:
        for debit, credit, amount in _pairs(left):
            yield Posting(entry.lines[debit], entry.lines[credit], amount, settings.currency)


def _base(amount: Decimal, *sides: tuple[Decimal, Decimal]) -> Decimal:
    """What an amount is in the books as its debit stands there, or as its credit does.

    Where that is no rate, it is taken as it is: rows in the currency of the books put it right.
    """
    parts = (round(stands_at * amount / whole, 2) for whole, stands_at in sides)
    return next((part for part in parts if part > 0 and LEAST_RATE <= amount / part < BEYOND_RATE), amount)


def _pairs(sides: Sequence[Decimal]) -> Iterator[Pair]:
    """Debits against credits in their order, each as far as the other goes: at most one pair less than sides."""
    debits = [(place, amount) for place, amount in enumerate(sides) if amount > 0]
    credits = [(place, -amount) for place, amount in enumerate(sides) if amount < 0]
    while debits and credits:
        (debit, left), (credit, right) = debits.pop(0), credits.pop(0)
        amount = min(left, right)
        yield debit, credit, amount
        if left > amount:
            debits.insert(0, (debit, left - amount))
        if right > amount:
            credits.insert(0, (credit, right - amount))


def _row(batch: Sealed, entry: BatchedEntry, settings: Settings, posting: Posting) -> Row:
    last_day = entry.service_before - timedelta(days=1)
    filled = {
        "Umsatz (ohne Soll/Haben-Kz)": _amount(posting.amount, entry),
        "Soll/Haben-Kennzeichen": "S",
        "WKZ Umsatz": posting.currency,
        **({} if posting.base is None else _in_books(posting.amount, posting.base, entry, settings)),
        "Konto": _account(posting.debit, settings),
        "Gegenkonto (ohne BU-Schlüssel)": _account(posting.credit, settings),
        "Belegdatum": f"{entry.posted_on:%d%m}",
        "Belegfeld 1": batch.document(entry)[:LONGEST_DOCUMENT],
        "Buchungstext": _text(entry.text, LONGEST_TEXT),
        "Zusatzinformation - Art 1": "Buchung",
        "Zusatzinformation - Inhalt 1": str(entry.id),
        "Zusatzinformation - Art 2": "Leistung",
        "Zusatzinformation - Inhalt 2": f"{entry.service_from:%d.%m.%Y}-{last_day:%d.%m.%Y}",
        "Festschreibung": _flag(settings.locks),
        "Generalumkehr (GU)": _flag(entry.reverses_id is not None),
    }
    row = list(EMPTY)
    for heading, value in filled.items():
        row[PLACES[heading]] = _field(heading, value)
    return row


def _in_books(amount: Decimal, base: Decimal, entry: BatchedEntry, settings: Settings) -> dict[str, str]:
    """The amount in the books, and the rate: so many units of the foreign currency for one of theirs."""
    return {
        "Kurs": f"{amount / base:.6f}".replace(".", ","),
        "Basis-Umsatz": _amount(base, entry),
        "WKZ Basis-Umsatz": settings.currency,
    }


def _must_have_a_rate(entry: BatchedEntry, settings: Settings) -> None:
    """Refuse an entry that was translated at a rate that no row can say."""
    both = [(line.amount, line.functional_amount or Decimal()) for line in entry.lines]
    translated = [(abs(amount), abs(base)) for amount, base in both if amount * base > 0]
    amounts, stand_at = (sum(sides, Decimal()) for sides in zip(*translated, strict=True)) if translated else (0, 0)
    if stand_at and not LEAST_RATE <= amounts / stand_at < BEYOND_RATE:
        raise CannotRender(
            f"{SYSTEM} takes rates from {LEAST_RATE} to {BEYOND_RATE - 1} {entry.currency} for 1 {settings.currency};"
            f" entry {entry.number} has {amounts / stand_at:.6f}."
        )


def _amount(amount: Decimal, entry: BatchedEntry) -> str:
    whole, fraction = plain(amount).split(".")
    if len(whole) > MOST_DIGITS or len(fraction) > 2:
        raise CannotRender(
            f"{SYSTEM} takes amounts of at most {MOST_DIGITS} digits and 2 decimals;"
            f" entry {entry.number} has {plain(amount)}."
        )
    return f"{whole},{fraction}"


def _account(line: BatchedLine, settings: Settings) -> str:
    account = line.erp_account
    if not (account.isascii() and account.isdigit() and len(account) <= settings.account_length + 1):
        raise CannotRender(
            f"{SYSTEM} takes accounts of digits, {settings.account_length} of them and one more for customers;"
            f" {line.account} {line.account_name} is mapped to {account}.",
            mend="Map the account to its number in DATEV, and seal the batches to come for that target.",
        )
    return account


def _text(text: str, most: int) -> str:
    """`text` in the characters of Windows-1252: the letter without its marks where it has none there, else `?`."""
    return cut("".join(_sign(sign) for sign in text), most)


def _sign(sign: str) -> str:
    attempts: list[str] = [sign, *unicodedata.normalize("NFKD", sign)]
    for attempt in attempts:
        if attempt.isprintable() and attempt.encode("cp1252", "ignore"):
            return attempt
    return " " if sign.isspace() else "?"


def _head(batch: Sealed, settings: Settings) -> Row:
    starts_on = batch.period_starts_on
    year = starts_on.year - (starts_on.month < settings.fiscal_year_starts_in)
    before = month_of(starts_on).ends_before or starts_on
    label = f"Throughline {batch.number} {starts_on:%Y-%m}"[:LONGEST_LABEL]
    return [
        *('"EXTF"', "700", "21", '"Buchungsstapel"', "13"),
        *(f"{batch.sealed_at:%Y%m%d%H%M%S}{batch.sealed_at.microsecond // 1000:03}", "", '"TL"', '""', '""'),
        *(str(settings.consultant), str(settings.client)),
        *(f"{date(year, settings.fiscal_year_starts_in, 1):%Y%m%d}", str(settings.account_length)),
        *(f"{starts_on:%Y%m%d}", f"{before - timedelta(days=1):%Y%m%d}", f'"{label}"', '""'),
        *("1", "0", _flag(settings.locks), f'"{settings.currency}"'),
        *("", '""', "", "", '""', "", "", '""', '""'),
    ]


def _file(head: Row, rows: list[Row]) -> bytes:
    return "".join(";".join(row) + "\r\n" for row in (head, HEADINGS, *rows)).encode("cp1252")


def _field(heading: str, value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if heading in TEXTS else value


def _flag(value: bool) -> str:
    return "1" if value else "0"

"""DATEV: an EXTF file of the category Buchungsstapel, format version 13, as its developer portal describes it.

Windows-1252, decimal comma, text in quotes. A row posts one amount between two accounts, so an entry of many lines
becomes rows that pair its debits with its credits; each account's sum stays what it was.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
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
    must_be_in_books_currency,
)
from services.billing.feed_settings.model import Settings
from shared.money import plain
from shared.period import month_of

SYSTEM = "DATEV"
MOST_ROWS = 99_999
MOST_DIGITS = 10
LONGEST_DOCUMENT = 36
LONGEST_TEXT = 60
LONGEST_LABEL = 30
PLACES = {heading: place for place, heading in enumerate(HEADINGS)}
EMPTY = ['""' if heading in TEXTS else "" for heading in HEADINGS]
Pair = tuple[BatchedLine, BatchedLine, Decimal]
"""What is debited, what is credited, and how much of them meets."""


def datev(batch: Sealed, settings: Settings) -> list[bytes]:
    """One file a month, or more of them where it has more rows than DATEV reads."""
    must_be_in_books_currency(batch, settings, SYSTEM)

    def rows_of(entry: BatchedEntry) -> list[Row]:
        # A reversal repeats the sides of what it takes back and says so: DATEV then lessens both, instead of adding.
        sign = -1 if entry.reverses_id is not None else 1
        sides = [(line, sign * line.amount) for line in entry.lines]
        return [_row(batch, entry, settings, pair) for pair in _pairs(sides)]

    parts = in_parts(batch, rows_of, most=MOST_ROWS, system=SYSTEM)
    return [_file(_head(batch, settings), rows) for rows in parts]


def _pairs(sides: list[tuple[BatchedLine, Decimal]]) -> Iterator[Pair]:
    """Debits against credits in their order, each as far as the other goes: at most one pair less than lines."""
    debits = [(line, amount) for line, amount in sides if amount > 0]
    credits = [(line, -amount) for line, amount in sides if amount < 0]
    while debits and credits:
        (debit, left), (credit, right) = debits.pop(0), credits.pop(0)
        amount = min(left, right)
        yield debit, credit, amount
        if left > amount:
            debits.insert(0, (debit, left - amount))
        if right > amount:
            credits.insert(0, (credit, right - amount))


def _row(batch: Sealed, entry: BatchedEntry, settings: Settings, pair: Pair) -> Row:
    debit, credit, amount = pair
    last_day = entry.service_before - timedelta(days=1)
    filled = {
        "Umsatz (ohne Soll/Haben-Kz)": _amount(amount, entry),
        "Soll/Haben-Kennzeichen": "S",
        "WKZ Umsatz": entry.currency,
        "Konto": _account(debit, settings),
        "Gegenkonto (ohne BU-Schlüssel)": _account(credit, settings),
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

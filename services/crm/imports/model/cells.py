"""Reading one cell, by rule: what it means here, or why it means nothing and how to mend it."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache

from babel import Locale
from rapidfuzz import fuzz, process

LONGEST = 500
NEAR_ENOUGH = 70
LARGEST_WHOLE = 2_000_000_000


class BadCell(Exception):
    """A cell cannot be read: `reason` says why, `remedy` how to mend it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def normalised(text: str) -> str:
    """The letters and digits of `text` alone, in lower case: what stays the same when only spelling is careless."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def read_text(text: str) -> str:
    """A text as it is; raises BadCell for a formula and for what is too long."""
    if text.startswith("="):
        raise BadCell("A formula stands here, not a value.", "Paste the cell as a value.")
    if len(text) > LONGEST:
        raise BadCell(f"The text has {len(text)} letters.", f"Shorten it to {LONGEST}.")
    return text


def read_whole_number(text: str) -> int:
    """A whole number from 0 to two billions; raises BadCell."""
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > LARGEST_WHOLE:
        raise BadCell("This is no whole number of at most two billions.", "Write digits only, such as 2822.")
    return int(text)


def read_amount(text: str) -> Decimal:
    """An amount that is not negative, with a point before its cents; raises BadCell."""
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        remedy = "Write digits and a point only, such as 1250.50: no currency, no thousands separator."
        raise BadCell("This is no amount.", remedy) from error
    if not amount.is_finite() or amount.adjusted() > 11:
        raise BadCell("This is no amount that can be kept.", "Write an amount below a trillion.")
    if amount < 0:
        raise BadCell("The amount is negative.", "Write an amount of zero or more.")
    if amount != amount.quantize(Decimal("0.000001")):
        raise BadCell("The amount has more than six decimals.", "Round it.")
    return amount


def read_date(text: str, date_format: str) -> date:
    """A day in the mapping's format; raises BadCell."""
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007 - a day has no time zone
    except ValueError as error:
        example = date(2017, 12, 31).strftime(date_format)
        raise BadCell("This is no date in the mapping's format.", f"Write it as {example}.") from error


def read_country(text: str) -> str:
    """The ISO 3166 code of a country by its English name or its code; raises BadCell."""
    names = _countries()
    found = names.get(normalised(text))
    if found is None:
        raise BadCell("There is no country of this name.", did_you_mean(text, list(_territories().values())))
    return found


def log_in_of(name: str) -> str:
    """The log-in that a name becomes: first.last, in ASCII and lower case."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join("".join(letter for letter in word if letter.isalnum() or letter == "-") for word in plain.split())


def did_you_mean(text: str, known: list[str]) -> str:
    """The remedy for a name that is not known: the nearest one, if one is near."""
    best = process.extractOne(text, known, scorer=fuzz.WRatio, score_cutoff=NEAR_ENOUGH)
    if best is None:
        return "Correct the name, or import the record it names first."
    return f"Did you mean {best[0]}? Correct it, or add the spelling to the mapping."


@cache
def _countries() -> dict[str, str]:
    """Code by name and by code, both normalised."""
    by_name = {normalised(name): code for code, name in _territories().items()}
    return by_name | {code.casefold(): code for code in _territories()}


@cache
def _territories() -> dict[str, str]:
    said = Locale("en").territories.items()
    return {str(code): str(name) for code, name in said if len(code) == 2 and code.isalpha()}

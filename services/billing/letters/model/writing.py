"""Days, amounts and hours as people of a language write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision

from services.billing.legal_entities.model import Language

Words = Mapping[str, str]
"""The fixed words of a document in one language, by what each is for."""

# How people of a language write days and amounts: English as in Britain, with the day before the month.
LOCALES = {Language.ENGLISH: "en_GB", Language.GERMAN: "de", Language.FRENCH: "fr"}
DAYS = {
    Language.ENGLISH: "{first} to {last}",
    Language.GERMAN: "{first} bis {last}",
    Language.FRENCH: "du {first} au {last}",
}


@dataclass(frozen=True)
class Written:
    """Days and amounts as people of a language write them."""

    language: Language
    currency: str

    def amount(self, amount: Decimal) -> str:
        """An amount with the digits of its currency."""
        digits = get_currency_precision(self.currency)
        return self._number(amount, f"#,##0.{'0' * digits}" if digits else "#,##0")

    def percent(self, rate: Decimal) -> str:
        """A rate in percent."""
        return f"{self._number(rate, '0.##')}\u00a0%"

    def day(self, day: date) -> str:
        """A day with the name of its month."""
        return str(format_date(day, "long", locale=LOCALES[self.language]))

    def days(self, first: date, before: date) -> str:
        """A day, or the first and the last of several."""
        last = date.fromordinal(before.toordinal() - 1)
        said = DAYS[self.language].format(first=self.day(first), last=self.day(last))
        return self.day(first) if first == last else said

    def _number(self, number: Decimal, form: str) -> str:
        # Fonts of documents have no narrow space.
        said = str(format_decimal(number, format=form, locale=LOCALES[self.language]))
        return said.replace("\u202f", "\u00a0")


def hours_of(minutes: int) -> str:
    """Minutes as hours; what corrections take back has its sign in front."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{hours}:{rest:02d} h"

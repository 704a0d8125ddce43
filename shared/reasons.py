"""Why something is so: a sentence with facts in it, in English for programs, in the reader's language for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Union

from shared.money import Money
from shared.period import Period

Fact = Union[str, int, Decimal, date, timedelta, Period, Money, "Reason"]


@dataclass(frozen=True)
class Reason:
    """A `text` that names its `facts` as `%(hours)s`; pages find its translation by the text."""

    text: str
    facts: Mapping[str, Fact]

    def __str__(self) -> str:
        """The sentence in English, with its facts as programs write them."""
        return self.text % {name: _plain(fact) for name, fact in self.facts.items()}


def because(text: str, /, **facts: Fact) -> Reason:
    """The reason `text` with its facts; `make words` gathers what stands here for translation."""
    return Reason(text, facts)


def _plain(fact: Fact) -> str:
    match fact:
        case timedelta():
            hours, minutes = divmod(int(fact.total_seconds()) // 60, 60)
            return f"{hours} h {minutes} min" if minutes else f"{hours} h"
        case Money():
            return f"{fact.amount:.2f} {fact.currency}"
        case Decimal():
            return f"{fact.normalize():f}"
    return str(fact)

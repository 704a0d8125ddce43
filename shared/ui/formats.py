"""Amounts, hours, days and instants as the reader of a page writes them: the filters of the templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zlib import crc32

from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent, parse_pattern

from shared.money import Money
from shared.period import Period
from shared.reasons import Fact, Reason
from shared.ui.reader import current_reader
from shared.ui.words import gettext

CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
MISSING = "\N{EN DASH}"
# Read once: Babel would read them anew for every number.
HUNDREDTHS, TEN_DIGITS, SHARE = map(parse_pattern, ("#,##0.##", "#,##0.##########", "#,##0.#%"))


def money(value: Money | None) -> str:
    """`€1,250.50`: exact, to the currency's smallest unit."""
    if value is None:
        return MISSING
    return format_currency(value.amount, value.currency, locale=current_reader().locale)


def in_currency(amount: Decimal | None, currency: str) -> str:
    """`€1,250.50` of an amount and its currency, as records keep them."""
    return MISSING if amount is None else money(Money(amount, currency))


def money_round(value: Money | None) -> str:
    """`€1,250`: whole units, where a screen compares magnitudes."""
    if value is None:
        return MISSING
    locale = current_reader().locale
    whole = value.amount.quantize(Decimal(1))
    return format_currency(whole, value.currency, locale=locale, currency_digits=False, format=_without_cents())


def money_short(value: Money | None) -> str:
    """`€1.3M`: for tiles and axes."""
    if value is None:
        return MISSING
    return format_compact_currency(value.amount, value.currency, locale=current_reader().locale, fraction_digits=1)


def hours(minutes: int | None) -> str:
    """`7.5 h` of `minutes`; hours are shown to the hundredth, where a minute is still seen."""
    if minutes is None:
        return MISSING
    return f"{number(round(Decimal(minutes) / 60, 2))}\N{NO-BREAK SPACE}h"


def number(value: Decimal | int | float | None) -> str:
    """`1,250.5`, with no more than two digits behind the point."""
    return MISSING if value is None else format_decimal(value, format=HUNDREDTHS, locale=current_reader().locale)


def exact(value: Decimal | None) -> str:
    """`1.0834`, with every digit behind the point that it has, ten at most."""
    return MISSING if value is None else format_decimal(value, format=TEN_DIGITS, locale=current_reader().locale)


def percent(value: Decimal | float | None) -> str:
    """`41%` of a share such as 0.41."""
    return MISSING if value is None else format_percent(value, format=SHARE, locale=current_reader().locale)


def day(value: date | None) -> str:
    """`28 Nov 2026`."""
    return MISSING if value is None else format_date(value, "medium", locale=current_reader().locale)


def day_before(value: date | None) -> date | None:
    """The last day of what ends before `value`: periods are kept half-open, people name both ends."""
    return None if value is None else value - timedelta(days=1)


def day_short(value: date | None) -> str:
    """`28 Nov`, where the year is plain from what stands around it."""
    return MISSING if value is None else format_skeleton("MMMd", value, locale=current_reader().locale)


def weekday(value: date) -> str:
    """`Sat`."""
    return format_date(value, "EEE", locale=current_reader().locale)


def month(value: date | None) -> str:
    """`Nov 2026`."""
    return MISSING if value is None else format_skeleton("yMMM", value, locale=current_reader().locale)


def moment(value: datetime | None) -> str:
    """`28 Nov 2026, 14:05` on the reader's clock."""
    if value is None:
        return MISSING
    reader = current_reader()
    return (
        f"{day(value.astimezone(reader.zone))}, {format_time(value, 'short', tzinfo=reader.zone, locale=reader.locale)}"
    )


def ago(value: timedelta) -> str:
    """`3 minutes ago`, of the time that has passed."""
    return format_timedelta(-value, add_direction=True, locale=current_reader().locale)


def days_from(value: date, today: date) -> str:
    """`3 days ago`, `today`, `in 2 weeks`: where a day lies for who reads on `today`."""
    if value == today:
        return gettext("today")
    return format_timedelta(
        value - today, granularity="day", threshold=2, add_direction=True, locale=current_reader().locale
    )


def initials(name: str) -> str:
    """`AD` of `Ana Duarte`: the first and the last word's letter."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def hue(name: str) -> int:
    """Which of the five colours of people `name` has, always the same one."""
    return crc32(name.encode()) % 5


def titled(name: str | None) -> str:
    """`Project management` of a skill or grade kept as `project_management`; what somebody wrote as a name stays."""
    return in_words(name) if name else MISSING


def in_words(name: str) -> str:
    """`Senior consultant` of `senior_consultant`; what is no code stays."""
    return name.replace("_", " ").capitalize() if CODE.fullmatch(name) else name


def role(name: str | None) -> str:
    """`Senior consultant` of a role that is kept as `senior_consultant`."""
    return titled(name)


def told(reason: Reason | str) -> str:
    """A reason in the reader's language, its facts as they write them; what somebody wrote stays."""
    if isinstance(reason, str):
        return reason
    return gettext(reason.text) % {name: _shown(name, fact) for name, fact in reason.facts.items()}


def worded(text: Reason | str) -> str:
    """What a refusal says, in the reader's language: a text of ours, or a reason."""
    return gettext(text) if isinstance(text, str) else told(text)


def _shown(name: str, fact: Fact) -> str:
    show = next((show for kind, show in SHOWN.items() if isinstance(fact, kind)), str)
    return titled(show(fact)) if name in ("role", "skill") else show(fact)


def _span(days: Period) -> str:
    if days.ends_before is None:
        return gettext("from %(first)s on") % {"first": day(days.starts_on)}
    last = day(days.ends_before - timedelta(days=1))
    return gettext("from %(first)s to %(last)s") % {"first": day(days.starts_on), "last": last}


SHOWN: Mapping[type, Callable[[Any], str]] = {
    timedelta: lambda fact: hours(int(fact.total_seconds()) // 60),
    Money: money,
    date: day,
    Decimal: number,
    Period: _span,
    Reason: told,
}


def spoken(text: str | None) -> str:
    """A refusal for people: it names fields as the API does, `account_id`, and they say account."""
    return re.sub(r"`([\w/]+)`", lambda found: found[1].removesuffix("_id").replace("_", " "), text or "")


def trend_points(values: Sequence[Decimal | float]) -> str:
    """`values` as the points of a small line, 100 wide and 24 high."""
    heights = [float(value) for value in values]
    least, spread = min(heights), (max(heights) - min(heights)) or 1
    step = 100 / max(len(heights) - 1, 1)
    return " ".join(f"{n * step:.1f},{22 - 20 * (height - least) / spread:.1f}" for n, height in enumerate(heights))


FILTERS: Mapping[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        money,
        in_currency,
        money_round,
        money_short,
        hours,
        number,
        titled,
        role,
        exact,
        percent,
        day,
        day_before,
        day_short,
        weekday,
        month,
        moment,
        ago,
        days_from,
        initials,
        hue,
        told,
        spoken,
        trend_points,
    )
}


def _without_cents() -> str:
    """The reader's currency pattern with its fraction left out."""
    pattern = str(current_reader().locale.currency_formats["standard"].pattern)
    return pattern.replace(".00", "")

"""Who reads a page: in which language and number format, and where on the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError, parse_locale
from fastapi import Request

LANGUAGES = ("en", "de")
DEFAULT_LOCALE = Locale("en", "GB")


@dataclass(frozen=True)
class Reader:
    """How somebody writes numbers and days, the time zone of their clock, and whose page they read."""

    locale: Locale
    zone: ZoneInfo
    service: str = ""

    @property
    def language(self) -> str:
        """The language that texts are shown in, one of LANGUAGES."""
        return str(self.locale.language)


ANYBODY = Reader(DEFAULT_LOCALE, ZoneInfo("UTC"))
_reader: ContextVar[Reader] = ContextVar("reader", default=ANYBODY)


def current_reader() -> Reader:
    """Whom the page being rendered is for."""
    return _reader.get()


@contextmanager
def reading(reader: Reader) -> Iterator[None]:
    """Render for `reader` until the block ends."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def reader_of(request: Request) -> Reader:
    """The reader as the cookies `locale` and `zone` say, else the browser's first language that is spoken here."""
    wanted = [request.cookies.get("locale", ""), *_accepted(request.headers.get("accept-language", ""))]
    locale = next((found for each in wanted if (found := _spoken(each))), DEFAULT_LOCALE)
    zone = request.cookies.get("zone", "").replace("%2F", "/")
    served_by = getattr(request.scope["app"].state, "service_name", "") if "app" in request.scope else ""
    return Reader(locale, ZoneInfo(zone) if zone in _zones() else ZoneInfo("UTC"), served_by)


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, in the order in which browsers list them."""
    return [each.split(";")[0].strip() for each in header[:200].split(",")]


def _spoken(name: str) -> Locale | None:
    """The locale `name`, where it exists and its language is one that pages are written in."""
    try:
        language, territory, *_ = parse_locale(name, sep="-")
        if language not in LANGUAGES:
            return None
        return Locale(language, territory or {"en": "GB"}.get(language))
    except (ValueError, UnknownLocaleError):
        return None


@cache
def _zones() -> set[str]:
    """Every time zone, read from disk once."""
    return available_timezones()

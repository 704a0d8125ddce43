"""The texts of pages in the reader's language: English as written, others from the catalogues `locale/*.po`."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shared.ui.reader import current_reader

ROOT = Path(__file__).parents[2]


def gettext(text: str, service: str | None = None) -> str:
    """`text` in the reader's language, itself where it has no translation.

    A word means what `service` means by it, or the service whose page is read: an account is a customer or a ledger's.
    """
    reader = current_reader()
    return _translations(reader.language, service or reader.service).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """`one` or `many`, as the reader's language counts `number`."""
    reader = current_reader()
    return _translations(reader.language, reader.service).ngettext(one, many, number)


def homes() -> list[Path]:
    """Where texts are written: the design system, operations, each service; each has its catalogues, in `locale/`."""
    shared = (ROOT / "shared" / part for part in ("ui", "operations"))
    return [*shared, *sorted(path.parent for path in (ROOT / "services").glob("*/service.py"))]


@cache
def _translations(language: str, service: str) -> NullTranslations:
    """The catalogues of `language`, that of `service` before the others."""
    found: NullTranslations = NullTranslations()
    for home in sorted(homes(), key=lambda home: home.name == service):
        path = home / "locale" / f"{language}.po"
        if path.exists():
            translations = GNUTranslations(BytesIO(_compiled(path, language)))
            translations.add_fallback(found)
            found = translations
    return found


@cache
def _compiled(path: Path, language: str) -> bytes:
    """One catalogue, from its texts: no compiled file can be out of date."""
    compiled = BytesIO()
    with path.open("rb") as written:
        write_mo(compiled, read_po(written, locale=language))
    return compiled.getvalue()

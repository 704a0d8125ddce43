"""The texts of pages in the reader's language: English as written, others from the catalogues `locale/*.po`."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from tempfile import SpooledTemporaryFile

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shared.ui.reader import current_reader

ROOT = Path(__file__).parents[2]


def gettext(text: str) -> str:
    """`text` in the reader's language, itself where it has no translation."""
    return _translations(current_reader().language).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """`one` or `many`, as the reader's language counts `number`."""
    return _translations(current_reader().language).ngettext(one, many, number)


def homes() -> list[Path]:
    """Where texts are written: the design system, operations, each service; each has its catalogues, in `locale/`."""
    shared = (ROOT / "shared" / part for part in ("ui", "operations"))
    return [*shared, *sorted(path.parent for path in (ROOT / "services").glob("*/service.py"))]


@cache
def _translations(language: str) -> NullTranslations:
    """The catalogues of `language`, read from their texts: no compiled file can be out of date."""
    found: NullTranslations = NullTranslations()
    for home in homes():
        path = home / "locale" / f"{language}.po"
        if path.exists():
            translations = _compiled(path, language)
            translations.add_fallback(found)
            found = translations
    return found


def _compiled(path: Path, language: str) -> GNUTranslations:
    with path.open("rb") as written, SpooledTemporaryFile() as compiled:
        write_mo(compiled, read_po(written, locale=language))
        compiled.seek(0)
        return GNUTranslations(compiled)

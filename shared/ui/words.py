"""The texts of pages in the reader's language: English as written, other languages from the catalogues in `locale/`."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from tempfile import SpooledTemporaryFile

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shared.ui.reader import current_reader

CATALOGUES = Path(__file__).parent / "locale"


def gettext(text: str) -> str:
    """`text` in the reader's language, itself where it has no translation."""
    return _translations(current_reader().language).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """`one` or `many`, as the reader's language counts `number`."""
    return _translations(current_reader().language).ngettext(one, many, number)


@cache
def _translations(language: str) -> NullTranslations:
    """The catalogue of `language`, read from its text: no compiled file can be out of date."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as written, SpooledTemporaryFile() as compiled:
        write_mo(compiled, read_po(written, locale=language))
        compiled.seek(0)
        return GNUTranslations(compiled)

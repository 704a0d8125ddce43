"""`make words`: gathers the texts of pages into the catalogues, where translators fill in what is new."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from deploy.suite.members import SERVICES
from shared.errors import Refused
from shared.ui.reader import LANGUAGES
from shared.ui.words import ROOT, homes

SOURCE = LANGUAGES[0]
KEYWORDS = {**DEFAULT_KEYWORDS, "because": None}  # reasons are written where the rules are
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.do", "silent": "false", "trimmed": "true"}}
HEADER = "# The texts of pages in {language}. `make words` adds what is new and forgets what is gone."
COMMON = homes()[0]
IGNORED = ("node_modules", "dist", "showcase")


def main() -> None:
    """Write every catalogue anew and say what waits for a translation."""
    for home in homes():
        found = extracted(home)
        for language in LANGUAGES[1:]:
            path = catalogue_of(home, language)
            catalogue = updated(path, language, found)
            waiting = sum(1 for message in catalogue if message.id and not any(message.string or ()))
            if len(catalogue):
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(_written(catalogue))
                print(f"{home.name}: {len(catalogue)} texts, {waiting} wait for a translation into {language}")


def extracted(home: Path) -> Catalog:
    """Every text that the templates and pages of `home` show; a service leaves out what the design system has."""
    found = Catalog()
    for text in _written_in(home):
        found.add(text)
    for text in (*_declared(home.name), *_refused(home)):
        found.add(text)
    if home != COMMON:
        for text in _written_in(COMMON):
            found.delete(text)
    return found


@cache
def _written_in(home: Path) -> tuple[str | tuple[str, ...], ...]:
    """What stands in the files of `home`; a text with a plural as both of its forms."""
    texts = extract_from_dir(
        home, METHODS, OPTIONS, keywords=KEYWORDS, directory_filter=lambda path: Path(path).name not in IGNORED
    )
    return tuple(text for _, _, text, _, _ in texts)


def _declared(service: str) -> Iterator[str]:
    """What a service declares of itself that the frame round its pages shows."""
    for each in SERVICES:
        if each.name == service:
            yield from (text for entry in each.all_navigation for text in (entry.label, entry.group))
            yield from (finder.label for finder in each.finders)


def _refused(home: Path) -> Iterator[str]:
    """What the refusals of a home say; those of a part of `shared` that has no texts of its own stand in the common."""
    for each in _kinds_of(Refused):
        if not each.__module__.startswith(("services.", "shared.")):
            continue
        written = ROOT / each.__module__.replace(".", "/")
        if next((one for one in homes() if written.is_relative_to(one)), COMMON) == home:
            yield from filter(None, each.paragraphs())


def _kinds_of(refusal: type[Refused]) -> Iterator[type[Refused]]:
    yield refusal
    for each in refusal.__subclasses__():
        yield from _kinds_of(each)


def catalogue_of(home: Path, language: str) -> Path:
    """Where the texts of `home` in `language` lie."""
    return home / "locale" / f"{language}.po"


def updated(path: Path, language: str, found: Catalog) -> Catalog:
    """The catalogue at `path` with exactly the texts `found`; what was translated stays translated."""
    kept = read_po(BytesIO(path.read_bytes() if path.exists() else b""), locale=language)
    catalogue = Catalog(locale=language, header_comment=HEADER.format(language=language), fuzzy=False)
    for message in found:
        if message.id:
            before = kept.get(message.id)
            catalogue.add(message.id, before.string if before else "")
    return catalogue


def _written(catalogue: Catalog) -> bytes:
    """The text of `catalogue`, sorted and without dates and places, so that two people's additions meet rarely."""
    written = BytesIO()
    write_po(written, catalogue, no_location=True, omit_header=False, sort_output=True, width=120)
    lines = written.getvalue().decode().splitlines(keepends=True)
    dated = (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
        "Project-Id",
        "Report-Msgid",
    )
    return "".join(line for line in lines if not line.startswith(tuple(f'"{each}' for each in dated))).encode()


if __name__ == "__main__":
    main()

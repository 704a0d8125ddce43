"""Every text of the pages can be read in every language: none is missing, none is left over, none lost its figures."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from deploy.words import catalogue_of, extracted
from shared.ui.reader import LANGUAGES
from shared.ui.words import homes

PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("home", homes(), ids=lambda home: home.name)
def test_every_text_is_translated(home: Path, language: str) -> None:
    path = catalogue_of(home, language)
    written = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    translated = {message.id: message for message in read_po(written, locale=language) if message.id}
    wanted = {message.id for message in extracted(home) if message.id}

    assert translated.keys() == wanted, "run `make words`, then translate what is new"
    assert not [id for id, message in translated.items() if not _is_complete(message)]


def _is_complete(message: Message) -> bool:
    """Whether every form is there and speaks of the same figures."""
    asked, said = _forms(message.id), _forms(message.string or "")
    return not message.fuzzy and all(said) and all(_places(each) == _places(asked[-1]) for each in said)


def _forms(text: str | Sequence[str]) -> Sequence[str]:
    return [text] if isinstance(text, str) else text


def _places(text: str) -> set[str]:
    return set(PLACE.findall(text))

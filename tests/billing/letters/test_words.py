"""Every document says everything in every language, and fills in the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from datetime import date
from decimal import Decimal

import pytest

from services.billing.dunning.model.words import WORDS as OF_DUNNING
from services.billing.hand_overs.model import DocumentKind
from services.billing.hand_overs.model.texts import check_texts
from services.billing.hand_overs.model.words import USUAL
from services.billing.invoices.actions.words import WORDS as OF_INVOICES
from services.billing.legal_entities.model import Language
from services.billing.letters.model.texts import PLACEHOLDER
from services.billing.letters.model.words import WORDS as OF_LETTERS
from services.billing.letters.model.writing import Words, Written
from services.billing.statements.model import MovementKind
from services.billing.statements.model.words import WORDS as OF_STATEMENTS

OF_MAILS = {
    language: {kind.value: "\n".join(astuple(said)) for kind, said in usual.items()}
    for language, usual in USUAL.items()
}


@pytest.mark.parametrize("words", [OF_LETTERS, OF_INVOICES, OF_DUNNING, OF_STATEMENTS, OF_MAILS])
@pytest.mark.parametrize("language", Language)
def test_all_is_said_in_every_language_and_the_same_is_filled_in(
    words: Mapping[Language, Words], language: Language
) -> None:
    english, other = words[Language.ENGLISH], words[language]

    assert list(other) == list(english)
    assert all(other.values())
    assert {name: sorted(PLACEHOLDER.findall(said)) for name, said in other.items()} == {
        name: sorted(PLACEHOLDER.findall(said)) for name, said in english.items()
    }


def test_every_movement_and_every_document_has_its_words() -> None:
    assert {*MovementKind} <= {*OF_STATEMENTS[Language.ENGLISH]}
    assert {*DocumentKind} == {*USUAL[Language.ENGLISH]}


def test_what_is_said_usually_could_be_sent() -> None:
    check_texts(USUAL)


@pytest.mark.parametrize(
    ("language", "amount", "days"),
    [
        (Language.ENGLISH, "1,234.50", "30 March 2026 to 2 April 2026"),
        (Language.GERMAN, "1.234,50", "30. März 2026 bis 2. April 2026"),
        (Language.FRENCH, "1\u00a0234,50", "du 30 mars 2026 au 2 avril 2026"),
    ],
)
def test_amounts_and_days_are_written_as_people_of_a_language_do(language: Language, amount: str, days: str) -> None:
    write = Written(language, "EUR")

    assert write.amount(Decimal("1234.5")) == amount
    assert write.days(date(2026, 3, 30), date(2026, 4, 3)) == days

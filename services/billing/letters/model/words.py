"""The fixed words in the frame of every letter, in the language of each."""

from __future__ import annotations

from services.billing.legal_entities.model import Language
from services.billing.letters.model.writing import Words

WORDS: dict[Language, Words] = {
    Language.ENGLISH: {"tax_registration": "Tax registration", "page": "Page", "of": "of"},
    Language.GERMAN: {"tax_registration": "USt-IdNr. / Steuernummer", "page": "Seite", "of": "von"},
    Language.FRENCH: {"tax_registration": "N° de TVA", "page": "Page", "of": "sur"},
}

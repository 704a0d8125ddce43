"""How the invoices of a legal entity read and look: their lines, their texts, their design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from uuid import UUID

from services.billing.legal_entities.model import Language
from services.billing.letters.model.texts import unknown
from shared.errors import Invalid
from shared.reasons import because

OF_LINES = ("line", "role", "person", "note", "from", "to", "contract", "purchase_order")
OF_TEXTS = ("number", "customer", "contract", "purchase_order", "currency", "gross", "due_on", "iban")
WORDING = "{line}"
INK = "#1f2937"
LEAST_CONTRAST = 4.5  # of small print on white, as the accessibility guidelines (WCAG 2) have it


class UnknownPlaceholder(Invalid):
    """What stands in braces here is not known.

    A line can say {line}, {role}, {person}, {note}, {from}, {to}, {contract} and {purchase_order}, spelled like this.
    """


class UnknownInText(Invalid):
    """What stands in braces here is not known.

    A text can say {number}, {customer}, {contract}, {purchase_order}, {currency}, {gross}, {due_on} and {iban}, spelled
    like this.
    """


class AccentTooLight(Invalid):
    """This colour could not be read on paper.

    Choose a darker one: its contrast with white has to be 4.5 to 1 at least.
    """


class Design(StrEnum):
    """How the PDF is laid out: with rules, with a band of colour, or small for long invoices."""

    CLASSIC = "classic"
    MODERN = "modern"
    COMPACT = "compact"


class Grouping(StrEnum):
    """What has a line of its own on an invoice; different rates and different contract lines always have."""

    ROLE = "role"
    PERSON = "person"
    PROJECT = "project"
    TASK = "task"
    ENTRY = "entry"
    LINE = "line"


@dataclass(frozen=True)
class Texts:
    """What invoices say in one language: above their lines, instead of the usual words on how to pay, and at the foot.

    What is empty is not said, except how to pay.
    """

    opening: str = ""
    payment_terms: str = ""
    footer: str = ""


@dataclass(frozen=True)
class Look:
    """How one document looks; the logo is a picture as SVG, and the name stands in its place where there is none."""

    design: Design = Design.CLASSIC
    accent: str = INK
    texts: Texts = field(default_factory=Texts)
    logo: str = ""


@dataclass(eq=False)
class InvoiceLayout:
    """How the invoices of a legal entity read; where a billing run says otherwise, that counts.

    `language` is what they and the reference texts of its tax rules are written in, where the customer has no other;
    `texts` are by language.
    """

    legal_entity_id: UUID
    grouping: Grouping = Grouping.ROLE
    wording: str = WORDING
    language: Language = Language.ENGLISH
    design: Design = Design.CLASSIC
    accent: str = INK
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    version: int = 1

    def texts_in(self, language: Language) -> Texts:
        """What is said in a language, which is nothing where nothing was written in it."""
        return Texts(**self.texts.get(language, {}))


def check_wording(wording: str) -> None:
    """Refuse with UnknownPlaceholder what could not be filled in."""
    wrong = unknown(wording, OF_LINES)
    if wrong is not None:
        raise UnknownPlaceholder(because("%(wrong)s cannot be filled in.", wrong=wrong), field="/wording")


def check_texts(texts: Mapping[Language, Texts]) -> None:
    """Refuse with UnknownInText what could not be filled in."""
    for language, each in texts.items():
        for name, said in asdict(each).items():
            wrong = unknown(said, OF_TEXTS)
            if wrong is not None:
                raise UnknownInText(
                    because("%(wrong)s cannot be filled in.", wrong=wrong), field=f"/texts/{language.value}/{name}"
                )


def check_accent(accent: str) -> None:
    """Refuse with AccentTooLight what has too little contrast with white (WCAG 2, relative luminance)."""
    parts = [int(accent[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    if 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) < LEAST_CONTRAST:
        raise AccentTooLight(field="/accent")

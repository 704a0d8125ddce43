"""What is written in the e-mail that brings a document, in each language: a firm's own texts, or the usual ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from uuid import UUID

from services.billing.hand_overs.model import DocumentKind
from services.billing.hand_overs.model.words import USUAL, MailText
from services.billing.legal_entities.model import Language
from services.billing.letters.model.texts import PLACEHOLDER, unknown
from shared.errors import Invalid
from shared.reasons import because

OF_ALL = ("customer", "seller", "currency")
OF_KIND = {
    DocumentKind.INVOICE: ("number", "gross", "due_on"),
    DocumentKind.CREDIT_NOTE: ("number", "gross", "credited"),
    DocumentKind.DUNNING_LETTER: ("title", "total"),
    DocumentKind.STATEMENT: ("to", "from", "balance"),
}

Texts = Mapping[Language, Mapping[DocumentKind, MailText]]


class UnknownInMail(Invalid):
    """What stands in braces here is not known.

    Every e-mail can say {customer}, {seller} and {currency}; that of an invoice {number}, {gross} and {due_on}, of a
    credit note {number}, {gross} and {credited}, of a dunning letter {title} and {total}, of a statement {from}, {to}
    and {balance}.
    """


class SubjectSaysNotWhich(Invalid):
    """This subject would be the same for every document of its kind.

    Put {number} into that of invoices and credit notes, {title} into that of dunning letters, {to} into that of
    statements.
    """


@dataclass(eq=False)
class MailTexts:
    """What a legal entity writes in e-mails, by language and kind of document; what is empty is said as usual."""

    legal_entity_id: UUID
    texts: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    version: int = 1

    def own(self, language: Language, kind: DocumentKind) -> MailText:
        """What was written for documents of a kind in a language."""
        return MailText(**self.texts.get(language, {}).get(kind, {}))

    def text(self, language: Language, kind: DocumentKind) -> MailText:
        """What an e-mail with a document of a kind says in a language."""
        own, usual = self.own(language, kind), USUAL[language][kind]
        return MailText(own.subject or usual.subject, own.text or usual.text)


def check_texts(texts: Texts) -> None:
    """Refuse with UnknownInMail or SubjectSaysNotWhich what could not be sent."""
    for language, by_kind in texts.items():
        for kind, said in by_kind.items():
            place = f"/texts/{language.value}/{kind.value}"
            for name, words in asdict(said).items():
                wrong = unknown(words, OF_ALL + OF_KIND[kind])
                if wrong is not None:
                    raise UnknownInMail(because("%(wrong)s cannot be filled in.", wrong=wrong), field=f"{place}/{name}")
            which = OF_KIND[kind][0]
            if said.subject and which not in PLACEHOLDER.findall(said.subject):
                raise SubjectSaysNotWhich(because("{%(which)s} is missing.", which=which), field=f"{place}/subject")

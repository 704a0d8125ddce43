"""What e-mails usually say, in each language, where a firm has no texts of its own."""

from __future__ import annotations

from dataclasses import dataclass

from services.billing.hand_overs.model import DocumentKind
from services.billing.legal_entities.model import Language


@dataclass(frozen=True)
class MailText:
    """The subject and the text of an e-mail, with placeholders in braces."""

    subject: str = ""
    text: str = ""


ENGLISH = {
    DocumentKind.INVOICE: MailText(
        "Invoice {number}",
        "Please find attached our invoice {number} of {currency} {gross}, payable by {due_on}.\n\n"
        "Kind regards\n{seller}",
    ),
    DocumentKind.CREDIT_NOTE: MailText(
        "Credit note {number}",
        "Please find attached our credit note {number} of {currency} {gross}; invoice {credited} is reduced by it.\n\n"
        "Kind regards\n{seller}",
    ),
    DocumentKind.DUNNING_LETTER: MailText(
        "{title}",
        "Please find attached our letter about open invoices; {currency} {total} is to be paid.\n\n"
        "Kind regards\n{seller}",
    ),
    DocumentKind.STATEMENT: MailText(
        "Statement of account from {from} to {to}",
        "Please find attached the statement of your account. At the end of {to} its balance is {currency} {balance}."
        "\n\nKind regards\n{seller}",
    ),
}
GERMAN = {
    DocumentKind.INVOICE: MailText(
        "Rechnung {number}",
        "Anbei erhalten Sie unsere Rechnung {number} über {gross} {currency}, zahlbar bis zum {due_on}.\n\n"
        "Mit freundlichen Grüßen\n{seller}",
    ),
    DocumentKind.CREDIT_NOTE: MailText(
        "Rechnungskorrektur {number}",
        "Anbei erhalten Sie unsere Rechnungskorrektur {number} über {gross} {currency}; die Rechnung {credited} "
        "vermindert sich um diesen Betrag.\n\nMit freundlichen Grüßen\n{seller}",
    ),
    DocumentKind.DUNNING_LETTER: MailText(
        "{title}",
        "Anbei erhalten Sie unser Schreiben zu offenen Rechnungen; zu zahlen sind {total} {currency}.\n\n"
        "Mit freundlichen Grüßen\n{seller}",
    ),
    DocumentKind.STATEMENT: MailText(
        "Kontoauszug vom {from} bis {to}",
        "Anbei erhalten Sie den Auszug Ihres Kontos. Am {to} beträgt der Saldo {balance} {currency}.\n\n"
        "Mit freundlichen Grüßen\n{seller}",
    ),
}
FRENCH = {
    DocumentKind.INVOICE: MailText(
        "Facture {number}",
        "Veuillez trouver ci-joint notre facture {number} de {gross} {currency}, à régler au plus tard le {due_on}."
        "\n\nCordialement\n{seller}",
    ),
    DocumentKind.CREDIT_NOTE: MailText(
        "Avoir {number}",
        "Veuillez trouver ci-joint notre avoir {number} de {gross} {currency} ; la facture {credited} est réduite de "
        "ce montant.\n\nCordialement\n{seller}",
    ),
    DocumentKind.DUNNING_LETTER: MailText(
        "{title}",
        "Veuillez trouver ci-joint notre courrier au sujet de factures ouvertes ; {total} {currency} restent à payer."
        "\n\nCordialement\n{seller}",
    ),
    DocumentKind.STATEMENT: MailText(
        "Relevé de compte du {from} au {to}",
        "Veuillez trouver ci-joint le relevé de votre compte. Au {to}, son solde est de {balance} {currency}.\n\n"
        "Cordialement\n{seller}",
    ),
}
USUAL = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.FRENCH: FRENCH}

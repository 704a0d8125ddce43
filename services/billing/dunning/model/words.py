"""The fixed words of dunning letters, in the language of each."""

from __future__ import annotations

from services.billing.legal_entities.model import Language
from services.billing.letters.model.writing import Words

ENGLISH: Words = {
    "as_of": "Open invoices as of {day}",
    "date": "Date",
    "invoice": "Invoice",
    "issued": "Issued",
    "due": "Payable by",
    "days": "Days late",
    "gross": "Gross",
    "open": "Open",
    "fee": "Fee for this reminder",
    "to_pay": "To pay",
    "pay": "Please pay to IBAN {iban}, quoting the numbers of the invoices. "
    "If you have paid meanwhile, this letter is settled.",
}
GERMAN: Words = {
    "as_of": "Offene Rechnungen am {day}",
    "date": "Datum",
    "invoice": "Rechnung",
    "issued": "Ausgestellt",
    "due": "Zahlbar bis",
    "days": "Tage überfällig",
    "gross": "Brutto",
    "open": "Offen",
    "fee": "Mahngebühr",
    "to_pay": "Zu zahlen",
    "pay": "Bitte überweisen Sie auf das Konto {iban} und geben Sie die Nummern der Rechnungen an. "
    "Haben Sie inzwischen gezahlt, ist dieses Schreiben gegenstandslos.",
}
FRENCH: Words = {
    "as_of": "Factures ouvertes au {day}",
    "date": "Date",
    "invoice": "Facture",
    "issued": "Émise le",
    "due": "À payer avant le",
    "days": "Jours de retard",
    "gross": "TTC",
    "open": "Reste dû",
    "fee": "Frais de rappel",
    "to_pay": "À payer",
    "pay": "Merci de régler sur le compte {iban} en rappelant les numéros des factures. "
    "Si vous avez payé entre-temps, veuillez ne pas tenir compte de ce courrier.",
}
WORDS: dict[Language, Words] = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.FRENCH: FRENCH}

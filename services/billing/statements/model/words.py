"""The fixed words of statements of account, in the language of each; a movement has that of its kind."""

from __future__ import annotations

from services.billing.legal_entities.model import Language
from services.billing.letters.model.writing import Words

ENGLISH: Words = {
    "title": "Statement of account",
    "from": "From",
    "to": "To",
    "currency": "Currency",
    "day": "Day",
    "what": "What",
    "reference": "Reference",
    "amount": "Amount",
    "balance": "Balance",
    "opening": "Opening balance",
    "closing": "Closing balance",
    "note": "A balance without a sign is owed to us; one with a minus is your credit. "
    "Please tell us what differs from your books.",
    "invoice": "Invoice",
    "credit_note": "Credit note",
    "payment": "Payment",
    "payment_reversal": "Payment taken back",
    "rounding": "Rounding difference",
    "write_off": "Written off",
    "recovery": "Recovered",
}
GERMAN: Words = {
    "title": "Kontoauszug",
    "from": "Von",
    "to": "Bis",
    "currency": "Währung",
    "day": "Tag",
    "what": "Vorgang",
    "reference": "Beleg",
    "amount": "Betrag",
    "balance": "Saldo",
    "opening": "Anfangssaldo",
    "closing": "Endsaldo",
    "note": "Ein Saldo ohne Vorzeichen steht uns zu, einer mit Minus ist Ihr Guthaben. "
    "Bitte teilen Sie uns mit, was von Ihren Büchern abweicht.",
    "invoice": "Rechnung",
    "credit_note": "Rechnungskorrektur",
    "payment": "Zahlung",
    "payment_reversal": "Rücklastschrift",
    "rounding": "Rundungsdifferenz",
    "write_off": "Ausbuchung",
    "recovery": "Zahlung nach Ausbuchung",
}
FRENCH: Words = {
    "title": "Relevé de compte",
    "from": "Du",
    "to": "Au",
    "currency": "Devise",
    "day": "Jour",
    "what": "Opération",
    "reference": "Référence",
    "amount": "Montant",
    "balance": "Solde",
    "opening": "Solde initial",
    "closing": "Solde final",
    "note": "Un solde sans signe nous est dû ; un solde négatif est en votre faveur. "
    "Merci de nous signaler tout écart avec vos livres.",
    "invoice": "Facture",
    "credit_note": "Avoir",
    "payment": "Paiement",
    "payment_reversal": "Paiement annulé",
    "rounding": "Différence d'arrondi",
    "write_off": "Passé en perte",
    "recovery": "Recouvrement",
}
WORDS: dict[Language, Words] = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.FRENCH: FRENCH}

"""The fixed words of invoices and credit notes, in the language of each."""

from __future__ import annotations

from collections.abc import Mapping

from services.billing.legal_entities.model import Language

Words = Mapping[str, str]

# How people of a language write days and amounts: English as in Britain, with the day before the month.
LOCALES = {Language.ENGLISH: "en_GB", Language.GERMAN: "de", Language.FRENCH: "fr"}

ENGLISH: Words = {
    "draft": "Draft",
    "invoice": "Invoice",
    "credit_note": "Credit note",
    "invoice_date": "Invoice date",
    "credit_note_date": "Credit note date",
    "due": "Payable by",
    "service": "Service",
    "contract": "Contract",
    "order": "Your order",
    "tax_id": "Tax id",
    "tax_registration": "Tax registration",
    "page": "Page",
    "of": "of",
    "position": "No.",
    "description": "Description",
    "quantity": "Quantity",
    "price": "Price",
    "net": "Net",
    "tax": "Tax {rate} on {net}",
    "total": "Total",
    "days": "{first} to {last}",
    "pay": "Please pay {currency} {gross} by {due_on} to IBAN {iban}, quoting {number}.",
    "scan": "Scan to pay",
    "timesheet": "Timesheet",
    "person": "Person",
    "day": "Day",
    "what": "What was done",
    "hours": "Hours",
    "credits": "Credits invoice {number} of {issued_on}: {reason}",
    "credited": "{currency} {gross} is credited to you: invoice {credited} is reduced by it.",
    "by_the_minute": "Time is charged by the minute; every entry is rounded to the cent by itself, "
    "so a line is the sum of its entries.",
    "of_contract": "Contract {number}, {name}",
    "under_order": "Contract {number}, {name}, purchase order {order}",
    "rounded": "Each time entry is rounded by itself",
}
GERMAN: Words = {
    "draft": "Entwurf",
    "invoice": "Rechnung",
    "credit_note": "Rechnungskorrektur",
    "invoice_date": "Rechnungsdatum",
    "credit_note_date": "Datum der Korrektur",
    "due": "Zahlbar bis",
    "service": "Leistungszeitraum",
    "contract": "Vertrag",
    "order": "Ihre Bestellung",
    "tax_id": "USt-IdNr. / Steuernummer",
    "tax_registration": "USt-IdNr. / Steuernummer",
    "page": "Seite",
    "of": "von",
    "position": "Pos.",
    "description": "Bezeichnung",
    "quantity": "Menge",
    "price": "Preis",
    "net": "Netto",
    "tax": "Umsatzsteuer {rate} auf {net}",
    "total": "Gesamtbetrag",
    "days": "{first} bis {last}",
    "pay": "Bitte überweisen Sie {gross} {currency} bis zum {due_on} auf das Konto {iban} mit dem Verwendungszweck "
    "{number}.",
    "scan": "Zum Bezahlen scannen",
    "timesheet": "Leistungsnachweis",
    "person": "Person",
    "day": "Tag",
    "what": "Tätigkeit",
    "hours": "Stunden",
    "credits": "Berichtigt die Rechnung {number} vom {issued_on}: {reason}",
    "credited": "Wir schreiben Ihnen {gross} {currency} gut: die Rechnung {credited} vermindert sich um diesen Betrag.",
    "by_the_minute": "Zeit wird minutengenau berechnet; jeder Eintrag ist für sich auf den Cent gerundet, "
    "eine Position ist die Summe ihrer Einträge.",
    "of_contract": "Vertrag {number}, {name}",
    "under_order": "Vertrag {number}, {name}, Bestellung {order}",
    "rounded": "Jeder Zeiteintrag ist für sich gerundet",
}
FRENCH: Words = {
    "draft": "Brouillon",
    "invoice": "Facture",
    "credit_note": "Avoir",
    "invoice_date": "Date de la facture",
    "credit_note_date": "Date de l'avoir",
    "due": "À payer avant le",
    "service": "Prestations",
    "contract": "Contrat",
    "order": "Votre commande",
    "tax_id": "N° de TVA",
    "tax_registration": "N° de TVA",
    "page": "Page",
    "of": "sur",
    "position": "N°",
    "description": "Désignation",
    "quantity": "Quantité",
    "price": "Prix",
    "net": "HT",
    "tax": "TVA {rate} sur {net}",
    "total": "Total TTC",
    "days": "du {first} au {last}",
    "pay": "Merci de régler {gross} {currency} au plus tard le {due_on} sur le compte {iban} en rappelant la référence "
    "{number}.",
    "scan": "Scanner pour payer",
    "timesheet": "Relevé de temps",
    "person": "Personne",
    "day": "Jour",
    "what": "Travail",
    "hours": "Heures",
    "credits": "Annule tout ou partie de la facture {number} du {issued_on} : {reason}",
    "credited": "Nous vous créditons {gross} {currency} : la facture {credited} est réduite de ce montant.",
    "by_the_minute": "Le temps est facturé à la minute ; chaque saisie est arrondie au centime, "
    "une ligne est la somme de ses saisies.",
    "of_contract": "Contrat {number}, {name}",
    "under_order": "Contrat {number}, {name}, commande {order}",
    "rounded": "Chaque saisie de temps est arrondie séparément",
}
WORDS: Mapping[Language, Words] = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.FRENCH: FRENCH}

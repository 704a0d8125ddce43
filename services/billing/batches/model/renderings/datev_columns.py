"""The 125 columns of a DATEV Buchungsstapel, format version 13, in their order, and which of them are text."""

from __future__ import annotations

from itertools import chain


def _pairs(name: str, count: int) -> list[str]:
    return list(chain(*((f"{name} - Art {number}", f"{name} - Inhalt {number}") for number in range(1, count + 1))))


HEADINGS = (
    *(
        "Umsatz (ohne Soll/Haben-Kz)",
        "Soll/Haben-Kennzeichen",
        "WKZ Umsatz",
        "Kurs",
        "Basis-Umsatz",
        "WKZ Basis-Umsatz",
    ),
    *("Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto"),
    *("Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre"),
    *("Beleglink", *_pairs("Beleginfo", 8)),
    *("KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge"),
    *("EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart"),
    *("Sachverhalt L+L", "Funktionsergänzung L+L"),
    *("BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung"),
    *_pairs("Zusatzinformation", 20),
    *("Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp"),
    *("Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)"),
    *("Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz"),
    *("Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername"),
    *("Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis"),
    *("Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum"),
    *("Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz"),
    *("BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto"),
)

TEXTS = frozenset(
    (
        *("Soll/Haben-Kennzeichen", "WKZ Umsatz", "WKZ Basis-Umsatz", "BU-Schlüssel", "Belegfeld 1", "Belegfeld 2"),
        *("Buchungstext", "Diverse Adressnummer", "Beleglink", *_pairs("Beleginfo", 8)),
        *("KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "EU-Land u. UStID (Bestimmung)", "Abw. Versteuerungsart"),
        *(*_pairs("Zusatzinformation", 20), "Forderungsart", "Auftragsnummer", "Buchungstyp"),
        *("EU-Land (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "SEPA-Mandatsreferenz", "Gesellschaftername"),
        *("Identifikationsnummer", "Zeichnernummer", "Bezeichnung SoBil-Sachverhalt", "Generalumkehr (GU)"),
        *("Land", "Abrechnungsreferenz", "EU-Land u. UStID (Ursprung)"),
    )
)

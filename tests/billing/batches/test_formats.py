"""Each system's own form of a batch: byte for byte as it was agreed, field for field, and never more than it takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.billing.batches.model.batch import Link, Scope, seal
from services.billing.batches.model.renderings.datev import datev
from services.billing.batches.model.renderings.datev_columns import HEADINGS, TEXTS
from services.billing.batches.model.renderings.renderers import Renderer, rendered
from services.billing.batches.model.renderings.sealed import read_batch
from tests.support.feeds import (
    FEEDS,
    a_sealed_batch,
    a_taking_back,
    an_invoice,
    content_of,
    datev_rows,
    requests_of,
    rows_of,
    settings_of,
    work_of_two_contracts,
)
from tests.support.ledger import AT, a_batched_entry

GOLDEN = Path(__file__).parent / "golden"
FIRST, SECOND = (f"00000000-0000-0000-0000-00000000000{number}" for number in (1, 2))
WHOLE = 'Invoice INV-0042 to Ährenfeld & Söhne "Łódź"; for the migration of the data platform in spring'


@pytest.mark.parametrize("renderer", FEEDS)
def test_a_batch_is_written_byte_for_byte_as_agreed_and_so_at_every_call(renderer: Renderer) -> None:
    batch = a_sealed_batch()

    [first], [again] = (rendered(batch, renderer, settings_of(renderer)) for _ in range(2))

    assert first.content == (GOLDEN / first.name).read_bytes()
    assert again == first
    assert batch == a_sealed_batch()


def test_netsuite_has_two_columns_of_which_one_is_empty_and_an_id_that_keeps_an_entry_from_coming_twice() -> None:
    first, second, *_ = rows_of(content_of(Renderer.NETSUITE))

    assert first == {
        "External ID": FIRST,
        "Date": "03/05/2026",
        "Subsidiary": "Parent : Meridian",
        "Currency": "EUR",
        "Memo": f"TL-7-1 {WHOLE}",
        "Account": "1400",
        "Debit": "1190.00",
        "Credit": "",
        "Line Memo": "1200 Trade receivables",
    }
    assert (second["External ID"], second["Account"], second["Debit"], second["Credit"]) == (
        FIRST,
        "1500",
        "",
        "1000.00",
    )


def test_intacct_says_what_an_entry_has_once_on_its_first_row() -> None:
    first, second, *_ = rows_of(content_of(Renderer.INTACCT))

    assert first == {
        "JOURNAL": "GJ",
        "DATE": "03/05/2026",
        "DESCRIPTION": "Invoice INV-0042 to Ährenfeld…",
        "REFERENCE_NO": "TL-7-1",
        "LINE_NO": "1",
        "ACCT_NO": "1400",
        "LOCATION_ID": "100",
        "MEMO": WHOLE,
        "DEBIT": "1190.00",
        "CREDIT": "",
    }
    assert [second[name] for name in ("JOURNAL", "DATE", "DESCRIPTION", "REFERENCE_NO")] == [""] * 4
    assert (second["LINE_NO"], second["DEBIT"], second["CREDIT"]) == ("2", "", "1000.00")
    assert len(first["DESCRIPTION"]) <= 30


def test_business_central_has_one_signed_amount_and_lines_that_share_a_document() -> None:
    first, second, *_ = requests_of(content_of(Renderer.BUSINESS_CENTRAL))

    assert first == {
        "key": "TL-7-1/1",
        "body": {
            "lineNumber": 10000,
            "accountType": "G/L Account",
            "accountNumber": "1400",
            "postingDate": "2026-03-05",
            "documentNumber": "TL-7-1",
            "amount": Decimal("1190.0"),
            "description": 'Invoice INV-0042 to Ährenfeld & Söhne "Łódź"; for…',
            "comment": f"{FIRST} {WHOLE}",
        },
    }
    assert (second["body"]["documentNumber"], second["body"]["amount"]) == ("TL-7-1", Decimal(-1000))
    assert len(first["body"]["description"]) == 50


def test_quickbooks_has_positive_amounts_with_their_side_and_a_customer_on_receivables() -> None:
    first, *_ = requests_of(content_of(Renderer.QUICKBOOKS))

    assert first["key"] == FIRST
    assert {name: first["body"][name] for name in ("DocNumber", "TxnDate", "PrivateNote")} == {
        "DocNumber": "TL-7-1",
        "TxnDate": "2026-03-05",
        "PrivateNote": f"{FIRST} {WHOLE}",
    }
    assert first["body"]["Line"][0] == {
        "Id": "0",
        "Description": WHOLE,
        "Amount": Decimal("1190.0"),
        "DetailType": "JournalEntryLineDetail",
        "JournalEntryLineDetail": {
            "PostingType": "Debit",
            "AccountRef": {"value": "1400"},
            "Entity": {"Type": "Customer", "EntityRef": {"value": "58"}},
        },
    }
    assert first["body"]["Line"][1]["JournalEntryLineDetail"] == {
        "PostingType": "Credit",
        "AccountRef": {"value": "1500"},
    }
    assert "CurrencyRef" not in first["body"]


def test_quickbooks_names_the_currency_where_it_is_not_that_of_the_books() -> None:
    batch = a_sealed_batch(a_batched_entry(currency="USD"), currency="USD")

    [file] = rendered(batch, Renderer.QUICKBOOKS, settings_of(Renderer.QUICKBOOKS))

    assert requests_of(file.content)[0]["body"]["CurrencyRef"] == {"value": "USD"}


def test_xero_has_signed_amounts_without_tax() -> None:
    first, *_ = requests_of(content_of(Renderer.XERO))

    lines = first["body"].pop("JournalLines")
    assert first == {
        "key": FIRST,
        "body": {
            "Narration": f"TL-7-1 {WHOLE}",
            "Date": "2026-03-05",
            "LineAmountTypes": "NoTax",
            "Status": "DRAFT",
        },
    }
    assert lines[1] == {
        "LineAmount": Decimal(-1000),
        "AccountCode": "1500",
        "Description": "1300 Contract assets",
        "TaxType": "NONE",
    }


def test_datev_begins_with_its_31_fields() -> None:
    head, _ = datev_rows(content_of(Renderer.DATEV))

    assert len(head) == 31
    assert head[:6] == ["EXTF", "700", "21", "Buchungsstapel", "13", "20260331120000000"]
    assert head[10:14] == ["29098", "55003", "20260101", "4"]
    assert head[14:17] == ["20260301", "20260331", "Throughline 7 2026-03"]
    assert head[18:22] == ["1", "0", "0", "EUR"]


def test_datev_has_125_columns_positive_amounts_with_a_comma_and_days_without_a_year() -> None:
    _, rows = datev_rows(content_of(Renderer.DATEV))

    assert len(HEADINGS) == len(set(HEADINGS)) == 125 and set(HEADINGS) >= TEXTS
    places = {1: "Umsatz (ohne Soll/Haben-Kz)", 7: "Konto", 10: "Belegdatum", 11: "Belegfeld 1", 14: "Buchungstext"}
    places |= {37: "KOST1 - Kostenstelle", 114: "Festschreibung", 115: "Leistungsdatum", 118: "Generalumkehr (GU)"}
    assert {place: HEADINGS[place - 1] for place in places} == places
    assert {name: value for name, value in rows[0].items() if value} == {
        "Umsatz (ohne Soll/Haben-Kz)": "1000,00",
        "Soll/Haben-Kennzeichen": "S",
        "WKZ Umsatz": "EUR",
        "Konto": "1400",
        "Gegenkonto (ohne BU-Schlüssel)": "1500",
        "Belegdatum": "0503",
        "Belegfeld 1": "TL-7-1",
        "Buchungstext": 'Invoice INV-0042 to Ährenfeld & Söhne "?ódz"; for the migra…',
        "Zusatzinformation - Art 1": "Buchung",
        "Zusatzinformation - Inhalt 1": FIRST,
        "Zusatzinformation - Art 2": "Leistung",
        "Zusatzinformation - Inhalt 2": "02.03.2026-31.03.2026",
        "Festschreibung": "0",
        "Generalumkehr (GU)": "0",
    }


def test_datev_pairs_debits_with_credits_and_names_a_reversal_on_the_sides_of_what_it_takes_back() -> None:
    _, rows = datev_rows(content_of(Renderer.DATEV, work_of_two_contracts(), a_taking_back()))

    told = ("Umsatz (ohne Soll/Haben-Kz)", "Konto", "Gegenkonto (ohne BU-Schlüssel)", "Generalumkehr (GU)")
    assert [tuple(row[name] for name in told) for row in rows] == [
        ("700,50", "1500", "8200", "0"),
        ("199,50", "1710", "8200", "0"),
        ("100,00", "1710", "8210", "0"),
        ("250,00", "1500", "8200", "1"),
    ]


def test_datev_says_when_the_fiscal_year_began_that_a_month_lies_in() -> None:
    from_july = replace(settings_of(Renderer.DATEV), fiscal_year_starts_in=7, locks=True)

    head, rows = datev_rows(datev(a_sealed_batch(), from_july)[0])

    assert (head[12], head[20], rows[0]["Festschreibung"]) == ("20250701", "1", "1")


def test_a_batch_is_read_back_from_its_bytes_alone() -> None:
    entries = [an_invoice(), work_of_two_contracts(), a_taking_back()]
    scope = Scope("MER", date(2026, 3, 1), "EUR", "erp")
    sealed = seal(entries[0].id, scope, entries, after=Link(6), at=AT, by="carla")

    assert read_batch(sealed.manifest, sealed.canonical) == a_sealed_batch()

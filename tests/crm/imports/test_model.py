"""Reading cells and lines, without anything around them."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crm.imports.model import cells, spreadsheet
from services.crm.imports.model.mapping import BadMapping, read_mapping, shipped_mapping
from services.crm.imports.model.reading import EmptyFile, LineTooLong, OtherEncoding, open_csv, read_slice
from services.crm.imports.model.report import as_csv, harmless
from services.crm.imports.model.spreadsheet import NoWorkbook, WorkbookTooLarge, sheets_as_csv

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00", exclude_categories=["Cc"]), max_size=12)
ROWS = st.lists(st.lists(CELL.map(str.strip), min_size=3, max_size=3), max_size=20)


def read_all(content: bytes, *, piece: int, at_most: int) -> list[list[str]]:
    opening = open_csv(content)
    offset, line, found = opening.offset, opening.line, []
    while offset < len(content):
        part = content[offset : offset + piece]
        taken = read_slice(
            part,
            offset=offset,
            line=line,
            delimiter=opening.delimiter,
            width=len(opening.header),
            is_last=offset + len(part) >= len(content),
            at_most=at_most,
        )
        found += [record.cells for record in taken.records if not record.fault]
        offset, line = taken.offset, taken.line
    return found


@given(rows=ROWS, ending=st.sampled_from(["\n", "\r\n"]), delimiter=st.sampled_from(",;\t"), at_most=st.integers(1, 7))
def test_slices_of_any_size_read_what_was_written(
    rows: list[list[str]], ending: str, delimiter: str, at_most: int
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerow(["first", "second", "third"])
    writer.writerows(rows)
    content = b"\xef\xbb\xbf" + written.getvalue().encode()

    assert read_all(content, piece=400, at_most=at_most) == rows


def test_a_line_break_inside_quotes_belongs_to_the_cell() -> None:
    assert read_all(b'a,b\n"one\ntwo",2\n3,4', piece=1000, at_most=9) == [["one\ntwo", "2"], ["3", "4"]]


def test_a_stray_quote_swallows_no_neighbour() -> None:
    content = b'a,b\n1,"x\n2,y\n3,z\n'
    opening = open_csv(content)

    taken = read_slice(content[opening.offset :], offset=4, line=2, delimiter=",", width=2, is_last=True, at_most=9)

    assert [(record.line, bool(record.fault)) for record in taken.records] == [(2, True), (3, False), (4, False)]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EmptyFile),
        (b"\xef\xbb\xbf\r\n", EmptyFile),
        ("a,b\n1,2\n".encode("utf-16"), OtherEncoding),
        ("naïve,b\n".encode("latin-1"), OtherEncoding),
        (b"a,b\n" + b"x" * 9000, LineTooLong),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        open_csv(content)


@given(text=st.text(max_size=30))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        amount = cells.read_amount(text)
    except cells.BadCell as bad:
        assert bad.reason and bad.remedy
        return
    assert amount >= 0 and amount == Decimal(text)


@pytest.mark.parametrize("text", ["-1", "1,5", "NaN", "Infinity", "1e20", "0.0000001", "$5", ""])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(cells.BadCell):
        cells.read_amount(text)


def test_days_are_read_in_the_mappings_format_only() -> None:
    assert cells.read_date("03-11-16", "%d-%m-%y") == date(2016, 11, 3)
    for text in ("2016-11-03", "31-02-17", "11-30-16", "soon"):
        with pytest.raises(cells.BadCell, match="no date"):
            cells.read_date(text, "%d-%m-%y")


@pytest.mark.parametrize(("name", "code"), [("United States", "US"), ("united  states", "US"), ("jo", "JO")])
def test_a_country_is_known_by_name_or_code(name: str, code: str) -> None:
    assert cells.read_country(name) == code


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(cells.BadCell) as bad:
        cells.read_country("Philipines")

    assert "Philippines" in bad.value.remedy
    assert "import the record" in cells.did_you_mean("Zzyzx", ["Acme"])


def test_a_log_in_is_made_of_a_name() -> None:
    assert cells.log_in_of("Mei-Mei Jöhns") == "mei-mei.johns"


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-cmd|x", "@SUM(A1)", "\t=1"])
def test_no_cell_of_a_report_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_numbers_and_words_of_a_report_stay_as_they_are() -> None:
    assert [harmless(cell) for cell in ("-12.50", "Acme", "", "a=b")] == ["-12.50", "Acme", "", "a=b"]
    assert as_csv(("a",), [("=x",)]) == "\ufeffa\r\n'=x\r\n"


def a_workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_is_read_as_the_csv_it_would_be_saved_as() -> None:
    rows: list[list[object]] = [["id", "day", "amount"], ["D1", date(2017, 3, 1), 4514.0], ["D2", None, 0.5]]

    sheets = sheets_as_csv(a_workbook(deals=rows, empty=[]), "%d-%m-%y")

    assert sheets == {"deals": b"id,day,amount\nD1,01-03-17,4514\nD2,,0.5\n"}


def test_a_formula_stays_a_formula_to_be_refused() -> None:
    text = sheets_as_csv(a_workbook(deals=[["id"], ["=1+1"]]), "%d-%m-%y")["deals"]

    assert b"=1+1" in text


def test_what_is_no_workbook_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "no workbook")

    for content in (packed.getvalue(), b"PK\x03\x04 broken"):
        with pytest.raises(NoWorkbook):
            sheets_as_csv(content, "%d-%m-%y")


def test_a_packed_bomb_is_refused_before_it_is_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (spreadsheet.UNPACKED_BYTES + 1))

    with pytest.raises(WorkbookTooLarge):
        sheets_as_csv(packed.getvalue(), "%d-%m-%y")


def test_a_sheet_with_too_many_columns_is_refused() -> None:
    with pytest.raises(WorkbookTooLarge):
        sheets_as_csv(a_workbook(deals=[["x"] * (spreadsheet.COLUMNS + 1)]), "%d-%m-%y")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("no json", "/mapping"),
        ("[]", "/mapping"),
        ('{"source": "x"}', "/mapping/currency"),
        (shipped_mapping().replace('"USD"', '"usd"'), "/mapping/currency"),
        (shipped_mapping().replace('"2016-01-01"', '"first"'), "/mapping/prices_from"),
        (shipped_mapping().replace('"sales_person"', '"vendor"'), "/mapping/files/0/record"),
        (shipped_mapping().replace('"office":', '"desk":'), "/mapping/files/0/columns/desk"),
        (shipped_mapping().replace('"owner": "sales_agent",', ""), "/mapping/files/3/columns"),
        (shipped_mapping().replace('"stages": {"P', '"steps": {"P'), "/mapping/files/3/stages"),
        (
            shipped_mapping().replace('"open_amount": "list_price"', '"open_amount": "zero"'),
            "/mapping/files/3/open_amount",
        ),
    ],
)
def test_a_mapping_that_does_not_say_what_it_must_is_refused_where_it_is_wrong(said: str, field: str) -> None:
    with pytest.raises(BadMapping) as refusal:
        read_mapping(said)

    assert refusal.value.field == field

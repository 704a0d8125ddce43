"""A list leaves as a file with exact values, and nothing in it runs."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook

from shared.ui.export import table_file

HEAD = ("Number", "Due", "Amount")
ROWS = [("INV-1", date(2026, 12, 7), Decimal("1250.5")), ("=HYPERLINK(1)", None, Decimal(-3))]


def test_a_csv_file_has_exact_values_and_no_formulas() -> None:
    answer = table_file("invoices", HEAD, ROWS, "csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="invoices.csv"'
    assert bytes(answer.body).decode("utf-8-sig").splitlines() == [
        "Number,Due,Amount",
        "INV-1,2026-12-07,1250.50",
        "'=HYPERLINK(1),,-3.00",
    ]


def test_a_spreadsheet_has_numbers_days_and_no_formulas() -> None:
    answer = table_file("invoices", HEAD, [*ROWS, ("INV-2", datetime(2026, 1, 1, tzinfo=UTC), None)], "xlsx")
    sheet = load_workbook(BytesIO(bytes(answer.body))).worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["INV-1", datetime(2026, 12, 7), 1250.5]  # noqa: DTZ001
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=HYPERLINK(1)", "s")
    assert sheet["B4"].value == "2026-01-01T00:00:00+00:00"

"""A list leaves as a file with exact values and every row of it, and nothing in it runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from types import SimpleNamespace as Row
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from openpyxl import load_workbook
from starlette.requests import Request

from shared.ui.export import TableFile
from shared.ui.listing import Asked, Column, Listing, TooManyRows, in_hours, last_day, who
from shared.ui.reader import Reader, reading

HEAD = ("Number", "Due", "Amount")
ROWS = [("INV-1", date(2026, 12, 7), Decimal("1250.5")), ("=HYPERLINK(1)", None, Decimal(-3))]


class State(StrEnum):
    DRAFT = "draft"


async def content(answer: TableFile) -> bytes:
    return b"".join([bytes(part) async for part in answer.body_iterator])  # type: ignore[arg-type]


async def lines(answer: TableFile) -> list[str]:
    return (await content(answer)).decode("utf-8-sig").splitlines()


def a_listing(columns: Sequence[Column], *rows: Any, next: str | None = None) -> Listing:
    request = Request({"type": "http", "method": "GET", "path": "/list", "query_string": b"as=csv", "headers": []})
    return Listing.of(request, "list", columns, rows, next=next)


async def test_a_csv_file_has_exact_values_and_no_formulas() -> None:
    answer = TableFile("invoices", HEAD, ROWS, "csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="invoices.csv"'
    assert await lines(answer) == ["Number,Due,Amount", "INV-1,2026-12-07,1250.50", "'=HYPERLINK(1),,-3.00"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"])
async def test_what_a_spreadsheet_would_run_stays_text(text: str) -> None:
    assert f"'{text}".encode() in await content(TableFile("list", ["Name"], [(text,)], "csv"))
    sheet = load_workbook(BytesIO(await content(TableFile("list", ["Name"], [(text,)], "xlsx")))).worksheets[0]
    assert sheet["A2"].data_type == "s"


async def test_a_spreadsheet_has_numbers_days_and_no_formulas() -> None:
    rows = [*ROWS, ("INV-2\x01", datetime(2026, 1, 1, tzinfo=UTC), None)]
    sheet = load_workbook(BytesIO(await content(TableFile("invoices", HEAD, rows, "xlsx")))).worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["INV-1", datetime(2026, 12, 7), 1250.5]  # noqa: DTZ001
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=HYPERLINK(1)", "s")
    assert (sheet["A4"].value, sheet["B4"].value) == ("INV-2", "2026-01-01T00:00:00+00:00")


async def test_columns_give_plain_values_in_the_readers_words() -> None:
    columns = (
        Column("name", "Name"),
        Column("look", "Look at", only="page"),
        Column("state", "State"),
        Column("paid", "Paid"),
        Column("minutes", "Hours", in_hours("minutes")),
        Column("ends_on", "Ends", last_day("ends_before")),
        Column("note", "Note", only="file"),
        Column("act", ""),
    )
    row = Row(name="A", state=State.DRAFT, paid=True, minutes=50, ends_before=date(2026, 3, 1), note=None)

    with reading(Reader(Locale("de", "DE"), ZoneInfo("UTC"), "billing")):
        file = a_listing(columns, row).file("csv")

    assert await lines(file) == ["Name,State,Paid,Hours,Ends,Note", "A,Entwurf,Ja,0.83,2026-02-28,"]


async def test_amounts_say_their_currency_once() -> None:
    columns = (
        Column("net", "Net", number=True, currency="currency"),
        Column("gross", "Gross", number=True, currency="currency"),
        Column("books", "In the books", number=True, currency=lambda _: "EUR"),
    )
    row = Row(net=Decimal(100), gross=Decimal("119.5"), books=Decimal(90), currency="CHF")
    assert await lines(a_listing(columns, row).file("csv")) == [
        "Net,Gross,Currency,In the books,Currency",
        "100.00,119.50,CHF,90.00,EUR",
    ]


async def test_several_values_are_as_many_lines_and_none_is_one() -> None:
    columns = (Column("name", "Name"), Column("prices", "Price"))
    rows = (Row(name="A", prices=(1, 2)), Row(name="B", prices=()))
    assert await lines(a_listing(columns, *rows).file("csv")) == ["Name,Price", "A,1", "A,2", "B,"]


async def test_whoever_is_known_by_log_in_stands_in_it_by_name() -> None:
    file = a_listing([Column("owner", "Owner", who("owner"))], Row(owner="ana"), Row(owner=None)).file("csv")
    assert file.logins() == ["ana"]
    file.name({"ana": "Ana Duarte"})
    assert await lines(file) == ["Owner", "Ana Duarte", '""']


def test_a_list_that_is_too_long_for_a_file_is_refused_rather_than_cut() -> None:
    assert Asked(kind="csv").limit == 10_000
    assert Asked().limit == 50
    with pytest.raises(TooManyRows):
        a_listing([Column("name", "Name")], Row(name="A"), next="abc").file("csv")

"""A small CRM export with the dirt that real ones have, for trying the import: `make sample`.

Like the exports we have seen: lines end in CRLF, dates are day-month-year, a product is spelled two ways, a sector
and a country are misspelled, open deals lack an account or their dates, and a few rows cannot be right at all.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

SEED = 7
DEALS = 120
FIRST_DAY = date(2025, 1, 6)
ACCOUNTS = (
    ("Acme Robotics", "technolgy", "1996", "1100.04", "2822", "United States", ""),
    ("Birchwood Clinics", "medical", "1999", "251.41", "495", "United States", ""),
    ("Cobalt Stores", "retail", "2001", "718.62", "2448", "United States", ""),
    ("Driftline Media", "entertainment", "1993", "4269.9", "6472", "United States", "Acme Robotics"),
    ("Everbright Software", "software", "1998", "2714.9", "2641", "Germany", ""),
    ("Foxglove Finance", "finance", "2006", "1102.43", "1759", "Italy", ""),
    ("Greyfriar Telecom", "telecommunications", "1990", "1825.82", "5595", "Philipines", ""),
    ("Hollis Marketing", "marketing", "1995", "2173.98", "2928", "Norway", "Everbright Software"),
)
PRODUCTS = (
    ("GTX Basic", "GTX", "550"),
    ("GTX Pro", "GTX", "4821"),
    ("MG Special", "MG", "55"),
    ("MG Advanced", "MG", "3393"),
)
PEOPLE = (
    ("Anna Snell", "Dustin Brink", "Central"),
    ("Cecil Lamp", "Dustin Brink", "Central"),
    ("Versa Hill", "Celia Rouch", "West"),
    ("Moses Friese", "Celia Rouch", "West"),
)
ACCOUNT_COLUMNS = (
    "account",
    "sector",
    "year_established",
    "revenue",
    "employees",
    "office_location",
    "subsidiary_of",
)
DEAL_COLUMNS = (
    "opportunity_id",
    "sales_agent",
    "product",
    "account",
    "deal_stage",
    "engage_date",
    "close_date",
    "close_value",
    "engage_quarter",
    "close_quarter",
)


def write_sample(directory: Path) -> list[Path]:
    """Write the four files of the sample into `directory`; the same bytes every time."""
    directory.mkdir(parents=True, exist_ok=True)
    return [
        _write(directory / "accounts.csv", ACCOUNT_COLUMNS, ACCOUNTS),
        _write(directory / "products.csv", ("product", "series", "sales_price"), PRODUCTS),
        _write(directory / "sales_teams.csv", ("sales_agent", "manager", "regional_office"), PEOPLE),
        _write(directory / "sales_pipeline.csv", DEAL_COLUMNS, [*_deals(), *_impossible()]),
    ]


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def _deals() -> Iterator[Sequence[str]]:
    luck = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    for number in range(DEALS):
        product, _, price = luck.choice(PRODUCTS)
        stage = luck.choices(("Won", "Lost", "Engaging", "Prospecting"), (48, 28, 18, 6))[0]
        engaged = FIRST_DAY + timedelta(days=luck.randrange(200))
        closed = engaged + timedelta(days=luck.randrange(5, 140))
        is_closed, is_engaged = stage in ("Won", "Lost"), stage != "Prospecting"
        account = luck.choice(ACCOUNTS)[0] if is_closed or luck.random() > 0.6 else ""
        value = str(int(float(price) * luck.uniform(0.9, 1.1))) if stage == "Won" else "0" if is_closed else ""
        yield (
            f"S{number:07}",
            luck.choice(PEOPLE)[0],
            "GTXPro" if product == "GTX Pro" else product,
            account,
            stage,
            _day(engaged) if is_engaged else "",
            _day(closed) if is_closed else "",
            value,
            _quarter(engaged) if is_engaged else "",
            _quarter(closed) if is_closed else "",
        )


def _impossible() -> Iterator[Sequence[str]]:
    """Rows that no rule can mend: closed before it began, a product nobody knows, a day that does not exist."""
    seller, account = PEOPLE[0][0], ACCOUNTS[0][0]
    yield ("SBAD0001", seller, "MG Special", account, "Won", "10-03-25", "02-02-25", "55", "Q1 2025", "Q1 2025")
    yield ("SBAD0002", seller, "MG Superb", account, "Won", "10-03-25", "12-04-25", "55", "Q1 2025", "Q2 2025")
    yield ("SBAD0003", seller, "MG Special", account, "Won", "31-02-25", "12-04-25", "55", "Q1 2025", "Q2 2025")


def _day(day: date) -> str:
    return f"{day:%d-%m-%y}"


def _quarter(day: date) -> str:
    return f"Q{(day.month - 1) // 3 + 1} {day.year}"

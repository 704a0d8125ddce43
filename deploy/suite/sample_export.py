"""Writing a small export of another CRM, with the kinds of dirt that real ones have; the same seed, the same files."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

PEOPLE = ("Ada Brandt", "Bruno Keller", "Clara Osei", "Dmitri Vale", "Elin Sommer", "Farid Nassar")
MANAGERS = ("Greta Lindqvist", "Hugo Marchetti")
OFFICES = ("Central", "East", "West")
PRODUCTS = (("GTX Basic", "GTX", 550), ("GTX Pro", "GTX", 4821), ("MG Special", "MG", 55), ("GTK 500", "GTK", 26768))
FIRST = ("Alpen", "Borea", "Cala", "Delta", "Ember", "Fjord", "Gran", "Heli")
LAST = ("glow", "tech", "works", "soft", "line", "field")
SECTORS = ("technolgy", "technology", "medical", "retail", "software", "finance")  # the first as people misspell it
COUNTRIES = ("United States", "Germany", "Philipines", "Kenya", "Japan")  # and the third
OPENED = date(2025, 1, 6)
DIRTY_EVERY = 12
"""Every so manieth deal has a cell that cannot be mapped; product names are careless far more often."""

Rows = Iterator[Sequence[object]]


def write_sample_export(directory: Path, *, seed: int = 1, deals: int = 200) -> list[Path]:
    """Write accounts, products, sales teams and `deals` deals as CSV files with CRLF; gives their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)  # noqa: S311 - nothing secret: the same seed must give the same files
    names = [first + last for first in FIRST for last in LAST][:24]
    return [
        _write(directory / "sales_teams.csv", ("sales_agent", "manager", "regional_office"), _people(chance)),
        _write(directory / "accounts.csv", ACCOUNT, _accounts(chance, names)),
        _write(directory / "products.csv", ("product", "series", "sales_price"), iter(PRODUCTS)),
        _write(directory / "sales_pipeline.csv", DEAL, _deals(chance, names, deals)),
    ]


ACCOUNT = ("account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of")
DEAL = (
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


def _write(path: Path, header: Sequence[str], rows: Rows) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _people(chance: random.Random) -> Rows:
    for name in PEOPLE:
        yield name, chance.choice(MANAGERS), chance.choice(OFFICES)


def _accounts(chance: random.Random, names: Sequence[str]) -> Rows:
    for number, name in enumerate(names):
        parent = names[0] if number and number % 7 == 0 else ""
        founded, staff = chance.randint(1979, 2019), chance.randint(10, 9000)
        yield (
            name,
            chance.choice(SECTORS),
            founded,
            f"{staff * 0.21:.2f}",
            staff,
            chance.choice(COUNTRIES),
            parent,
        )


def _deals(chance: random.Random, names: Sequence[str], count: int) -> Rows:
    for number in range(1, count + 1):
        product, _, price = chance.choice(PRODUCTS)
        stage = chance.choices(("Won", "Lost", "Engaging", "Prospecting"), (48, 28, 18, 6))[0]
        is_open = stage in ("Engaging", "Prospecting")
        engaged = OPENED + timedelta(chance.randint(0, 300))
        closed = engaged + timedelta(chance.randint(1, 120))
        value = round(price * chance.uniform(0.8, 1.15)) if stage == "Won" else 0
        row: list[object] = [
            f"D{number:05}",
            chance.choice(PEOPLE),
            product.replace(" ", "") if product == "GTX Pro" else product,
            "" if is_open and chance.random() < 0.6 else chance.choice(names),
            stage,
            "" if stage == "Prospecting" else _day(engaged),
            "" if is_open else _day(closed),
            "" if is_open else value,
            "" if stage == "Prospecting" else _quarter(engaged),
            "" if is_open else _quarter(closed),
        ]
        yield _spoiled(row, number // DIRTY_EVERY) if number % DIRTY_EVERY == 0 else row


def _spoiled(row: list[object], turn: int) -> list[object]:
    """The row with one cell that no rule can map, another one each turn."""
    column, dirt = (
        ("account", "Nowhere & Sons"),
        ("engage_date", "31-02-25"),
        ("close_value", "-17"),
        ("sales_agent", "N.N."),
        ("deal_stage", "Dreaming"),
        ("product", "=1+1"),
    )[turn % 6]
    row[DEAL.index(column)] = dirt
    return row


def _day(day: date) -> str:
    return day.strftime("%d-%m-%y")


def _quarter(day: date) -> str:
    return f"Q{(day.month + 2) // 3} {day.year}"

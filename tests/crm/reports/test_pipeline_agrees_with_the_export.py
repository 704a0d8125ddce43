"""The practice export is imported whole, and crm's own figures agree with the file's to the cent."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

from shared.actor import Role
from shared.database import Database
from tests.support.api import Api
from tests.support.crm import announced
from tests.support.crm_imports import imported

NAMES = ("sales_teams", "accounts", "products", "sales_pipeline")
SECONDS = 60


@dataclass
class Expected:
    """What the file says, read without any code of crm."""

    stages: Counter[str] = field(default_factory=Counter)
    won_value: Decimal = Decimal()
    won: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    values: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    open_without_account: int = 0
    misspelled: int = 0


def figures_of(export: Path) -> Expected:
    expected = Expected()
    with (export / "sales_pipeline.csv").open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            stage = row["deal_stage"].lower()
            expected.stages[stage] += 1
            expected.misspelled += row["product"] == "GTXPro"
            expected.open_without_account += not row["account"] and not row["close_date"]
            if stage in ("won", "lost"):
                closed = datetime.strptime(row["close_date"], "%d-%m-%y")  # noqa: DTZ007 - a day
                quarter = f"{closed.year}-Q{(closed.month - 1) // 3 + 1}"
                {"won": expected.won, "lost": expected.lost}[stage][quarter] += 1
                expected.values[quarter] += Decimal(row["close_value"])
    expected.won_value = sum(expected.values.values(), Decimal())
    return expected


async def test_the_whole_export(crm: Api, database: Database, sample_data: Path) -> None:
    export = sample_data / "crm-export"
    files = {name: (export / f"{name}.csv").read_bytes() for name in NAMES}
    manager = crm.as_(Role.SALES_MANAGER)
    expected = figures_of(export)

    dry = await imported(manager, database, files, dry_run="true")
    assert (await manager.get("/reports/pipeline")).json()["stages"] == []
    began = monotonic()
    first = await imported(manager, database, files)
    seconds = monotonic() - began

    assert (first["counts"], first["mapped"]) == (dry["counts"], dry["mapped"])
    assert_everything_was_created(first, expected)
    assert seconds < SECONDS
    report: dict[str, Any] = (await manager.get("/reports/pipeline")).json()
    assert_agrees(report, expected)

    again = await imported(manager, database, files)
    assert all(count["unchanged"] == count["read"] for count in again["counts"])
    assert (await manager.get("/reports/pipeline")).json() == report
    assert Counter(one.type for one in await announced(database)) == {
        "throughline.crm.account.changed.v1": 85,
        "throughline.crm.opportunity.changed.v1": 8800,
    }


def assert_everything_was_created(standing: dict[str, Any], expected: Expected) -> None:
    counted = {count["file"]: count["read"] for count in standing["counts"]}
    assert counted == {"sales_teams": 35, "accounts": 85, "products": 7, "sales_pipeline": 8800}
    assert all(count["created"] == count["read"] for count in standing["counts"])
    assert standing["result"] == {"lines_read": 8927, "applied": True}
    same_letters = standing["mapped"]["same letters, other spaces, signs or capitals"]
    assert same_letters == expected.misspelled == 1480


def assert_agrees(report: dict[str, Any], expected: Expected) -> None:
    assert {row["stage"]: row["count"] for row in report["stages"]} == expected.stages
    won = next(row for row in report["stages"] if row["stage"] == "won")
    assert Decimal(won["amount"]) == expected.won_value == Decimal(10_005_534)
    assert report["open_without_account"] == expected.open_without_account == 1425
    assert {row["quarter"]: row["won"] for row in report["quarters"]} == expected.won
    assert {row["quarter"]: row["lost"] for row in report["quarters"]} == expected.lost
    assert {row["quarter"]: Decimal(row["won_value"]) for row in report["quarters"]} == expected.values
    for row in report["quarters"]:
        closed = expected.won[row["quarter"]] + expected.lost[row["quarter"]]
        rate = (Decimal(expected.won[row["quarter"]]) / closed).quantize(Decimal("0.0001"))
        assert Decimal(row["win_rate"]) == rate

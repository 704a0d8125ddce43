"""Guessing the mapping of files from their headers, for a person to correct."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from rapidfuzz import fuzz

from services.crm.imports.model.cells import normalised
from services.crm.imports.model.mapping import FileMapping, read_mapping, shipped_mapping
from services.crm.imports.model.reading import Opening
from services.crm.imports.model.records import FIELDS, FieldKind, FieldRule, RecordKind

NEAR = 78
SAMPLE = 5
MOST_STAGES = 40
LINES_LOOKED_AT = 20_000
LEFT_OUT = "not kept here"
STAGES = {"won": "won", "lost": "lost"}

Said = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """One file as it came: its name without ending, its header, its first lines."""

    stem: str
    content: bytes
    opening: Opening

    def lines(self, at_most: int) -> list[list[str]]:
        """The first lines behind the header, as cells; what cannot be read is shown with a mark in its place."""
        text = self.content[self.opening.offset :].decode(errors="replace")
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=self.opening.delimiter)
        return [[cell.strip() for cell in row] for row in islice(filter(any, rows), at_most)]

    def values(self, column: str) -> list[str]:
        """The different values of a column in the order in which they first come, as many as a person can map."""
        place = self.opening.header.index(column)
        found = (row[place] for row in self.lines(LINES_LOOKED_AT) if place < len(row))
        return list(dict.fromkeys(filter(None, found)))[:MOST_STAGES]


def guess(sheets: Sequence[Sheet], *, currency: str, today: date, stages: Sequence[str]) -> str:
    """A mapping as JSON that may still lack what only a person knows."""
    shipped = read_mapping(shipped_mapping())
    known = {sheet.stem: _known(sheet, shipped.files) for sheet in sheets}
    is_shipped = any(known.values())
    return json.dumps(
        {
            "source": shipped.source if is_shipped else "import",
            "currency": shipped.currency if is_shipped else currency,
            "date_format": shipped.date_format if is_shipped else "%Y-%m-%d",
            "prices_from": (shipped.prices_from if is_shipped else date(today.year, 1, 1)).isoformat(),
            "files": [known[sheet.stem] or guess_file(sheet, kind_of(sheet), stages) for sheet in sheets],
        }
    )


def kind_of(sheet: Sheet) -> RecordKind:
    """The kind of record whose fields the header has most of; the file's own name counts too."""
    return max(RecordKind, key=lambda kind: _likeness(sheet, kind))


def guess_file(sheet: Sheet, kind: RecordKind, stages: Sequence[str]) -> Said:
    """How the lines of `sheet` might become records of `kind`."""
    header, columns = list(sheet.opening.header), dict[str, str]()
    for name in FIELDS[kind]:
        free = [column for column in header if column not in columns.values()]
        best = max(free, key=lambda column: _near(name, column), default=None)
        if best is not None and _near(name, best) >= NEAR:
            columns[name] = best
    key = next((column for column in header if normalised(column).endswith(("id", "key", "number"))), header[0])
    if "name" in FIELDS[kind] and "name" not in columns:
        columns["name"] = key
    said: Said = {"file": sheet.stem, "record": kind.value, "key": key, "columns": columns}
    said["ignored"] = {column: LEFT_OUT for column in header if column not in {key, *columns.values()}}
    if "stage" in columns:
        said["stages"] = stages_of(sheet, columns["stage"], stages)
    return said


def stages_of(sheet: Sheet, column: str, stages: Sequence[str]) -> Mapping[str, str]:
    """Each value of a column of stages and the stage here that it is most like, if it is like one."""
    return {
        value: max(stages, key=lambda stage: _near(stage, value))
        for value in sheet.values(column)
        if stages and _near(max(stages, key=lambda stage: _near(stage, value)), value) >= NEAR
    }


def _known(sheet: Sheet, files: Sequence[FileMapping]) -> Said | None:
    header = set(sheet.opening.header)
    for one in files:
        if one.file == sheet.stem and {one.key, *one.columns.values()} <= header:
            said = next(each for each in json.loads(shipped_mapping())["files"] if each["file"] == one.file)
            unmapped = [name for name in sheet.opening.header if name not in {one.key, *one.columns.values()}]
            ignored = {name: one.ignored.get(name, LEFT_OUT) for name in unmapped}
            return {**said, "ignored": ignored}
    return None


def _likeness(sheet: Sheet, kind: RecordKind) -> float:
    fields = FIELDS[kind]
    found = sum(_weight(rule) for name, rule in fields.items() if _is_there(name, sheet.opening.header))
    return found / sum(map(_weight, fields.values())) + fuzz.partial_ratio(kind.replace("_", ""), sheet.stem) / 100


def _weight(rule: FieldRule) -> int:
    return 2 if rule.required or rule.kind is FieldKind.STAGE else 1


def _is_there(name: str, header: Sequence[str]) -> bool:
    return any(_near(name, column) >= NEAR for column in header)


def _near(name: str, column: str) -> float:
    return fuzz.ratio(normalised(name), normalised(column))

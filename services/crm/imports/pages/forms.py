"""What a person says of the columns of files, as the mapping that the import reads, and back for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from services.crm.imports.model.guessing import LEFT_OUT, SAMPLE, Said, Sheet, guess_file, stages_of
from services.crm.imports.model.records import FIELDS, FieldKind, Mode, RecordKind
from services.crm.imports.queries import Prepared
from shared.web.bodies import Body

Words = Annotated[str, Field(max_length=200)]
OPEN_AMOUNT = "list_price"


class FileForm(Body):
    """What is said of one file: each column by its place (`c0`), each value of the stage's column by its (`v0`)."""

    record: RecordKind
    key: Words
    becomes: dict[str, str] = Field(default_factory=dict)
    because: dict[str, Words] = Field(default_factory=dict)
    stages: dict[str, Words] = Field(default_factory=dict)
    open_amount: bool = False

    def said(self, sheet: Sheet, before: Said, stages: Sequence[str]) -> Said:
        """The file's part of the mapping; another kind of record than `before` is guessed anew."""
        if self.record != before["record"]:
            return guess_file(sheet, self.record, stages)
        header = sheet.opening.header
        chosen = {name: self.becomes.get(f"c{place}", "") for place, name in enumerate(header)}
        columns = {field: name for name, field in chosen.items() if field}
        left = {place: name for place, name in enumerate(header) if name not in {self.key, *columns.values()}}
        said: Said = {
            "file": sheet.stem,
            "record": self.record.value,
            "key": self.key,
            "columns": columns,
            "ignored": {name: self.because.get(f"c{place}", LEFT_OUT) for place, name in left.items()},
            "spellings": before.get("spellings", {}),
        }
        if "stage" in columns:
            said["stages"] = self._stages(sheet, before, columns["stage"], stages)
        if self.open_amount:
            said["open_amount"] = OPEN_AMOUNT
        return said

    def _stages(self, sheet: Sheet, before: Said, column: str, stages: Sequence[str]) -> dict[str, str]:
        if before["columns"].get("stage") != column:
            return dict(stages_of(sheet, column, stages))
        chosen = {value: self.stages.get(f"v{place}", "") for place, value in enumerate(sheet.values(column))}
        return {value: stage for value, stage in chosen.items() if stage}


class MappingForm(Body):
    """What is said of all files."""

    source: Words = ""
    currency: Words = ""
    date_format: Words = ""
    prices_from: Words = ""
    files: list[FileForm] = Field(default_factory=list)

    def mapping(self, prepared: Prepared, stages: Sequence[str]) -> dict[str, Any]:
        """The whole mapping, as far as it is said."""
        files = zip(self.files, prepared.sheets, prepared.said["files"], strict=False)
        return {
            "source": self.source,
            "currency": self.currency.upper(),
            "date_format": self.date_format,
            "prices_from": self.prices_from,
            "files": [form.said(sheet, before, stages) for form, sheet, before in files],
        }


class ModeForm(Body):
    """What happens to the good lines when others are rejected."""

    mode: Mode = Mode.GOOD_ROWS


class ReadingForm(Body):
    """A value of a column that is to be read as another one."""

    file: str
    column: str
    value: str = ""
    right: Words = ""


class ReadingsForm(Body):
    """Values to be read as others; those that nothing is said of stay as they are."""

    values: list[ReadingForm] = Field(default_factory=list)

    def readings(self) -> dict[tuple[str, str, str], str]:
        """(file, column, value) → the right one."""
        return {(one.file, one.column, one.value): one.right for one in self.values if one.right}


@dataclass(frozen=True)
class ShownColumn:
    """A column with a few of its values, and what becomes of it: a field, or why it is left out."""

    name: str
    sample: list[str]
    becomes: str
    because: str


@dataclass(frozen=True)
class ShownSheet:
    """A file with everything the page says of it."""

    stem: str
    said: Said
    columns: list[ShownColumn]
    stages: list[tuple[str, str]]
    """Each value of the stage's column with the stage here."""
    needed: list[str]
    """Fields without which no line can be imported, that no column becomes yet."""

    def needed_words(self, words: Mapping[str, str]) -> str:
        """Those fields as the page calls them."""
        return ", ".join(words[name] for name in self.needed)


def shown_sheets(prepared: Prepared) -> list[ShownSheet]:
    """The files as the page shows them."""
    return [_shown(sheet, said) for sheet, said in zip(prepared.sheets, prepared.said["files"], strict=True)]


def _shown(sheet: Sheet, said: Said) -> ShownSheet:
    fields = {column: name for name, column in said["columns"].items()}
    lines = sheet.lines(SAMPLE)
    columns = [
        ShownColumn(
            name,
            [line[place] for line in lines if place < len(line) and line[place]][:3],
            fields.get(name, ""),
            said.get("ignored", {}).get(name, LEFT_OUT),
        )
        for place, name in enumerate(sheet.opening.header)
    ]
    rules = FIELDS[RecordKind(said["record"])]
    needed = [name for name, rule in rules.items() if rule.required and name not in said["columns"]]
    stage = next((said["columns"].get(name) for name, rule in rules.items() if rule.kind is FieldKind.STAGE), None)
    known = said.get("stages", {})
    values = sheet.values(stage) if stage in sheet.opening.header else []
    return ShownSheet(sheet.stem, said, columns, [(value, known.get(value, "")) for value in values], needed)

"""The mapping from the columns of another system's files to our fields, as a file of its own (JSON)."""

from __future__ import annotations

import json
from collections.abc import Mapping as Of
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from services.crm.imports.model.records import FIELDS, FieldKind, RecordKind
from shared.errors import Invalid
from shared.reasons import because

SHIPPED = Path(__file__).parents[1] / "sales_export.json"


class BadMapping(Invalid):
    """The mapping does not say what it must.

    Compare it with the mapping that comes with crm, `sales_export.json`; the README describes every part.
    """


class UnknownFile(Invalid):
    """The mapping knows no file of this name.

    Name the file, or the sheet of the workbook, as the mapping says, or add it to the mapping.
    """


class MissingColumn(Invalid):
    """The file lacks a column that the mapping reads.

    Add the column to the file, or take it out of the mapping.
    """


class UnmappedColumn(Invalid):
    """The file has a column of which the mapping says nothing, and nothing is dropped silently.

    Map the column to a field, or name it under `ignored` with the reason.
    """


class ColumnTwice(Invalid):
    """The file has two columns of one name.

    Rename or remove one of them.
    """


@dataclass(frozen=True)
class FileMapping:
    """How the lines of one file become records; `columns` is field → column, `spellings` column → wrong → right."""

    file: str
    record: RecordKind
    key: str
    columns: Of[str, str]
    ignored: Of[str, str]
    spellings: Of[str, Of[str, str]]
    stages: Of[str, str]
    takes_list_price: bool

    def check_header(self, header: Sequence[str]) -> None:
        """Refuse a header that lacks what is read, or has what nobody mentions."""
        if len(set(header)) != len(header):
            raise ColumnTwice(because("%(file)s has two columns of one name.", file=self.file), field="/files")
        read = {self.key, *self.columns.values()}
        if missing := sorted(read - set(header)):
            raise MissingColumn(
                because("%(file)s lacks: %(missing)s.", file=self.file, missing=", ".join(missing)), field="/files"
            )
        if unmapped := sorted(set(header) - read - set(self.ignored)):
            raise UnmappedColumn(
                because("%(file)s has columns not mapped: %(unmapped)s.", file=self.file, unmapped=", ".join(unmapped)),
                field="/files",
            )


@dataclass(frozen=True)
class Mapping:
    """How the files of one source become records; keys are unique within a source."""

    source: str
    currency: str
    date_format: str
    prices_from: date
    files: tuple[FileMapping, ...]

    def file(self, stem: str) -> FileMapping:
        """The mapping of the file called `stem`, without its ending; raises UnknownFile."""
        for one in self.files:
            if one.file == stem:
                return one
        known = ", ".join(one.file for one in self.files)
        raise UnknownFile(
            because("There is no mapping for %(stem)s; the mapping knows %(known)s.", stem=stem, known=known),
            field="/files",
        )


def read_mapping(text: str) -> Mapping:
    """Read a mapping from JSON; raises BadMapping with a pointer to what is wrong."""
    try:
        said = json.loads(text)
    except ValueError as error:
        raise BadMapping(because("The mapping is not JSON: %(error)s", error=str(error)), field="/mapping") from error
    top = _Part(said, "/mapping")
    return Mapping(
        source=top.text("source"),
        currency=_currency(top),
        date_format=top.text("date_format"),
        prices_from=_day(top),
        files=tuple(_file(one) for one in top.parts("files")),
    )


def _file(part: _Part) -> FileMapping:
    try:
        record = RecordKind(part.text("record"))
    except ValueError as error:
        known = ", ".join(RecordKind)
        raise BadMapping(because("A record is one of %(known)s.", known=known), field=f"{part.at}/record") from error
    columns = part.texts("columns")
    fields = FIELDS[record]
    if unknown := sorted(set(columns) - set(fields)):
        raise BadMapping(
            because("%(record)s has no field %(unknown)s.", record=record, unknown=unknown[0]),
            field=f"{part.at}/columns/{unknown[0]}",
        )
    if lacking := sorted(name for name, rule in fields.items() if rule.required and name not in columns):
        raise BadMapping(
            because("%(record)s needs the field %(lacking)s.", record=record, lacking=lacking[0]),
            field=f"{part.at}/columns",
        )
    stages = part.texts("stages")
    if any(fields[name].kind is FieldKind.STAGE for name in columns) and not stages:
        raise BadMapping(because("The mapping says of no stage what it is here."), field=f"{part.at}/stages")
    return FileMapping(
        file=part.text("file"),
        record=record,
        key=part.text("key"),
        columns=columns,
        ignored=part.texts("ignored"),
        spellings={column: inner.all_texts() for column, inner in part.inner("spellings").items()},
        stages=stages,
        takes_list_price=part.choice("open_amount", ("list_price",)) == "list_price",
    )


def _currency(top: _Part) -> str:
    code = top.text("currency")
    if len(code) != 3 or not (code.isascii() and code.isupper()):
        raise BadMapping(because("A currency has three letters, as in ISO 4217."), field="/mapping/currency")
    return code


def _day(top: _Part) -> date:
    try:
        return date.fromisoformat(top.text("prices_from"))
    except ValueError as error:
        raise BadMapping(because("A date is written 2016-01-31."), field="/mapping/prices_from") from error


@dataclass(frozen=True)
class _Part:
    """A part of the mapping's JSON and the pointer to it."""

    said: Any
    at: str

    def text(self, name: str) -> str:
        """A text that must be there."""
        found = self._object().get(name)
        if not isinstance(found, str) or not found:
            raise BadMapping(because("%(name)s is missing, or no text.", name=name), field=f"{self.at}/{name}")
        return found

    def choice(self, name: str, known: Sequence[str]) -> str | None:
        """One of `known`, if it is there."""
        found = self._object().get(name)
        if found is not None and found not in known:
            raise BadMapping(
                because("%(name)s is one of %(known)s.", name=name, known=", ".join(known)), field=f"{self.at}/{name}"
            )
        return found

    def parts(self, name: str) -> list[_Part]:
        """The parts of a list that must not be empty."""
        found = self._object().get(name)
        if not isinstance(found, list) or not found:
            raise BadMapping(because("%(name)s is missing, or no list.", name=name), field=f"{self.at}/{name}")
        return [_Part(one, f"{self.at}/{name}/{position}") for position, one in enumerate(found)]

    def inner(self, name: str) -> dict[str, _Part]:
        """The parts of an object, which may be missing."""
        inside = _Part(self._object().get(name, {}), f"{self.at}/{name}")
        return {str(key): _Part(value, f"{inside.at}/{key}") for key, value in inside._object().items()}

    def texts(self, name: str) -> dict[str, str]:
        """An object of texts, which may be missing."""
        return _Part(self._object().get(name, {}), f"{self.at}/{name}").all_texts()

    def all_texts(self) -> dict[str, str]:
        """The object itself, all of whose values are texts."""
        found = self._object()
        if any(not isinstance(value, str) for value in found.values()):
            raise BadMapping(because("Every value here is a text."), field=self.at)
        return found

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.said, dict):
            raise BadMapping(because("An object is expected here."), field=self.at)
        return self.said


def shipped_mapping() -> str:
    """The mapping that comes with crm, as JSON."""
    return SHIPPED.read_text(encoding="utf-8")

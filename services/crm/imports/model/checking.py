"""What one line becomes, by rule, with a note of everything that was mapped; or why it is rejected."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from collections.abc import Mapping as Of
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.crm.imports.model import cells
from services.crm.imports.model.cells import BadCell, normalised
from services.crm.imports.model.mapping import FileMapping, Mapping
from services.crm.imports.model.reading import RawLine
from services.crm.imports.model.records import FIELDS, FieldKind, FieldRule, Note, NoteKind, RecordKind

Value = dict[str, Any]
CLOSED = ("won", "lost")


@dataclass(frozen=True)
class Target:
    """A record of the same source that a line may refer to."""

    key: str
    record_id: UUID
    value: Of[str, Any]


class Targets:
    """The records of one kind that lines refer to, found by key, or by the key's letters alone where unambiguous."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._exact = {target.key: target for target in targets}
        self._loose: dict[str, list[Target]] = {}
        for target in self._exact.values():
            self._loose.setdefault(normalised(target.key), []).append(target)

    def find(self, text: str) -> Target | None:
        """The record called `text`, even if spaces, signs or capitals differ."""
        if text in self._exact:
            return self._exact[text]
        near = self._loose.get(normalised(text), [])
        return near[0] if len(near) == 1 else None


@dataclass
class CheckedLine:
    """What a line becomes: the record's value, or none if it is rejected; `notes` say why."""

    line: int
    key: str
    cells: list[str]
    value: Value | None = None
    notes: list[Note] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """What tells a changed record from an unchanged one."""
        return hashlib.sha256(json.dumps(self.value, sort_keys=True).encode()).hexdigest()

    @property
    def is_rejected(self) -> bool:
        """Whether something in the line cannot be mapped."""
        return any(note.kind is NoteKind.REJECTED for note in self.notes)

    def reject(self, column: str, value: str, reason: str, remedy: str) -> None:
        """Say why the line cannot be imported."""
        self.notes.append(Note(NoteKind.REJECTED, column, value, reason=reason, remedy=remedy))
        self.value = None

    def mapped(self, column: str, value: str, becomes: str, rule: str) -> None:
        """Say what was changed on the way in, and by which rule."""
        self.notes.append(Note(NoteKind.MAPPED, column, value, becomes=becomes, rule=rule))


@dataclass(frozen=True)
class Checker:
    """Checks the lines of one file; `known` has what they may refer to, by kind."""

    mapping: Mapping
    file: FileMapping
    header: list[str]
    known: Of[RecordKind, Targets]
    names: Of[RecordKind, list[str]]
    """Names to suggest where one is not known."""

    def check(self, raw: RawLine) -> CheckedLine:
        """Map one line; everything wrong with it is noted, not only the first."""
        row = dict(zip(self.header, raw.cells, strict=False))
        checked = CheckedLine(raw.line, row.get(self.file.key, ""), raw.cells)
        if raw.fault:
            remedy = "Correct the line in the file, or export it again as UTF-8 with quotes round such cells."
            checked.reject("", self._shown(raw.cells), raw.fault, remedy)
            return checked
        self._check_key(checked)
        fields = {name: self._read(name, row, checked) for name in self.file.columns}
        if not checked.is_rejected:
            checked.value = BUILDERS[self.file.record](self, fields, row, checked)
        if checked.is_rejected:
            checked.value = None
        return checked

    def _check_key(self, checked: CheckedLine) -> None:
        try:
            if not cells.read_text(checked.key):
                raise BadCell("The line has no id.", f"Fill {self.file.key}.")
        except BadCell as bad:
            checked.reject(self.file.key, checked.key, bad.reason, bad.remedy)

    def spelled(self, column: str, text: str) -> str:
        """What the mapping says should stand there instead of `text`."""
        return self.file.spellings.get(column, {}).get(text, text)

    def wanted(self, lines: Iterable[RawLine]) -> dict[RecordKind, set[str]]:
        """The names by which `lines` refer to other records, by kind."""
        found: dict[RecordKind, set[str]] = {}
        for name, column in self.file.columns.items():
            rule = FIELDS[self.file.record][name]
            if rule.kind is FieldKind.REFERENCE and rule.of is not None:
                at = self.header.index(column)
                texts = {self.spelled(column, raw.cells[at]) for raw in lines if not raw.fault}
                found.setdefault(rule.of, set()).update(texts - {""})
        return found

    def _read(self, name: str, row: Of[str, str], checked: CheckedLine) -> Any:
        column = self.file.columns[name]
        rule, given = FIELDS[self.file.record][name], row[column]
        text = self.spelled(column, given)
        if text != given:
            checked.mapped(column, given, text, "spelling named in the mapping")
        try:
            if not text:
                if rule.required:
                    raise BadCell("The cell is empty.", f"Fill {column}.")
                return None
            return self._meaning(rule, text, column, checked)
        except BadCell as bad:
            checked.reject(column, given, bad.reason, bad.remedy)
            return None

    def _meaning(self, rule: FieldRule, text: str, column: str, checked: CheckedLine) -> Any:
        cells.read_text(text)
        if rule.kind is FieldKind.DATE:
            return cells.read_date(text, self.mapping.date_format)
        if rule.kind is FieldKind.REFERENCE and rule.of is not None:
            return self._target(rule.of, text, column, checked)
        if rule.kind is FieldKind.STAGE:
            return self._stage(text)
        plain = {
            FieldKind.AMOUNT: cells.read_amount,
            FieldKind.WHOLE_NUMBER: cells.read_whole_number,
            FieldKind.COUNTRY: cells.read_country,
        }
        return plain.get(rule.kind, cells.read_text)(text)

    def _target(self, kind: RecordKind, text: str, column: str, checked: CheckedLine) -> Target:
        found = self.known[kind].find(text)
        if found is None:
            remedy = cells.did_you_mean(text, self.names.get(kind, []))
            raise BadCell(f"There is no {kind.replace('_', ' ')} of this name.", remedy)
        if found.key != text:
            checked.mapped(column, text, found.key, "same letters, other spaces, signs or capitals")
        return found

    def _stage(self, text: str) -> str:
        if text not in self.file.stages:
            known = ", ".join(self.file.stages)
            raise BadCell("The mapping knows no such stage.", f"Use one of {known}, or add it to the mapping.")
        return self.file.stages[text]

    def _shown(self, given: list[str]) -> str:
        return self.file.file + ": " + " | ".join(given)[: cells.LONGEST]


def _sales_person(checker: Checker, fields: Value, row: Of[str, str], checked: CheckedLine) -> Value:
    subject = cells.log_in_of(fields["name"])
    checked.mapped(checker.file.columns["name"], fields["name"], subject, "log-in from the name")
    return _plain(fields) | {"subject": subject}


def _account(checker: Checker, fields: Value, row: Of[str, str], checked: CheckedLine) -> Value:
    return _plain(fields) | {"currency": checker.mapping.currency}


def _product(checker: Checker, fields: Value, row: Of[str, str], checked: CheckedLine) -> Value:
    prices = {"currency": checker.mapping.currency, "starts_on": checker.mapping.prices_from.isoformat()}
    return _plain(fields) | prices | {"code": checked.key}


def _opportunity(checker: Checker, fields: Value, row: Of[str, str], checked: CheckedLine) -> Value:
    stage, engaged, closed = fields["stage"], fields.get("engaged_on"), fields.get("closed_on")
    product: Target = fields["product"]
    account: Target | None = fields.get("account")
    columns = checker.file.columns
    if stage in CLOSED and closed is None:
        column = columns.get("closed_on", "")
        checked.reject(column, "", "A closed deal has the day on which it was closed.", f"Fill {column}.")
    if stage not in CLOSED and closed is not None:
        checked.reject(
            columns["closed_on"], row[columns["closed_on"]], "An open deal is not closed yet.", "Empty the cell."
        )
    if engaged and closed and closed < engaged:
        value = row[columns["closed_on"]]
        remedy = "Correct one of the two dates."
        checked.reject(columns["closed_on"], value, "The deal was closed before it was engaged.", remedy)
    amount = _amount(checker, fields, product, checked)
    return {
        "name": f"{product.value['name']} for {account.value['name']}" if account else product.value["name"],
        "currency": checker.mapping.currency,
        "account_id": str(account.record_id) if account else None,
        "owner": fields["owner"].value["subject"],
        "stage": stage,
        "engaged_on": engaged.isoformat() if engaged else None,
        "closed_on": closed.isoformat() if closed else None,
        "amount": str(amount),
    }


def _amount(checker: Checker, fields: Value, product: Target, checked: CheckedLine) -> Decimal:
    amount: Decimal | None = fields.get("amount")
    if amount is not None:
        return amount
    column = checker.file.columns.get("amount", "")
    if fields["stage"] == "won":
        checked.reject(column, "", "A won deal has an amount.", f"Fill {column}.")
    elif fields["stage"] != "lost" and checker.file.takes_list_price:
        checked.mapped(column, "", product.value["list_price"], "list price, since an open deal has no amount yet")
        return Decimal(product.value["list_price"])
    return Decimal()


def _plain(fields: Value) -> Value:
    return {
        name: str(value) if isinstance(value, Decimal) else "" if value is None and _is_text(name) else value
        for name, value in fields.items()
    }


def _is_text(name: str) -> bool:
    return name in {"manager", "office", "sector", "series", "country"}


BUILDERS = {
    RecordKind.SALES_PERSON: _sales_person,
    RecordKind.ACCOUNT: _account,
    RecordKind.PRODUCT: _product,
    RecordKind.OPPORTUNITY: _opportunity,
}

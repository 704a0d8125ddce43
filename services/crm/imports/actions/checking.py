"""Checking the lines of an import, slice by slice: nothing is written but what would become of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from services.crm.imports import store
from services.crm.imports.model.checking import CheckedLine, Checker, Targets
from services.crm.imports.model.mapping import FileMapping, Mapping, read_mapping
from services.crm.imports.model.reading import PIECE, RawLine, Slice, read_slice
from services.crm.imports.model.records import FIELDS, Fate, FieldKind, RecordKind
from services.crm.opportunities.actions import deals_worked_on_here
from services.crm.permissions import Permission
from shared.work import Work

AT_ONCE = 500


@dataclass(frozen=True)
class Place:
    """Where in which file the next record starts."""

    file: int
    offset: int
    line: int


async def check_slice(work: Work, import_id: UUID, place: Place | None) -> tuple[Place | None, int]:
    """Check the next lines; gives where to go on, if anywhere, and how many lines were read."""
    work.actor.must(Permission.IMPORT_RECORDS)
    await store.plan_anew(work)
    asked = await store.find(work, import_id)
    mapping = read_mapping(asked.mapping)
    files = await store.files(work, import_id)
    place = place or Place(0, files[0].starts_at, 2)
    file = files[place.file]
    found = await _read(work, import_id, file, place)
    checking = Checking(work, import_id, mapping, mapping.file(file.name), file)
    if found.records:
        await checking.check(found.records)
    if found.offset < file.size:
        return Place(place.file, found.offset, found.line), len(found.records)
    await checking.finish()
    following = place.file + 1
    if following == len(files):
        return None, len(found.records)
    return Place(following, files[following].starts_at, 2), len(found.records)


async def _read(work: Work, import_id: UUID, file: store.File, place: Place) -> Slice:
    piece = await store.piece(work, import_id, file.position, offset=place.offset, size=PIECE)
    return read_slice(
        piece,
        offset=place.offset,
        line=place.line,
        delimiter=file.delimiter,
        width=len(file.header),
        is_last=place.offset + len(piece) >= file.size,
        at_most=AT_ONCE,
    )


@dataclass(frozen=True)
class Checking:
    """Checks lines of one file against each other and against what was imported before."""

    work: Work
    import_id: UUID
    mapping: Mapping
    rules: FileMapping
    file: store.File

    async def check(self, records: Sequence[RawLine]) -> None:
        """Keep what will become of these lines."""
        checker = await self._checker(records)
        checked = [checker.check(raw) for raw in records]
        await self._reject_repeated(checked)
        await store.keep_lines(self.work, self.import_id, self.file, await self._fates(checked))

    async def finish(self) -> None:
        """Reject the lines that refer to lines of the same file that are not there."""
        for name, column in self.rules.columns.items():
            if FIELDS[self.file.record][name].kind is FieldKind.SAME_FILE:
                await store.reject_orphans(
                    self.work,
                    self.import_id,
                    position=self.file.position,
                    source=self.mapping.source,
                    column=column,
                )

    async def _checker(self, records: Sequence[RawLine]) -> Checker:
        source, known, names = self.mapping.source, {}, {}
        blank = Checker(self.mapping, self.rules, self.file.header, {}, {})
        for kind, wanted in blank.wanted(records).items():
            found = Targets(await store.targets(self.work, self.import_id, source, kind, wanted))
            known[kind] = found
            if any(found.find(name) is None for name in wanted):
                names[kind] = await store.suggestions(self.work, self.import_id, source, kind)
        return Checker(self.mapping, self.rules, self.file.header, known, names)

    async def _reject_repeated(self, checked: Sequence[CheckedLine]) -> None:
        good = [line for line in checked if not line.is_rejected]
        seen = await store.seen_keys(self.work, self.import_id, self.file.record, [line.key for line in good])
        for line in good:
            if line.key in seen:
                reason = f"Line {seen[line.key]} has the same id, and it is taken."
                line.reject(self.rules.key, line.key, reason, "Remove one of the lines, or give it its own id.")
            else:
                seen[line.key] = line.line

    async def _fates(self, checked: Sequence[CheckedLine]) -> list[store.Known]:
        keys = [line.key for line in checked if not line.is_rejected]
        before = await store.existing(self.work, self.mapping.source, self.file.record, keys)
        changed = [line for line in checked if line.key in before and before[line.key].digest != line.digest]
        await self._reject_worked_on(changed, {key: one.record_id for key, one in before.items()})
        return [self._fate(line, before.get(line.key)) for line in checked]

    async def _reject_worked_on(self, changed: Sequence[CheckedLine], ids: dict[str, UUID]) -> None:
        if self.file.record is not RecordKind.OPPORTUNITY or not changed:
            return
        worked_on = await deals_worked_on_here(self.work, [ids[line.key] for line in changed])
        for line in changed:
            if ids[line.key] in worked_on:
                reason = "The deal was closed or given lines here since it was imported."
                line.reject(self.rules.key, line.key, reason, "Change it here, and take the line out of the file.")

    def _fate(self, line: CheckedLine, before: store.Existing | None) -> store.Known:
        if line.is_rejected:
            return store.Known(line, Fate.REJECTED, None)
        if before is None:
            name = f"{self.mapping.source}/{self.file.record}/{line.key}"
            return store.Known(line, Fate.CREATED, uuid5(self.work.actor.tenant_id, name))
        fate = Fate.UNCHANGED if before.digest == line.digest else Fate.UPDATED
        return store.Known(line, fate, before.record_id)

"""Files that wait to be imported, and what a person has said of their columns so far."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from services.crm.imports.model.records import NoSuchPreparation
from services.crm.imports.store.tables import import_preparations, import_uploads
from shared.work import Work


class Sent(Protocol):
    """A file as it was sent."""

    @property
    def stem(self) -> str: ...
    @property
    def content(self) -> bytes: ...


async def add_preparation(work: Work, preparation_id: UUID, mapping: str, files: Sequence[Sent]) -> None:
    """Keep files and a first mapping."""
    await work.session.execute(
        insert(import_preparations).values(
            id=preparation_id, mapping=mapping, prepared_by=work.actor.subject, prepared_at=work.now
        )
    )
    rows = [
        {
            "preparation_id": preparation_id,
            "position": position,
            "stem": file.stem,
            "content": file.content,
            "sha256": hashlib.sha256(file.content).hexdigest(),
        }
        for position, file in enumerate(files)
    ]
    await work.session.execute(insert(import_uploads), rows)


async def find_preparation(work: Work, preparation_id: UUID) -> Row[Any]:
    """What was prepared, locked until this work ends; raises NoSuchPreparation."""
    wanted = select(import_preparations).where(import_preparations.c.id == preparation_id).with_for_update()
    found = (await work.session.execute(wanted)).one_or_none()
    if found is None:
        raise NoSuchPreparation()
    return found


async def uploads(work: Work, preparation_id: UUID) -> Sequence[Row[Any]]:
    """The files of a preparation with their content, in the order in which they were sent."""
    wanted = select(import_uploads).where(import_uploads.c.preparation_id == preparation_id)
    return (await work.session.execute(wanted.order_by(import_uploads.c.position))).all()


async def keep_mapping(work: Work, preparation_id: UUID, mapping: str) -> None:
    """Keep what is said of the columns now."""
    told = update(import_preparations).where(import_preparations.c.id == preparation_id)
    await work.session.execute(told.values(mapping=mapping))

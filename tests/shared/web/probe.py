"""A service as small as one can be, to try the chassis on: notes that somebody writes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlalchemy import Column, Integer, String, Uuid, insert, select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.suite.databases import ServiceDatabase
from shared import audit
from shared.actor import Role
from shared.contracts.base import Amount
from shared.database import Schema, amount, belongs_to, only_one, page
from shared.errors import Conflict, NotFound
from shared.messaging import schema as messaging
from shared.migrations import secure
from shared.web import (
    Body,
    Cursor,
    InWork,
    Limit,
    PageOf,
    View,
    WorkRoute,
    idempotency,
    key_required,
    must_match,
    refusals,
    set_etag,
)
from shared.web.limits import MIB

schema = Schema("probe")
notes = schema.table(
    "notes",
    Column("id", Uuid, primary_key=True),
    Column("title", String, nullable=False),
    Column("about", Uuid),
    amount("worth"),
    Column("version", Integer, nullable=False, server_default="1"),
    belongs_to("about", "notes"),
    only_one("title"),
)
audit.declare(schema)
idempotency.declare(schema)


class Permission(StrEnum):
    WRITE = "probe.write"


class NoSuchNote(NotFound):
    """There is no such note."""


class NoteIsSecret(Conflict):
    """This note is secret.

    Ask its author.
    """


class Line(Body):
    words: str


class NewNote(Body):
    title: Annotated[str, Field(min_length=1)]
    worth: Amount
    about: UUID | None = None
    lines: tuple[Line, ...] = ()


class NoteView(View):
    id: UUID
    title: str
    worth: Amount
    version: int


router = APIRouter(prefix="/notes", tags=["notes"], route_class=WorkRoute)


@router.put("/{note_id}", status_code=201, responses=refusals(NoteIsSecret))
async def write(note_id: UUID, body: NewNote, work: InWork, response: Response) -> NoteView:
    """Write a note."""
    work.actor.must(Permission.WRITE)
    values = {"id": note_id, "title": body.title, "worth": body.worth, "about": body.about}
    row = (await work.session.execute(insert(notes).values(values).returning(notes))).one()
    if body.title == "secret":
        raise NoteIsSecret(field="/title")
    response.headers["location"] = f"/api/v1/notes/{note_id}"
    set_etag(response, row.version)
    return NoteView.model_validate(row)


@router.get("")
async def read_all(work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[NoteView]:
    """Every note, by title."""
    found = await page(work.session, select(notes), keys=(notes.c.title, notes.c.id), cursor=cursor, limit=limit)
    return PageOf.of(found, NoteView)


@router.get("/{note_id}")
async def read(note_id: UUID, work: InWork, response: Response) -> NoteView:
    """One note."""
    row = (await work.session.execute(select(notes).where(notes.c.id == note_id))).one_or_none()
    if row is None:
        raise NoSuchNote()
    set_etag(response, row.version)
    return NoteView.model_validate(row)


class NewTitle(Body):
    title: str


@router.patch("/{note_id}")
async def rename(note_id: UUID, body: NewTitle, work: InWork, request: Request, response: Response) -> NoteView:
    """Rename a note as it was seen."""
    row = (await work.session.execute(select(notes).where(notes.c.id == note_id).with_for_update())).one_or_none()
    if row is None:
        raise NoSuchNote()
    must_match(request, row.version)
    change = update(notes).where(notes.c.id == note_id).values(title=body.title, version=row.version + 1)
    changed = (await work.session.execute(change.returning(notes))).one()
    set_etag(response, changed.version)
    return NoteView.model_validate(changed)


@router.post("/{note_id}/copies")
async def copy(note_id: UUID, body: NewNote, work: InWork) -> NoteView:
    """Copy a note under a title of its own, taking a while over it."""
    work.actor.must(Permission.WRITE)
    await work.session.execute(text("select pg_sleep(0.2)"))
    values = {"id": note_id, "title": body.title, "worth": body.worth}
    return NoteView.model_validate((await work.session.execute(insert(notes).values(values).returning(notes))).one())


@router.post("/{note_id}/payment", dependencies=[Depends(key_required)])
async def pay(note_id: UUID, work: InWork) -> NoteView:
    """Double what a note is worth."""
    change = update(notes).where(notes.c.id == note_id).values(worth=notes.c.worth * 2).returning(notes)
    return NoteView.model_validate((await work.session.execute(change)).one())


@router.post("/fault")
async def fail(work: InWork) -> None:
    """Fail as nobody foresaw, after having written."""
    await work.session.execute(update(notes).values(title="broken"))
    raise KeyError("a secret of the inside")


class Size(View):
    bytes: int


@router.put("/{note_id}/file", max_body_size=20 * MIB)
async def attach(note_id: UUID, request: Request, work: InWork) -> Size:
    """Take a file of up to 20 MiB."""
    return Size(bytes=len(await request.body()))


class Probe:
    """The descriptor, cut down to what is served."""

    name = "probe"
    all_routers = (router,)
    asyncapi: ClassVar[dict[str, Any]] = {"asyncapi": "3.1.0"}

    def permissions_of(self, roles: frozenset[str]) -> frozenset[str]:
        """Only project managers write."""
        return frozenset({Permission.WRITE}) if Role.PROJECT_MANAGER in roles else frozenset()


async def make_tables(database: ServiceDatabase) -> None:
    """Make the probe's tables as a migration would, and a constraint that looks only when all is done."""
    engine = create_async_engine(database.owner_url)
    async with engine.begin() as connection:
        await connection.run_sync(messaging.create)
        await connection.execute(text("create table alembic_version (version_num varchar(32) primary key)"))
        await connection.execute(text("insert into alembic_version values ('0001')"))
        await connection.run_sync(schema.metadata.create_all)
        for statement in secure(schema.metadata, "probe_app"):
            await connection.execute(text(statement))
        await connection.execute(text(REFUSED_AT_COMMIT))
        await connection.execute(text(REFUSE_LATE))
    await engine.dispose()


REFUSED_AT_COMMIT = """
create function refuse_late() returns trigger language plpgsql as $$
begin
    if new.title = 'refused at commit' then
        raise unique_violation using message = 'too late';
    end if;
    return null;
end $$
"""
REFUSE_LATE = """
create constraint trigger refuse_late after insert on notes deferrable initially deferred
for each row execute function refuse_late()
"""

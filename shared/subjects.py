"""Who is who: which log-in belongs to which person, as resourcing announces it.

Every service keeps this map, so that "nobody approves their own" is decided on the person and not on the log-in. A
log-in that was changed still stands for whoever did things with it, until somebody else is given it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, ColumnElement, String, Table, Uuid, column, func, select, table, text
from sqlalchemy.dialects.postgresql import insert

from shared.contracts.resourcing import PersonChanged
from shared.database import Schema, found_by
from shared.messaging.reactions import Reactions
from shared.transactions import send
from shared.work import Work

people = table("subjects", column("person_id", Uuid), column("name", String))
log_ins = table("log_ins", column("person_id", Uuid), column("subject", String))


def declare(schema: Schema) -> None:
    """Give the service its tables: people with their present log-in, and whose each log-in was last."""
    schema.table(
        "subjects",
        Column("person_id", Uuid, primary_key=True),
        Column("subject", String),
        Column("name", String, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        found_by("subject", why="the person who has a log-in now"),
        audited=False,
    )
    schema.table(
        "log_ins",
        Column("subject", String, primary_key=True),
        Column("person_id", Uuid, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        audited=False,
    )


def name_of(login: ColumnElement[str]) -> ColumnElement[str]:
    """For a statement: what whoever has or had `login` last is called, or the log-in itself where nobody is known."""
    named = select(people.c.name).where(log_ins.c.subject == login, people.c.person_id == log_ins.c.person_id)
    return func.coalesce(named.scalar_subquery(), login)


def reactions(schema: Schema) -> Reactions:
    """Keep the map of log-ins up to date from PersonChanged."""
    known, owned = schema.metadata.tables["subjects"], schema.metadata.tables["log_ins"]
    told = Reactions()

    @told.on(PersonChanged, consumer=f"{schema.service}.remember_person")
    async def remember_person(work: Work, event: PersonChanged, sequence: int) -> None:
        person = {"subject": event.subject_id, "name": event.name, "sequence": sequence}
        await _keep_latest(work, known, {"person_id": event.person_id}, person)
        if event.subject_id is not None:
            owner = {"person_id": event.person_id, "sequence": sequence}
            await _keep_latest(work, owned, {"subject": event.subject_id}, owner)

    return told


async def _keep_latest(work: Work, table: Table, key: dict[str, Any], row: dict[str, Any]) -> None:
    """Have `row` under `key`, unless what is there was announced later."""
    await work.session.execute(
        insert(table)
        .values(**key, **row)
        .on_conflict_do_update(
            index_elements=["tenant_id", *key],
            set_=row,
            where=table.c.sequence < row["sequence"],
        )
    )


PERSON_OF = "select person_id from log_ins where subject = {}"  # completed by where the subject stands
PERSON = text(PERSON_OF.format(":subject"))


async def acting_person(work: Work) -> UUID | None:
    """The person behind the log-in that acts, if resourcing has announced one."""
    return await person_of(work, work.actor.subject)


async def person_of(work: Work, subject: str) -> UUID | None:
    """The person behind `subject`, if resourcing has announced one; the same one for as long as `work` lasts."""
    if subject not in work.people:
        found = await send(work.session, PERSON, {"subject": subject})
        work.people[subject] = found[0].person_id if found else None
    return work.people[subject]


async def is_same_person(work: Work, subject: str) -> bool:
    """Whether the log-in that acts and `subject` are the same log-in or belong to the same person."""
    if subject == work.actor.subject:
        return True
    acting = await acting_person(work)
    return acting is not None and acting == await person_of(work, subject)

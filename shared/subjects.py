"""Who is who: which log-in belongs to which person, as resourcing announces it.

Every service keeps this map, so that "nobody approves their own" is decided on the person and not on the log-in.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Column, String, Uuid, text
from sqlalchemy.dialects.postgresql import insert

from shared.contracts.resourcing import PersonChanged
from shared.database import Schema, found_by
from shared.messaging.reactions import Reactions
from shared.work import Work


def declare(schema: Schema) -> None:
    """Give the service its table of log-ins."""
    schema.table(
        "subjects",
        Column("person_id", Uuid, primary_key=True),
        Column("subject", String),
        Column("name", String, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        found_by("subject", why="the person behind a log-in"),
        audited=False,
    )


def reactions(schema: Schema) -> Reactions:
    """Keep the map of log-ins up to date from PersonChanged."""
    table = schema.metadata.tables["subjects"]
    told = Reactions()

    @told.on(PersonChanged, consumer=f"{schema.service}.remember_person")
    async def remember_person(work: Work, event: PersonChanged, sequence: int) -> None:
        row = {"subject": event.subject_id, "name": event.name, "sequence": sequence}
        await work.session.execute(
            insert(table)
            .values(person_id=event.person_id, **row)
            .on_conflict_do_update(
                index_elements=["tenant_id", "person_id"],
                set_=row,
                where=table.c.sequence < sequence,
            )
        )

    return told


PERSON = text("select person_id from subjects where subject = :subject order by sequence desc limit 1")


async def acting_person(work: Work) -> UUID | None:
    """The person behind the log-in that acts, if resourcing has announced one."""
    found: UUID | None = await work.session.scalar(PERSON, {"subject": work.actor.subject})
    return found


async def person_of(work: Work, subject: str) -> UUID | None:
    """The person behind `subject`, if resourcing has announced one."""
    found: UUID | None = await work.session.scalar(PERSON, {"subject": subject})
    return found


async def is_same_person(work: Work, subject: str) -> bool:
    """Whether the log-in that acts and `subject` are the same log-in or belong to the same person."""
    if subject == work.actor.subject:
        return True
    acting = await acting_person(work)
    return acting is not None and acting == await person_of(work, subject)

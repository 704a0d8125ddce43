"""How resourcing's copy of projects is kept."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, String, Uuid, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.resourcing.projects.model import Project
from services.resourcing.tables import schema
from shared.work import Work

KEY = ["tenant_id", "id"]

projects = schema.table(
    "projects",
    Column("id", Uuid, primary_key=True),
    Column("number", String),
    Column("name", String),
    Column("account_id", Uuid),
    Column("thread_id", Uuid),
    Column("closed_on", Date),
    Column("closed_sequence", BigInteger),
    audited=False,
)
schema.map(Project, projects)


async def remember(work: Work, project_id: UUID) -> None:
    """Have a row for this project, whatever is known of it, so that it can be locked."""
    await work.session.execute(insert(projects).values(id=project_id).on_conflict_do_nothing())


async def describe(
    work: Work, project_id: UUID, *, number: str, name: str, account_id: UUID, thread_id: UUID | None
) -> None:
    """Keep what was said when the project was opened, which never changes."""
    said = {"number": number, "name": name, "account_id": account_id, "thread_id": thread_id}
    statement = insert(projects).values(id=project_id, **said)
    await work.session.execute(statement.on_conflict_do_update(index_elements=KEY, set_=said))


async def close(work: Work, project_id: UUID, *, closed_on: date, sequence: int) -> None:
    """Keep the last day of the project, if nothing newer was said of it; locks it until this work ends."""
    said = {"closed_on": closed_on, "closed_sequence": sequence}
    newer = or_(projects.c.closed_sequence.is_(None), projects.c.closed_sequence < sequence)
    statement = insert(projects).values(id=project_id, **said)
    await work.session.execute(statement.on_conflict_do_update(index_elements=KEY, set_=said, where=newer))


async def hold(work: Work, project_id: UUID) -> Project | None:
    """The project, which cannot be closed before this work ends."""
    found: Project | None = await work.session.scalar(
        select(Project).where(projects.c.id == project_id).with_for_update(read=True)
    )
    return found

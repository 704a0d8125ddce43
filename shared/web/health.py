"""Whether a process lives, and whether it should be given work.

Live: the loop turns; nothing else is asked, so that a sick database restarts nobody. Ready: the database answers,
keeps what it confirms, and has the structure that this code knows, and the process is not on its way out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.database import Database
from shared.web.front import Drain

Check = Callable[[Database], Awaitable[str | None]]
"""Says what is wrong, or nothing."""

DURABLE = text(
    "select name, setting from pg_settings"
    " where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'"
)
REVISION = text("select version_num from alembic_version")
UNREADY = 503


class Health(BaseModel):
    """Whether all is well, and what is not."""

    ok: bool
    faults: list[str] = []


async def is_durable(database: Database) -> str | None:
    """Says which settings would let the database lose what it has confirmed."""
    async with database.engine.connect() as connection:
        weak = (await connection.execute(DURABLE)).all()
    return f"the database may lose confirmed changes: {', '.join(row.name for row in weak)} off" if weak else None


def is_at(revision: str | None) -> Check:
    """Says when the database is not at `revision`."""

    async def check(database: Database) -> str | None:
        async with database.engine.connect() as connection:
            found = (await connection.execute(REVISION)).scalar()
        return None if found == revision else f"the database is at revision {found}, this code needs {revision}"

    return check


def health(database: Database, drain: Drain, checks: Sequence[Check]) -> APIRouter:
    """`/health/live` and `/health/ready`, for whoever starts, stops and feeds this process."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("/live")
    async def live() -> Health:
        """The loop turns."""
        return Health(ok=True)

    @router.get("/ready", responses={UNREADY: {"model": Health, "description": "not now"}})
    async def ready(response: Response) -> Health:
        """The process can do its work."""
        faults = ["on the way out"] if drain.has_begun else await _faults(database, checks)
        if faults:
            response.status_code = UNREADY
        return Health(ok=not faults, faults=faults)

    return router


async def _faults(database: Database, checks: Sequence[Check]) -> list[str]:
    try:
        found = [await check(database) for check in checks]
    except (SQLAlchemyError, OSError) as error:
        return [f"the database does not answer: {type(error).__name__}"]
    return [fault for fault in found if fault]

"""An import as long work: check every line, then carry out what was found."""

from __future__ import annotations

from services.crm.imports.actions.applying import apply_slice, may_apply
from services.crm.imports.actions.checking import Place, check_slice
from shared.jobs import Job, JobKind, Progress
from shared.work import Work

CHECK, APPLY = "check", "apply"


async def _advance(work: Work, job: Job) -> Progress:
    """Do the next slice of an import."""
    if job.cursor.get("phase", CHECK) == CHECK:
        return await _check(work, job)
    return await _apply(work, job)


async def _check(work: Work, job: Job) -> Progress:
    at = job.cursor.get("place")
    place, read = await check_slice(work, job.id, Place(*at) if at else None)
    done = job.done + read
    lines_read = job.cursor.get("read", 0) + read
    if place is not None:
        here = [place.file, place.offset, place.line]
        return Progress(done, job.total, {"phase": CHECK, "place": here, "read": lines_read})
    if await may_apply(work, job.id):
        return Progress(done, job.total, {"phase": APPLY, "after": None, "read": lines_read})
    return Progress(job.total, job.total, result={"lines_read": lines_read, "applied": False})


async def _apply(work: Work, job: Job) -> Progress:
    at = job.cursor["after"]
    after, applied = await apply_slice(work, job.id, (at[0], at[1]) if at else None)
    lines_read = job.cursor["read"]
    if after is None:
        return Progress(job.total, job.total, result={"lines_read": lines_read, "applied": True})
    cursor = {"phase": APPLY, "after": list(after), "read": lines_read}
    return Progress(min(job.done + applied, job.total), job.total, cursor)


IMPORT = JobKind("crm.import", _advance)

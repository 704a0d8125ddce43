"""What every service does by the calendar."""

from __future__ import annotations

from datetime import timedelta

from shared.jobs.job import CalendarJob, Job, Progress
from shared.web import idempotency
from shared.work import Work

ANSWERS_KEPT = timedelta(days=7)


async def forget_answers(work: Work, job: Job) -> Progress:
    """Forget a batch of the answers that nobody will ask for again."""
    forgotten = await idempotency.forget(work, before=work.now - ANSWERS_KEPT)
    done = job.done + forgotten
    return Progress(done, done, cursor={} if forgotten == idempotency.FORGET_AT_ONCE else None)


FORGET_ANSWERS = CalendarJob("upkeep.forget_answers", forget_answers, every=timedelta(days=1))

"""What every service does by the calendar."""

from __future__ import annotations

import logging
from datetime import timedelta

from shared import sealing
from shared.database import Schema
from shared.jobs.job import CalendarJob, Job, Progress
from shared.web import idempotency
from shared.work import Work

log = logging.getLogger(__name__)
ANSWERS_KEPT = timedelta(days=7)


async def forget_answers(work: Work, job: Job) -> Progress:
    """Forget a batch of the answers that nobody will ask for again."""
    forgotten = await idempotency.forget(work, before=work.now - ANSWERS_KEPT)
    done = job.done + forgotten
    return Progress(done, done, cursor={} if forgotten == idempotency.FORGET_AT_ONCE else None)


FORGET_ANSWERS = CalendarJob("upkeep.forget_answers", forget_answers, every=timedelta(days=1))


def reseal_secrets(schema: Schema) -> CalendarJob:
    """Sealing a tenant's secrets by the newest key, so that the ones before may go; also what was never sealed."""

    async def reseal(work: Work, job: Job) -> Progress:
        renewed, unopened = await sealing.renew(work.session, schema.metadata)
        if unopened:
            log.error("%s secrets were sealed by none of the keys in SECRETS_KEY: bring the key back", unopened)
        return Progress(renewed, renewed, result={"unopened": unopened})

    return CalendarJob("upkeep.reseal_secrets", reseal, every=timedelta(days=1))

"""What billing does over time for webhooks: it sends each delivery until it is heard or given up."""

from __future__ import annotations

from uuid import UUID

from services.billing.webhooks.actions import DELIVER, allowed_networks, letter_to_send, note_outcome
from services.billing.webhooks.jobs.sending import sent
from shared.jobs import Job, JobKind, Progress
from shared.work import Work


async def deliver(work: Work, job: Job) -> Progress:
    """Make one attempt; what fails is tried again ever later, with the same id."""
    letter = await letter_to_send(work, UUID(job.payload["delivery_id"]))
    if letter is None:
        return Progress(0, 1)
    failures = int(job.cursor.get("failures", 0))
    outcome = await sent(letter, at=work.now, allowed=allowed_networks())
    pause = await note_outcome(work, letter, outcome, failures=failures)
    if pause is None:
        return Progress(int(outcome.is_heard), 1)
    return Progress(0, 1, cursor={"failures": failures + 1}, pause=pause)


jobs = (JobKind(DELIVER.name, deliver, waits_for_others=True),)

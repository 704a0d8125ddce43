"""Proposing notices: every day by itself, and when somebody asks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from services.billing.dunning import store
from services.billing.dunning.model import Notice, due_step
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.permissions import Permission
from shared.ids import new_id
from shared.jobs import CalendarJob, Job, Progress
from shared.work import Work

AT_ONCE = 500
FIRST = UUID(int=0)


async def propose_dunning(work: Work, legal_entity_id: UUID) -> int:
    """Propose what a legal entity's late claims are due for today; asked again, only what is new. Gives how many.

    Raises NoSuchLegalEntity.
    """
    work.actor.must(Permission.SEND_DUNNING)
    await legal_entity_of(work, legal_entity_id)
    proposed, after = 0, FIRST
    while True:
        new, last = await _propose(work, after, only=[legal_entity_id])
        proposed += new
        if last is None:
            return proposed
        after = last


async def _propose_by_the_calendar(work: Work, job: Job) -> Progress:
    """Look at some late claims, then go on with the next ones."""
    new, last = await _propose(work, UUID(job.cursor.get("after", str(FIRST))))
    done = job.done + new
    return Progress(done, done, cursor=None if last is None else {"after": str(last)})


PROPOSE_DUNNING = CalendarJob("billing.propose_dunning", _propose_by_the_calendar, every=timedelta(days=1))


async def _propose(work: Work, after: UUID, *, only: Collection[UUID] | None = None) -> tuple[int, UUID | None]:
    """How many of the next late claims got a notice, and the last one looked at, unless those were all."""
    today = work.now.date()
    plans = {owner: plan for owner, plan in (await store.plans(work)).items() if only is None or owner in only}
    found = await store.late(work, plans.keys(), today=today, after=after, limit=AT_ONCE) if plans else []
    due = [(one, due_step(one, plans[one.legal_entity_id].steps, today=today)) for one in found]
    new = await store.propose(
        work,
        [
            Notice(new_id(), one.invoice_id, plans[one.legal_entity_id].id, step.number, today)
            for one, step in due
            if step is not None
        ],
    )
    return new, found[-1].invoice_id if len(found) == AT_ONCE else None

"""Recognising a month contract by contract, while nobody waits: some at a time, each lot whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.billing.ledger.queries import books_of
from services.billing.periods.actions import day_to_post
from services.billing.periods.model import month
from services.billing.permissions import Permission
from services.billing.recognition.actions.running import begin_run, recognise_contracts
from services.billing.recognition.model.earned import last_day_of
from services.billing.recognition.store import obligations
from shared import jobs
from shared.actor import Actor
from shared.jobs import Job, JobKind, Progress
from shared.period import Period
from shared.work import Work

AT_ONCE = 200


async def start_recognition(work: Work, run_id: UUID, *, legal_entity: str, period: Period) -> None:
    """Have a month recognised by a job of that id, which does the same as a run. Raises NoBooks, PeriodClosed."""
    work.actor.must(Permission.RECOGNISE_REVENUE)
    await books_of(work, legal_entity)
    await day_to_post(work, legal_entity, last_day_of(period))
    payload = {
        "legal_entity": legal_entity,
        "period": f"{period.starts_on:%Y-%m}",
        "permissions": sorted(work.actor.permissions),
    }
    total = await obligations.contracts_in_all(work, legal_entity)
    await jobs.start(work, RECOGNITION, id=run_id, payload=payload, total=total)


async def _advance(work: Work, job: Job) -> Progress:
    """Recognise the next contracts, as whoever started the job: a month that was closed meanwhile refuses them."""
    owner, period = str(job.payload["legal_entity"]), month(str(job.payload["period"]))
    permissions = frozenset(job.payload["permissions"])
    acting = replace(work, actor=Actor(work.actor.subject, work.actor.tenant_id, permissions=permissions))
    run = await begin_run(acting, job.id, legal_entity=owner, period=period)
    after = job.cursor.get("after")
    lot = await obligations.contracts_after(work, owner, after=UUID(after) if after else None, limit=AT_ONCE)
    if lot:
        await recognise_contracts(acting, run, period, contract_ids=lot)
    done = job.done + len(lot)
    cursor = {"after": str(lot[-1])} if len(lot) == AT_ONCE else None
    return Progress(done, max(done, job.total), cursor=cursor, result={"run_id": str(job.id)})


RECOGNITION = JobKind("billing.recognition", _advance)

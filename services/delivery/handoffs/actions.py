"""What people do with handoffs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.delivery.accounts.queries import account_name
from services.delivery.handoffs import store
from services.delivery.handoffs.model import Handoff
from services.delivery.permissions import Permission
from services.delivery.projects.actions import open_project
from services.delivery.projects.model.project import Project, id_of_project
from services.delivery.templates.queries import template_for
from shared.contracts.delivery import HandoffAccepted, HandoffReturned
from shared.work import Work


async def open_handoff(work: Work, sold: Handoff) -> None:
    """Let delivery decide on `sold`; newer news of the same deal replaces what was not accepted yet."""
    known = await store.find(work, sold.id)
    if known is None:
        store.add(work, sold)
    elif known.is_outdated_by(sold):
        known.take(sold)


async def accept_handoff(work: Work, handoff_id: UUID, *, manager: str | None, starts_on: date | None) -> Project:
    """Take the sold work over: a project stands, with its plan and baseline, and asks for its people."""
    work.actor.must(Permission.DECIDE_HANDOFFS)
    handoff = await store.get(work, handoff_id)
    handoff.accept(by=work.actor.subject, at=work.now)
    choice = await template_for(work, handoff.deal)
    name = await account_name(work, handoff.account_id, sold_as=handoff.account_name)
    scope = handoff.scope(choice, account_name=name)
    work.publish(_accepted(handoff, work))
    return await open_project(work, scope, manager=manager or work.actor.subject, starts_on=starts_on)


async def return_handoff(work: Work, handoff_id: UUID, *, reasons: Sequence[str]) -> Handoff:
    """Send the sold work back to sales, saying what is to be put right."""
    work.actor.must(Permission.DECIDE_HANDOFFS)
    handoff = await store.get(work, handoff_id)
    handoff.send_back(reasons, by=work.actor.subject, at=work.now)
    work.publish(
        HandoffReturned(
            thread_id=handoff.thread_id,
            opportunity_id=handoff.opportunity_id,
            handoff_id=handoff.id,
            reasons=handoff.reasons,
            returned_by=work.actor.subject,
            returned_at=work.now,
        )
    )
    return handoff


def _accepted(handoff: Handoff, work: Work) -> HandoffAccepted:
    return HandoffAccepted(
        thread_id=handoff.thread_id,
        opportunity_id=handoff.opportunity_id,
        handoff_id=handoff.id,
        project_id=id_of_project(handoff.thread_id),
        accepted_by=work.actor.subject,
        accepted_at=work.now,
    )

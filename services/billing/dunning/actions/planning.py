"""Saying the steps of a legal entity, and whom to leave in peace."""

from __future__ import annotations

from uuid import UUID

from services.billing.customers.actions import customer_of
from services.billing.dunning import store
from services.billing.dunning.model import NoSuchPause, Pause, Plan, check_pause, check_steps
from services.billing.invoice_layouts.actions import layout_of
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.permissions import Permission
from services.billing.receivables.actions import locked_positions
from shared.work import Work


async def set_dunning_plan(work: Work, plan: Plan) -> None:
    """Say the steps of a legal entity anew, none to end dunning; steps that were taken for a claim stay taken.

    Raises NoSuchLegalEntity, StepsOutOfOrder, FeeOutOfRange, UnsaidInOwnLanguage, UnknownInLetter.
    """
    work.actor.must(Permission.KEEP_DUNNING_PLAN)
    await legal_entity_of(work, plan.legal_entity_id)
    check_steps(plan.steps, own=(await layout_of(work, plan.legal_entity_id)).language)
    await store.add_plan(work, plan)


async def pause_dunning(work: Work, pause: Pause) -> None:
    """Remind a customer, or of one invoice, no more until the pause ends or is lifted.

    Raises CustomerOrInvoice, NoSuchCustomer, NoSuchReceivable.
    """
    work.actor.must(Permission.SEND_DUNNING)
    check_pause(pause)
    if pause.customer_id is not None:
        await customer_of(work, pause.customer_id)
    if pause.invoice_id is not None:
        await locked_positions(work, [pause.invoice_id])
    await store.add_pause(work, pause)


async def lift_pause(work: Work, pause_id: UUID) -> None:
    """Let reminding go on. Raises NoSuchPause."""
    work.actor.must(Permission.SEND_DUNNING)
    if not await store.lift(work, pause_id):
        raise NoSuchPause()

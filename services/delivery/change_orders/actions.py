"""What people do with change orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.delivery.change_orders import store
from services.delivery.change_orders.model.lines import Asked, ChangedLine, changed_lines, must_leave_enough
from services.delivery.change_orders.model.order import (
    ChangeOrder,
    ChangeOrderExists,
    EndsBeforeItStarts,
    NoSuchChangeOrder,
    Terms,
)
from services.delivery.permissions import Permission
from services.delivery.projects.actions import change_scope, managed_project
from services.delivery.projects.model.added import AddedScope
from services.delivery.projects.model.project import Project
from services.delivery.templates.model.rules import BillingMethod
from shared.contracts import delivery as contracts
from shared.contracts.crm import BillingMethod as ToldMethod
from shared.errors import Stale
from shared.money import Money, total
from shared.work import Work


async def draft_change_order(
    work: Work, change_order_id: UUID, project_id: UUID, *, terms: Terms, lines: Sequence[Asked]
) -> None:
    """Draft a change order; its lines are completed from what is sold now."""
    project = await managed_project(work, project_id)
    changed = await _checked(work, project, change_order_id, terms=terms, lines=lines)
    if await store.find(work, change_order_id) is not None:
        raise ChangeOrderExists()
    number = f"{project.number}/C{await store.count(work, project_id) + 1}"
    order = ChangeOrder(change_order_id, project_id, number, project.price.currency, terms)
    order.write(terms, changed)
    store.add(work, order)


async def rewrite_change_order(
    work: Work, change_order_id: UUID, *, version: int, terms: Terms, lines: Sequence[Asked]
) -> None:
    """Write a draft that is still at `version` anew."""
    order, project = await _managed(work, change_order_id)
    if order.version != version:
        raise Stale()
    order.must_be_draft()
    changed = await _checked(work, project, order.id, terms=terms, lines=lines)
    await store.clear(work, order)
    order.write(terms, changed)


async def submit_change_order(work: Work, change_order_id: UUID) -> ChangeOrder:
    """Put a change order before the client."""
    order, _ = await _managed(work, change_order_id)
    order.submit(by=work.actor.subject, at=work.now)
    return order


async def approve_change_order(
    work: Work, change_order_id: UUID, *, client_approver: str, approved_on: date
) -> ChangeOrder:
    """Note that the client agreed: what is sold, the plan and the end of the project follow, and billing is told."""
    order, _ = await _managed(work, change_order_id)
    order.approve(by=client_approver, on=approved_on, today=work.now.date())
    must_leave_enough(order.lines, await store.sold_lines(work, order.project_id))
    price = total((Money(line.amount_delta, order.currency) for line in order.lines), order.currency)
    added = [
        AddedScope(
            line.line_id,
            line.description,
            is_milestone=line.method is BillingMethod.FIXED_FEE_MILESTONE,
            staffing_role=line.staffing_role,
            minutes=line.minutes_delta or 0,
        )
        for line in order.lines
        if line.is_new
    ]
    ends_before = order.terms.new_ends_before
    project = await change_scope(work, order.project_id, price=price, ends_before=ends_before, added=added)
    await store.keep_approved(work, order)
    work.publish(_approved(order, thread_id=project.thread_id, on=approved_on, by=client_approver))
    return order


async def reject_change_order(
    work: Work, change_order_id: UUID, *, client_approver: str, rejected_on: date, reason: str
) -> ChangeOrder:
    """Note that the client did not agree, and why."""
    order, _ = await _managed(work, change_order_id)
    order.reject(by=client_approver, on=rejected_on, reason=reason)
    return order


async def _managed(work: Work, change_order_id: UUID) -> tuple[ChangeOrder, Project]:
    """A change order and its project, which whoever asks manages; the project is locked first, as everywhere."""
    work.actor.must(Permission.MANAGE_PROJECTS)
    project = await managed_project(work, await store.project_of(work, change_order_id))
    order = await store.find(work, change_order_id)
    if order is None:
        raise NoSuchChangeOrder()
    return order, project


async def _checked(
    work: Work, project: Project, order_id: UUID, *, terms: Terms, lines: Sequence[Asked]
) -> list[ChangedLine]:
    """The lines that are asked for, completed, if they and the new end fit the project."""
    project.must_not_be_closed()
    if terms.new_ends_before is not None and terms.new_ends_before <= project.starts_on:
        raise EndsBeforeItStarts(field="/new_ends_before")
    sold, costs = await store.sold_lines(work, project.id), await store.hourly_costs(work, project.id)
    return changed_lines(order_id, lines, sold, costs, project.price.currency)


def _approved(order: ChangeOrder, *, thread_id: UUID, on: date, by: str) -> contracts.ChangeOrderApproved:
    return contracts.ChangeOrderApproved(
        thread_id=thread_id,
        change_order_id=order.id,
        number=order.number,
        project_id=order.project_id,
        approved_on=on,
        effective_on=order.terms.effective_on,
        client_approver=by,
        reason=order.terms.reason,
        lines=[
            contracts.ChangedLine(
                line_id=line.line_id,
                description=line.description,
                method=ToldMethod(line.method),
                amount_delta=line.amount_delta,
                minutes_delta=line.minutes_delta,
                staffing_role=line.staffing_role,
                hourly_rate=line.hourly_rate,
                product=line.product or None,
                cap_delta=line.cap_delta,
            )
            for line in order.lines
        ],
        new_ends_before=order.terms.new_ends_before,
    )

"""Measuring progress."""

from __future__ import annotations

from uuid import UUID

from services.delivery.change_orders.queries import sold_lines
from services.delivery.progress import store
from services.delivery.progress.model import Asked, LineNotSold, MeasuredInFuture, MeasurementExists, measure
from services.delivery.projects.actions import managed_project
from shared.contracts import delivery as contracts
from shared.work import Work


async def measure_progress(work: Work, measurement_id: UUID, project_id: UUID, *, asked: Asked) -> None:
    """Measure how far a project of one's own is, or one of its lines, and tell billing."""
    project = await managed_project(work, project_id)
    if await store.is_known(work, measurement_id):
        raise MeasurementExists()
    if asked.measured_on > work.now.date():
        raise MeasuredInFuture(field="/measured_on")
    line_id = asked.billing_line_id
    if line_id is not None and line_id not in await sold_lines(work, project_id):
        raise LineNotSold(field="/billing_line_id")
    currency = project.price.currency
    known = await store.facts(work, project_id, currency=currency, line_id=line_id, on=asked.measured_on)
    progress = measure(asked, known)
    await store.keep(work, measurement_id, project_id, asked=asked, progress=progress, currency=currency)
    work.publish(
        contracts.ProgressMeasured(
            thread_id=project.thread_id,
            measurement_id=measurement_id,
            project_id=project_id,
            billing_line_id=line_id,
            method=contracts.ProgressMethod(asked.method),
            measured_on=asked.measured_on,
            fraction_numerator=progress.numerator,
            fraction_denominator=progress.denominator,
            cost_to_date=progress.cost_to_date,
            cost_at_completion=progress.cost_at_completion,
            currency=currency,
            measured_by=work.actor.subject,
        )
    )

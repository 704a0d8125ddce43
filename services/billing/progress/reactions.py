"""What delivery says about how far its projects are."""

from __future__ import annotations

from services.billing.progress.actions import keep_measurement
from services.billing.progress.model import Measurement
from shared.contracts.delivery import ProgressMeasured
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(ProgressMeasured, consumer="billing.keep_progress")
async def on_progress_measured(work: Work, event: ProgressMeasured, sequence: int) -> None:
    """Measured progress is kept for recognising revenue; nothing is posted before a month is recognised."""
    if event.fraction_denominator <= 0:
        return  # of nothing, nothing is done
    measurement = Measurement(
        id=event.measurement_id,
        project_id=event.project_id,
        contract_line_id=event.billing_line_id,
        method=event.method.value,
        measured_on=event.measured_on,
        numerator=event.fraction_numerator,
        denominator=event.fraction_denominator,
        cost_to_date=event.cost_to_date,
        cost_at_completion=event.cost_at_completion,
        currency=event.currency,
        measured_by=event.measured_by,
    )
    await keep_measurement(work, measurement)

"""Taking over what delivery measured."""

from __future__ import annotations

from services.billing.progress import store
from services.billing.progress.model import Measurement
from shared.work import Work


async def keep_measurement(work: Work, measurement: Measurement) -> None:
    """Keep how far sold work is; what was kept before changes nothing."""
    await store.add_new(work, measurement)

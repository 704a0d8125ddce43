"""What billing does over time for billing runs: their contracts, some at a time."""

from __future__ import annotations

from services.billing.billing_runs.actions import RUN

jobs = (RUN,)

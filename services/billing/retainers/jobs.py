"""What is billed by the calendar: every day the months of retainers that have begun."""

from __future__ import annotations

from services.billing.retainers.actions import BILL_RETAINERS

jobs = (BILL_RETAINERS,)

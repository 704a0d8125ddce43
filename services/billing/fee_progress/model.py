"""A fixed fee billed by percent: everything up to the latest measurement, less what was billed before."""

from __future__ import annotations

from shared.errors import Conflict, Invalid

PERCENT_RULE = "percent"


class NotBilledByPercent(Conflict):
    """This line is not billed by percent.

    A percentage is stated on a fixed fee by percent; look at the method of the line.
    """


class StatedInFuture(Invalid):
    """Progress is not stated ahead.

    Leave `stated_on` out to state it as of today.
    """

"""What must be done before a month of the books is closed."""

from __future__ import annotations

from shared.errors import Conflict


class UnsealedEntries(Conflict):
    """Entries of this month are in no batch yet.

    Seal them with POST /ledger-batches, one currency after the other, then close the month.
    """

"""Reading how far caps are used."""

from __future__ import annotations

from datetime import date

from services.billing.caps import store
from services.billing.caps.model import CappedLine
from services.billing.contracts.actions import amendments_of
from services.billing.contracts.model import Contract, Method, terms_on
from services.billing.permissions import Permission
from shared.work import Work


async def caps(work: Work, contract: Contract, on: date) -> list[CappedLine]:
    """The capped lines of a contract, with their caps as agreed on a day."""
    work.actor.must(Permission.SEE_CONTRACTS)
    amendments = await amendments_of(work, contract.id)
    found = []
    for line in contract.lines:
        cap = terms_on(line, amendments, on).cap
        if line.method is Method.TIME_AND_MATERIALS_CAPPED and cap is not None:
            recorded, billed = await store.sums(work, contract.id, line.id)
            found.append(CappedLine(line.id, line.description, contract.currency, cap, recorded, billed))
    return found

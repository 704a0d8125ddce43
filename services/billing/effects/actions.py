"""Trying a deed out on a contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

from services.billing.contracts.actions import amendments_of, locked_contract
from services.billing.contracts.model import ends_before_on, terms_on
from services.billing.effects.model import Agreed, Effect, Fee, Standing
from services.billing.work_in_progress.queries import fees_waiting
from shared.work import Work, rehearsal


async def effect_of(
    work: Work, contract_id: UUID, deed: Callable[[], Awaitable[object]], *, on: date | None = None
) -> Effect:
    """What `deed` does to a contract, by doing it, looking, and taking it back. Raises as `deed` does.

    `on` is the day whose agreement is looked at; without it, today.
    """
    day = on or work.now.date()
    before = await _standing(work, contract_id, day)
    async with rehearsal(work):
        await deed()
        after = await _standing(work, contract_id, day)
    return Effect(before, after)


async def _standing(work: Work, contract_id: UUID, on: date) -> Standing:
    """What is agreed on a contract on the day `on`, and the fees that wait on it. Raises NoSuchContract."""
    contract, amendments = await locked_contract(work, contract_id), await amendments_of(work, contract_id)
    agreed = {}
    for line in contract.lines:
        terms = terms_on(line, amendments, on)
        agreed[line.id] = Agreed(line.description, terms.amount, terms.minutes, terms.cap)
    waiting = {
        row.id: Fee(agreed[row.contract_line_id].description, row.day, row.note, row.open_value)
        for row in await fees_waiting(work, contract_id)
        if row.contract_line_id in agreed
    }
    return Standing(contract.currency, ends_before_on(contract, amendments, on), agreed, waiting)

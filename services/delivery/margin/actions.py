"""What makes the margin of a project move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.delivery.margin import store
from services.delivery.margin.model import ApprovedWork, CostRate, cost_of
from shared.work import Work


async def cost_work(work: Work, person_id: UUID, *, approved: Sequence[ApprovedWork]) -> None:
    """Cost newly approved work of a person at the rates of its days; without a rate it waits for one."""
    await store.lock_costs(work, person_id)
    rates = (await store.rates_of(work, [person_id])).get(person_id, [])
    await store.keep_costs(work, {one: cost_of(one, rates) for one in approved})


async def take_cost_rates(work: Work, person_id: UUID, *, rates: Sequence[CostRate], sequence: int) -> None:
    """Let these be all rates of a person, and the cost of work done on their days what they say."""
    await store.lock_costs(work, person_id)
    if not await store.replace_rates(work, person_id, rates, sequence=sequence):
        return
    known = await store.work_of(work, person_id)
    costs = {one: cost_of(one, rates) for one, _ in known}
    await store.keep_costs(work, {one: costs[one] for one, before in known if costs[one] != before})


async def take_values(
    work: Work,
    project_id: UUID,
    *,
    currency: str,
    values: Mapping[UUID, tuple[int, Decimal | None]],
    sequence: int,
) -> None:
    """Know what approved entries are worth to the client: minutes and value by entry."""
    await store.keep_values(work, project_id, currency, values, sequence=sequence)


async def take_invoice(
    work: Work, invoice_id: UUID, *, opportunity_id: UUID, number: str, issued_on: date, currency: str, net: Decimal
) -> None:
    """Know that the client was invoiced."""
    await store.keep_invoice(
        work,
        {
            "invoice_id": invoice_id,
            "opportunity_id": opportunity_id,
            "number": number,
            "issued_on": issued_on,
            "currency": currency,
            "net": net,
        },
    )


async def take_recognition(
    work: Work,
    run_id: UUID,
    *,
    billing_line_id: UUID,
    opportunity_id: UUID,
    period_starts_on: date,
    currency: str,
    amount: Decimal,
) -> None:
    """Know that revenue was recognised."""
    await store.keep_recognition(
        work,
        {
            "run_id": run_id,
            "billing_line_id": billing_line_id,
            "opportunity_id": opportunity_id,
            "period_starts_on": period_starts_on,
            "currency": currency,
            "amount": amount,
        },
    )

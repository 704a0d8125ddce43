"""What delivery does when rates change, and when billing values, invoices and recognises."""

from __future__ import annotations

from services.delivery.margin.actions import take_cost_rates, take_invoice, take_recognition, take_values
from services.delivery.margin.model import CostRate
from shared.contracts.billing import InvoiceIssued, RevenueRecognised, WorkValued
from shared.contracts.resourcing import CostRateChanged
from shared.messaging.reactions import Reactions
from shared.money import Money
from shared.work import Work

reactions = Reactions()


@reactions.on(CostRateChanged, consumer="delivery.take_cost_rates")
async def cost_rate_changed(work: Work, event: CostRateChanged, sequence: int) -> None:
    """Approved work that waited for a rate gets its cost."""
    rates = [
        CostRate(rate.starts_on, rate.ends_before, Money(rate.hourly_cost, event.currency)) for rate in event.rates
    ]
    await take_cost_rates(work, event.person_id, rates=rates, sequence=sequence)


@reactions.on(WorkValued, consumer="delivery.take_values")
async def work_valued(work: Work, event: WorkValued, sequence: int) -> None:
    """The margin moves with what approved work is worth."""
    values = {entry.entry_id: (entry.minutes, entry.value) for entry in event.entries}
    await take_values(work, event.project_id, currency=event.currency, values=values, sequence=sequence)


@reactions.on(InvoiceIssued, consumer="delivery.take_invoice")
async def invoice_issued(work: Work, event: InvoiceIssued, sequence: int) -> None:
    """Each project on it shows what was invoiced."""
    for share in event.by_contract:
        await take_invoice(
            work,
            event.invoice_id,
            opportunity_id=share.opportunity_id,
            number=event.number,
            issued_on=event.issued_on,
            currency=event.currency,
            net=share.net,
        )


@reactions.on(RevenueRecognised, consumer="delivery.take_recognition")
async def revenue_recognised(work: Work, event: RevenueRecognised, sequence: int) -> None:
    """The project shows what was earned."""
    await take_recognition(
        work,
        event.run_id,
        billing_line_id=event.billing_line_id,
        opportunity_id=event.opportunity_id,
        period_starts_on=event.period_starts_on,
        currency=event.currency,
        amount=event.amount,
    )

"""Changes and what is announced of them: they stand or fall together."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.checker.announced import announced
from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look


@dataclass(frozen=True)
class Told:
    """A change of a record and the event that tells of it, committed together; `about` is its subject, in SQL.

    Where a record can leave that state again, the event remains: then it is not `for_good`. Where records come to be
    in other ways too, of which nobody is told, not every one `is_told`.
    """

    service: str
    records: str
    about: str
    type: str
    for_good: bool = True
    is_told: bool = True


CHANGES = (
    Told("crm", "accounts", "'account/' || id", "crm.account.changed"),
    Told("crm", "opportunities", "'opportunity/' || id", "crm.opportunity.changed"),
    Told(
        "crm",
        "opportunities where outcome = 'won' and not imported",
        "'opportunity/' || id",
        "crm.opportunity.closed_won",
        for_good=False,
    ),
    Told(
        "crm",
        "opportunities where outcome = 'lost' and not imported",
        "'opportunity/' || id",
        "crm.opportunity.closed_lost",
        for_good=False,
    ),
    Told("delivery", "handoffs where state = 'accepted'", "'opportunity/' || thread_id", "delivery.handoff.accepted"),
    Told(
        "delivery",
        "handoffs where state = 'returned'",
        "'opportunity/' || thread_id",
        "delivery.handoff.returned",
        for_good=False,
    ),
    Told("delivery", "projects", "'project/' || id", "delivery.project.opened"),
    Told("delivery", "projects where state = 'closed'", "'project/' || id", "delivery.project.closed"),
    Told("delivery", "timesheets where state = 'approved'", "'timesheet/' || id", "delivery.timesheet.approved"),
    Told("delivery", "corrections", "'time_correction/' || id", "delivery.time.corrected"),
    Told("delivery", "milestones where state = 'accepted'", "'milestone/' || id", "delivery.milestone.accepted"),
    Told("delivery", "staffing_requests", "'staffing_request/' || id", "delivery.staffing.requested"),
    Told(
        "delivery", "change_orders where state = 'approved'", "'change_order/' || id", "delivery.change_order.approved"
    ),
    Told(
        "delivery",
        "expense_reports where state = 'approved'",
        "'expense_report/' || id",
        "delivery.expense_report.approved",
    ),
    Told("delivery", "progress_measurements", "'project_progress/' || project_id", "delivery.progress.measured"),
    Told("resourcing", "people", "'person/' || id", "resourcing.person.changed"),
    Told("resourcing", "cost_rates", "'cost_rate/' || person_id", "resourcing.cost_rate.changed"),
    Told("resourcing", "bookings", "'booking/' || id", "resourcing.booking.changed"),
    Told(
        "resourcing",
        "resource_requests where booked_minutes >= minutes",
        "'staffing_request/' || id",
        "resourcing.staffing.fulfilled",
        for_good=False,
        is_told=False,  # a request that is cut down to what is booked is told of with the next booking
    ),
    Told("resourcing", "time_off where status = 'approved'", "'time_off/' || id", "resourcing.time_off.approved"),
    Told("billing", "contracts where status = 'active'", "'contract/' || id", "billing.contract.activated"),
    Told("billing", "rates", "'rate/' || id", "billing.rate_card.changed", is_told=False),  # sold rates are not
    Told(
        "billing",
        "billable_items where entry_id is not null",
        "'project/' || project_id",
        "billing.work.valued",
    ),
    Told("billing", "cap_thresholds", "'contract_line/' || contract_line_id", "billing.cap.threshold_reached"),
    Told("billing", "issued_invoices", "'invoice/' || id", "billing.invoice.issued"),
    Told("billing", "issued_credit_notes", "'credit_note/' || id", "billing.credit_note.issued"),
    Told("billing", "payments", "'payment/' || id", "billing.payment.received"),
    Told("billing", "payment_reversals", "'payment/' || payment_id", "billing.payment.reversed"),
    Told("billing", "dunning_letters", "'dunning_letter/' || id", "billing.dunning_letter.sent"),
    Told("billing", "hand_overs", "'document/' || document_id", "billing.document.handed_over"),
    Told("billing", "write_offs where status = 'approved'", "'write_off/' || id", "billing.claim.written_off"),
    Told(
        "billing",
        "settlements where kind = 'recovery'",
        "'write_off/' || cause_id",
        "billing.claim.recovered",
    ),
    Told(
        "billing",
        "recognised_lines",
        "'contract_line/' || contract_line_id",
        "billing.revenue.recognised",
    ),
    Told(
        "billing",
        "fiscal_periods where status = 'closed'",
        "'fiscal_period/' || id",
        "billing.period.closed",
        for_good=False,
    ),
    Told("billing", "export_batches", "'ledger_batch/' || id", "billing.ledger_batch.sealed"),
    Told(
        "billing",
        "(select distinct tenant_id, batch_id from batch_answers where status <> 'partly') as answered",
        "'ledger_batch/' || batch_id",
        "billing.ledger_batch.acknowledged",
    ),
)


@invariant("E-1", Strength.LOCAL)
async def a_change_and_its_announcement_stand_or_fall_together(look: Look) -> list[str]:
    """Whatever is announced has happened, and whatever happened is announced, in every moment of one database."""
    events = await announced(look)
    broken = []
    for change in CHANGES:
        said = {
            (event.tenant_id, event.subject)
            for event in events
            if event.service == change.service and event.kind == change.type
        }
        query = f"select tenant_id, {change.about} as subject from {change.records}"  # noqa: S608
        happened = {(row["tenant_id"], row["subject"]) for row in await look.rows(change.service, query)}
        if change.is_told:
            broken += [f"{change.type} of {subject} is not announced" for _, subject in happened - said]
        if change.for_good:
            broken += [f"{change.type} of {subject} is announced and not so" for _, subject in said - happened]
    return broken

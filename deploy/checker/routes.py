"""Who reacts to what, written down a second time: read from nowhere, so that a lost binding cannot hide itself."""

from collections.abc import Iterable

CONSUMERS: dict[str, tuple[str, ...]] = {
    "throughline.billing.cap.threshold_reached.v1": (),
    "throughline.billing.claim.recovered.v1": (),
    "throughline.billing.claim.written_off.v1": (),
    "throughline.billing.contract.activated.v1": (),
    "throughline.billing.credit_note.issued.v1": (),
    "throughline.billing.document.handed_over.v1": (),
    "throughline.billing.dunning_letter.sent.v1": (),
    "throughline.billing.invoice.issued.v1": ("crm.note_invoice", "delivery.take_invoice"),
    "throughline.billing.ledger_batch.acknowledged.v1": (),
    "throughline.billing.ledger_batch.sealed.v1": (),
    "throughline.billing.payment.received.v1": (),
    "throughline.billing.payment.reversed.v1": (),
    "throughline.billing.period.closed.v1": (),
    "throughline.billing.rate_card.changed.v1": (),
    "throughline.billing.revenue.recognised.v1": ("crm.note_revenue", "delivery.take_recognition"),
    "throughline.billing.work.valued.v1": ("delivery.take_values",),
    "throughline.crm.account.changed.v1": ("billing.remember_customer", "delivery.rename_account"),
    "throughline.crm.opportunity.changed.v1": ("resourcing.expect_deal",),
    "throughline.crm.opportunity.closed_lost.v1": ("resourcing.forget_lost_deal",),
    "throughline.crm.opportunity.closed_won.v1": (
        "billing.draft_contract",
        "delivery.open_handoff",
        "resourcing.await_won_deal",
    ),
    "throughline.delivery.change_order.approved.v1": ("billing.amend_contract",),
    "throughline.delivery.expense_report.approved.v1": ("billing.pass_on_expenses",),
    "throughline.delivery.handoff.accepted.v1": ("billing.activate_contract", "crm.note_handoff_accepted"),
    "throughline.delivery.handoff.returned.v1": ("billing.void_contract", "crm.note_handoff_returned"),
    "throughline.delivery.milestone.accepted.v1": ("billing.take_accepted_milestone",),
    "throughline.delivery.progress.measured.v1": ("billing.keep_progress",),
    "throughline.delivery.project.closed.v1": ("crm.note_project_closed", "resourcing.end_bookings"),
    "throughline.delivery.project.opened.v1": ("crm.note_project_opened", "resourcing.remember_project"),
    "throughline.delivery.staffing.requested.v1": ("resourcing.take_request",),
    "throughline.delivery.time.corrected.v1": ("billing.take_corrected_time", "resourcing.count_corrected_time"),
    "throughline.delivery.timesheet.approved.v1": ("billing.take_approved_time", "resourcing.count_approved_time"),
    "throughline.resourcing.booking.changed.v1": ("delivery.take_booking",),
    "throughline.resourcing.cost_rate.changed.v1": ("delivery.take_cost_rates",),
    "throughline.resourcing.person.changed.v1": (
        "billing.remember_person",
        "billing.remember_standing",
        "crm.remember_person",
        "delivery.remember_person",
        "delivery.take_employment",
        "resourcing.remember_person",
    ),
    "throughline.resourcing.staffing.fulfilled.v1": ("delivery.fulfil_request",),
    "throughline.resourcing.time_off.approved.v1": (),
}


def types_of(consumers: Iterable[str]) -> frozenset[str]:
    """The types of event that any of these consumers takes."""
    return frozenset(type for type, reacting in CONSUMERS.items() if not set(consumers).isdisjoint(reacting))

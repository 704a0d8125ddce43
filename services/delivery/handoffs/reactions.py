"""What delivery does when crm wins a deal."""

from __future__ import annotations

from uuid import UUID, uuid5

from services.delivery.handoffs.actions import open_handoff
from services.delivery.handoffs.model import Handoff, HandoffContact, HandoffLine, HandoffRole, id_of_handoff
from services.delivery.templates.model.rules import BillingMethod
from shared.contracts.crm import OpportunityClosedWon
from shared.messaging.reactions import Reactions
from shared.money import Money
from shared.work import Work

reactions = Reactions()


@reactions.on(OpportunityClosedWon, consumer="delivery.open_handoff")
async def take_won_deal(work: Work, event: OpportunityClosedWon, sequence: int) -> None:
    """The won deal becomes a handoff."""
    handoff_id = id_of_handoff(event.opportunity_id)
    handoff = Handoff(
        id=handoff_id,
        thread_id=event.opportunity_id,
        number=event.number,
        name=event.name,
        seller=event.owner,
        account_id=event.account.account_id,
        account_name=event.account.name,
        price=Money(event.amount, event.currency),
        cost=event.estimate.cost,
        closed_on=event.closed_on,
        starts_on=event.starts_on,
        ends_before=event.ends_before,
        payment_terms_days=event.payment_terms_days,
        opened_at=work.now,
        sequence=sequence,
        purchase_order=event.purchase_order,
        quote_reference=event.quote_reference,
        template_wish=event.project_template,
        revision=event.revision,
        correction=event.correction,
        lines=_lines(event, handoff_id),
        roles=_roles(event, handoff_id),
        contacts=_contacts(event, handoff_id),
    )
    await open_handoff(work, handoff)


def _lines(event: OpportunityClosedWon, handoff_id: UUID) -> list[HandoffLine]:
    return [
        HandoffLine(
            id=line.line_id,
            handoff_id=handoff_id,
            position=position,
            description=line.description,
            method=BillingMethod(line.method),
            amount=line.amount,
            product=line.product,
            staffing_role=line.staffing_role,
            minutes=line.minutes,
            hourly_rate=line.hourly_rate,
            milestone_due_on=line.milestone_due_on,
            cap=line.cap,
        )
        for position, line in enumerate(event.lines)
    ]


def _roles(event: OpportunityClosedWon, handoff_id: UUID) -> list[HandoffRole]:
    return [
        HandoffRole(
            id=uuid5(handoff_id, f"role/{position}"),
            handoff_id=handoff_id,
            position=position,
            staffing_role=role.staffing_role,
            minutes=role.minutes,
            hourly_price=role.hourly_price,
            hourly_cost=role.hourly_cost,
            line_id=role.line_id,
            skills=role.skills,
        )
        for position, role in enumerate(event.estimate.roles)
    ]


def _contacts(event: OpportunityClosedWon, handoff_id: UUID) -> list[HandoffContact]:
    return [
        HandoffContact(uuid5(handoff_id, f"contact/{one.contact_id}"), handoff_id, one.name, one.email, one.role)
        for one in event.contacts
    ]

"""What crm takes down when delivery and billing announce something about a won deal."""

from __future__ import annotations

from services.crm.thread.actions import (
    note_invoice,
    note_project_closed,
    note_project_opened,
    note_revenue,
)
from services.crm.thread.model import InvoiceNews, ProjectNews
from shared.contracts.billing import InvoiceIssued, RevenueRecognised
from shared.contracts.delivery import ProjectClosed, ProjectOpened
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(ProjectOpened, consumer="crm.note_project_opened")
async def project_opened(work: Work, event: ProjectOpened, sequence: int) -> None:
    """Show the project that delivers the deal."""
    project = ProjectNews(
        project_id=event.project_id,
        number=event.number,
        name=event.name,
        manager=event.manager,
        starts_on=event.starts_on,
        ends_before=event.ends_before,
        closed_on=None,
    )
    await note_project_opened(work, event.opportunity_id, account_id=event.account_id, project=project)


@reactions.on(ProjectClosed, consumer="crm.note_project_closed")
async def project_closed(work: Work, event: ProjectClosed, sequence: int) -> None:
    """Show that the project ended."""
    await note_project_closed(work, event.opportunity_id, project_id=event.project_id, closed_on=event.closed_on)


@reactions.on(InvoiceIssued, consumer="crm.note_invoice")
async def invoice_issued(work: Work, event: InvoiceIssued, sequence: int) -> None:
    """Show what was invoiced for each deal that is on the invoice."""
    for share in event.by_contract:
        invoice = InvoiceNews(
            invoice_id=event.invoice_id,
            number=event.number,
            issued_on=event.issued_on,
            due_on=event.due_on,
            currency=event.currency,
            net=share.net,
            gross=share.net + share.tax,
        )
        await note_invoice(work, share.opportunity_id, account_id=event.account_id, invoice=invoice)


@reactions.on(RevenueRecognised, consumer="crm.note_revenue")
async def revenue_recognised(work: Work, event: RevenueRecognised, sequence: int) -> None:
    """Show what was recognised."""
    await note_revenue(
        work,
        event.opportunity_id,
        account_id=event.account_id,
        run_id=event.run_id,
        billing_line_id=event.billing_line_id,
        period_starts_on=event.period_starts_on,
        currency=event.currency,
        amount=event.amount,
    )

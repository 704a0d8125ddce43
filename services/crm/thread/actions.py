"""Taking down what other services tell of a won deal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from services.crm.thread import store
from services.crm.thread.model import InvoiceNews, ProjectNews
from shared.work import Work


async def note_project_opened(work: Work, opportunity_id: UUID, *, account_id: UUID, project: ProjectNews) -> None:
    """A project stands for the deal."""
    values = {
        "opportunity_id": opportunity_id,
        "account_id": account_id,
        "number": project.number,
        "name": project.name,
        "manager": project.manager,
        "starts_on": project.starts_on,
        "ends_before": project.ends_before,
    }
    await store.keep_project(work, project.project_id, values)


async def note_project_closed(work: Work, opportunity_id: UUID, *, project_id: UUID, closed_on: date) -> None:
    """The project of the deal ended."""
    await store.keep_project(work, project_id, {"opportunity_id": opportunity_id, "closed_on": closed_on})


async def note_invoice(work: Work, opportunity_id: UUID, *, account_id: UUID, invoice: InvoiceNews) -> None:
    """An invoice went out for the deal; the totals are the sums over the invoices kept."""
    values = {
        "invoice_id": invoice.invoice_id,
        "opportunity_id": opportunity_id,
        "account_id": account_id,
        "number": invoice.number,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "currency": invoice.currency,
        "net": invoice.net,
        "gross": invoice.gross,
    }
    await store.keep_once(work, store.invoices, values)


async def note_revenue(
    work: Work,
    opportunity_id: UUID,
    *,
    account_id: UUID,
    run_id: UUID,
    billing_line_id: UUID,
    period_starts_on: date,
    currency: str,
    amount: Decimal,
) -> None:
    """Revenue of the deal was recognised: one difference per run and line, added up when read."""
    values = {
        "run_id": run_id,
        "billing_line_id": billing_line_id,
        "opportunity_id": opportunity_id,
        "account_id": account_id,
        "period_starts_on": period_starts_on,
        "currency": currency,
        "amount": amount,
    }
    await store.keep_once(work, store.revenue, values)

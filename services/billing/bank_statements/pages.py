"""Bank statements as people see them: bring a file in, see what each line is for and why, accept, choose, undo."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from services.billing.bank_statements import actions, queries
from services.billing.bank_statements.model.lines import LineState
from services.billing.bank_statements.model.table import ColumnMapping
from services.billing.customers import queries as customers
from services.billing.legal_entities import queries as legal_entities
from services.billing.payments.api import TakingBackBody
from services.billing.payments.pages import AmountsForm
from services.billing.permissions import Permission
from services.billing.receivables import queries as receivables
from shared.database import LIMIT_MAX
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.web import key_required
from shared.web.limits import UPLOAD_BYTES

router = APIRouter(prefix="/bank-statements", route_class=PageRoute)
GERMAN = ColumnMapping(
    booked_on="Buchungstag",
    amount="Betrag",
    currency="Waehrung",
    reference="Referenz",
    payer_name="Auftraggeber",
    payer_iban="IBAN",
    remittance="Verwendungszweck",
    delimiter=";",
    date_format="%d.%m.%Y",
    decimal_comma=True,
)


class ChoiceForm(AmountsForm):
    """Whose payment a line is, and what was typed beside each invoice."""

    customer_id: UUID


@router.get("")
async def lines(request: Request, work: InWork, rows: Rows, state: LineState | None = LineState.UNMATCHED) -> Response:
    """Lines, the newest first; those that wait with what they may be for."""
    found = await queries.listed(work, state=state, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("booked_on", _("Booked"), "line.booked_on"),
        Column("payer", _("From"), "line.payer_name"),
        Column("iban", _("IBAN"), "line.payer_iban", only="file"),
        Column("remittance", _("Remittance text"), lambda row: row.line.remittance or row.line.reference),
        Column("amount", _("Amount"), "line.amount", number=True, currency="line.currency"),
        Column("suggestion", _("For"), _meant),
    )
    may_record = work.actor.may(Permission.RECORD_PAYMENTS)
    entities = (await legal_entities.legal_entities(work, cursor=None, limit=LIMIT_MAX)).items
    return page(
        request,
        "billing/bank_statements/lines.html",
        listing=Listing.of(request, "bank-lines", columns, found.items, next=found.next),
        state=state,
        may_record=may_record,
        entities=entities,
    )


@router.post("", max_body_size=UPLOAD_BYTES)
async def bring_in(
    work: InWork,
    legal_entity_id: Annotated[UUID, Form()],
    files: Annotated[UploadFile, File()],
    is_german: Annotated[bool, Form()] = False,
) -> Response:
    """Bring in a bank file and show what waits."""
    await actions.import_statement(
        work,
        new_id(),
        legal_entity_id=legal_entity_id,
        name=PurePath(files.filename or "").name[:200],
        content=await files.read(),
        mapping=GERMAN if is_german else ColumnMapping(),
    )
    return RedirectResponse("/billing/bank-statements", 303)


@router.post("/acceptances", dependencies=[Depends(key_required)])
async def accept(request: Request, work: InWork) -> Response:
    """Record the chosen lines whose suggestion is certain."""
    chosen = [UUID(str(one)) for name, one in (await request.form()).multi_items() if name == "id"]
    await actions.accept_suggestions(work, chosen[:LIMIT_MAX])
    return RedirectResponse("/billing/bank-statements", 303)


@router.get("/{bank_line_id}")
async def line(request: Request, bank_line_id: UUID, work: InWork, customer: UUID | None = None) -> Response:
    """One line: what it may be for and why, and choosing customer and invoices oneself."""
    found = await queries.line(work, bank_line_id)
    chosen = customer or (found.suggestions[0].customer_id if found.suggestions else None)
    known = (await customers.listed(work, cursor=None, limit=LIMIT_MAX)).items
    items = []
    if chosen and found.line.payment_id is None:
        listed = await receivables.open_items(work, customer_id=chosen, cursor=None, limit=LIMIT_MAX)
        items = [one for one in listed.items if one.currency == found.line.currency and one.open > 0]
    return page(
        request,
        "billing/bank_statements/line.html",
        line=found.line,
        suggestions=found.suggestions,
        customers=sorted(known, key=lambda one: one.name),
        chosen=chosen,
        items=items,
        may_record=work.actor.may(Permission.RECORD_PAYMENTS),
    )


@router.post("/{bank_line_id}/assignment", dependencies=[Depends(key_required)])
async def assign(request: Request, bank_line_id: UUID, work: InWork) -> Response:
    """Record a line as the payment of a customer."""
    form = await form_of(request, ChoiceForm)
    payment_id = await actions.assign_line(
        work, bank_line_id, form.customer_id, form.shares(), settle_difference=form.settle_difference
    )
    return RedirectResponse(f"/billing/payments/{payment_id}", 303)


@router.post("/{bank_line_id}/rejections/{invoice_id}")
async def reject(bank_line_id: UUID, invoice_id: UUID, work: InWork) -> Response:
    """Say that a line is not for an invoice."""
    await actions.reject_suggestion(work, bank_line_id, invoice_id)
    return RedirectResponse(f"/billing/bank-statements/{bank_line_id}", 303)


@router.post("/{bank_line_id}/undo", dependencies=[Depends(key_required)])
async def undo(request: Request, bank_line_id: UUID, work: InWork) -> Response:
    """Take back the payment that a line was recorded as."""
    form = await form_of(request, TakingBackBody)
    await actions.undo_match(work, bank_line_id, reason=form.reason)
    return RedirectResponse(f"/billing/bank-statements/{bank_line_id}", 303)


def _meant(row: queries.LineFound) -> str:
    """What a line is for, or most probably is: the invoices by number."""
    if row.line.payment_id:
        return _("Payment")
    return ", ".join(number for _id, number, _amount in row.suggestions[0].invoices) if row.suggestions else ""

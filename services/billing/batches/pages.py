"""Batches for the ERP as people see them: sealed, linked, answered, and proved again on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.account_mappings.model import DEFAULT_TARGET
from services.billing.batches import actions, queries
from services.billing.batches.api import EntryStateWanted, SealBody, file_response
from services.billing.batches.model.answers import EntryState
from services.billing.batches.model.batch import Scope
from services.billing.batches.model.renderings.renderers import Renderer
from services.billing.ledger.queries import legal_entities_with_books
from services.billing.periods.model import month
from services.billing.permissions import Permission
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.pages.waiting import WAITING_AT_MOST, Need, Verb
from shared.ui.listing import Column, Listing, Rows, in_month
from shared.ui.words import gettext as _
from shared.web import key_required
from shared.work import Work

router = APIRouter(prefix="/batches", route_class=PageRoute)
AS_TEXT = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'"}


@router.get("")
async def batches(request: Request, work: InWork, rows: Rows) -> Response:
    """The batches, the newest first."""
    found = await queries.batches(work, legal_entity=None, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("number", _("Batch")),
        Column("period", _("Period"), in_month("period_starts_on")),
        Column("legal_entity", _("Legal entity")),
        Column("status", _("Status"), said("billing/batches/words.html", "words", "status")),
        Column("corrected_in", _("Corrected in"), only="file"),
        Column("entry_count", _("Entries"), number=True),
        Column("debit_total", _("Debit"), number=True, currency="currency"),
        Column("credit_total", _("Credit"), number=True, currency="currency"),
        Column("sealed_at", _("Sealed")),
    )
    listing = Listing.of(request, "batches", columns, found.items, next=found.next)
    return page(
        request,
        "billing/batches/batches.html",
        listing=listing,
        may_seal=work.actor.may(Permission.SEAL_BATCHES),
        may_see_books=work.actor.may(Permission.SEE_LEDGER),
        today=work.now.date(),
    )


@router.post("", dependencies=[Depends(key_required)])
async def seal(request: Request, work: InWork) -> Response:
    """Seal what waits in a month and currency, and show the batch."""
    form = await form_of(request, SealBody)
    scope = Scope(form.legal_entity, month(form.period).starts_on, form.currency, form.target)
    batch = await actions.seal_batch(work, new_id(), scope)
    return RedirectResponse(f"/billing/batches/{batch.id}", 303)


@router.get("/preview")
async def preview(
    request: Request,
    work: InWork,
    *,
    legal_entity: Annotated[str | None, Query(max_length=50)] = None,
    period: Annotated[str, Query(max_length=7)] = "",
    currency: Annotated[str, Query(max_length=3)] = "EUR",
    target: Annotated[str, Query(max_length=40)] = DEFAULT_TARGET,
) -> Response:
    """What sealing would take, and which accounts must be mapped before."""
    codes = await legal_entities_with_books(work)
    code = legal_entity or next(iter(codes), "")
    wanted = month(period or f"{work.now:%Y-%m}").starts_on
    return page(
        request,
        "billing/batches/preview.html",
        preview=await queries.preview(work, Scope(code, wanted, currency, target)) if code else None,
        choices=[(each, each) for each in codes],
        period=f"{wanted:%Y-%m}",
        may_seal=work.actor.may(Permission.SEAL_BATCHES),
    )


@router.get("/{batch_id}")
async def batch(
    request: Request, batch_id: UUID, work: InWork, rows: Rows, *, answer: EntryStateWanted = None
) -> Response:
    """One batch: its totals, its place in the chain, what the ERP answered, of it and of every entry."""
    found = await queries.batch(work, batch_id)
    entries = await queries.entries_of(work, batch_id, answer=answer, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("number", _("Number"), number=True),
        Column("posted_on", _("Day")),
        Column("text", _("Entry")),
        Column("answer", _("ERP"), said("billing/batches/words.html", "words", "answer")),
        Column("erp_reference", _("Number in the ERP")),
        Column("code", _("Code"), only="file"),
        Column("reason", _("Reason")),
        Column("corrected_in", _("Corrected in"), only="file"),
    )
    return page(
        request,
        "billing/batches/batch.html",
        batch=found.batch,
        standing=found.standing,
        answers=found.answers,
        corrected_in=found.corrected_in,
        entries=Listing.of(request, "batch-entries", columns, entries.items, next=entries.next),
        states=list(EntryState),
        answer=answer,
        may_correct=work.actor.may(Permission.SEAL_BATCHES) and found.may_be_corrected,
        forms=await queries.feeds_of(work, found.batch),
        may_set_up=work.actor.may(Permission.KEEP_CHART),
        may_see_books=work.actor.may(Permission.SEE_LEDGER),
    )


@router.post("/{batch_id}/correction", dependencies=[Depends(key_required)])
async def correct(batch_id: UUID, work: InWork) -> Response:
    """Seal what the ERP rejected anew, and show the batch that corrects."""
    correction = await actions.correct_batch(work, new_id(), batch_id)
    return RedirectResponse(f"/billing/batches/{correction.id}", 303)


@router.get("/{batch_id}/verification")
async def verification(request: Request, batch_id: UUID, work: InWork) -> Response:
    """The batch proved again from its bytes, the batch before and the journal; a part of the page."""
    checks = await queries.verification(work, batch_id)
    return page(request, "billing/batches/verification.html", checks=checks)


@router.get("/{batch_id}/sealed/{part}")
async def sealed(batch_id: UUID, part: Literal["content", "manifest"], work: InWork) -> Response:
    """What was sealed, byte for byte: the entries line by line, or the manifest that links the batch before."""
    batch = await queries.sealed_bytes(work, batch_id)
    name, body = ("entries.jsonl", batch.canonical) if part == "content" else ("manifest.json", batch.manifest)
    saved = {"content-disposition": f'attachment; filename="batch-{batch.number}-{name}"'}
    return Response(body, media_type="application/json", headers=AS_TEXT | saved)


@router.get("/{batch_id}/files/{renderer}")
async def rendering(
    batch_id: UUID,
    renderer: Renderer,
    work: InWork,
    *,
    part: Annotated[int, Query(ge=1)] = 1,
    settings_version: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The batch in the form that another system reads."""
    found = await queries.rendering(work, batch_id, renderer, part=part, settings_version=settings_version)
    return file_response(found, AS_TEXT)


async def needs(work: Work) -> Sequence[Need]:
    """Batches with entries that the ERP rejected, for whoever may seal a correction."""
    if not work.actor.may(Permission.SEAL_BATCHES):
        return []
    return [
        Need(
            Verb.FIX,
            _("Correct what the ERP rejected"),
            f"/billing/batches/{one.id}",
            _("Batch %(number)s of %(legal_entity)s") % {"number": one.number, "legal_entity": one.legal_entity},
            one.sealed_at.date(),
            is_late=True,
        )
        for one in await queries.to_correct(work, limit=WAITING_AT_MOST)
    ]

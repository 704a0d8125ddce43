"""The allowance for doubtful claims as people see it: the policy, the runs, a preview, one run."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.allowances import actions, queries
from services.billing.allowances.api import AllowancePolicyBody, AllowanceRunBody
from services.billing.allowances.model import AllowancePolicy
from services.billing.ledger.model.entries import Source, SourceKind, entry_id
from services.billing.legal_entities import queries as legal_entities
from services.billing.legal_entities.model import NoSuchLegalEntity
from services.billing.permissions import Permission
from services.billing.receivables.model import BANDS
from shared.database import LIMIT_MAX
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page
from shared.ui.forms import typed_amount
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.web import key_required

router = APIRouter(prefix="/allowance", route_class=PageRoute)


class PolicyForm(AllowancePolicyBody):
    """A policy as it was typed."""

    percents: Annotated[list[str], Field(min_length=len(BANDS), max_length=len(BANDS))]  # type: ignore[assignment]


@router.get("")
async def allowance(
    request: Request,
    work: InWork,
    rows: Rows,
    wanted: Annotated[UUID | None, Query(alias="legal_entity")] = None,
) -> Response:
    """The policy of a legal entity and its runs, the newest first."""
    entities = (await legal_entities.legal_entities(work, cursor=None, limit=LIMIT_MAX)).items
    chosen = next((one for one in entities if one.id == wanted), entities[0] if entities else None)
    runs = await queries.runs(work, chosen.id, cursor=rows.cursor, limit=rows.limit) if chosen else None
    columns = (
        Column("as_of", _("At the end of")),
        Column("made_at", _("Set")),
        Column("made_by", _("By"), who("made_by")),
    )
    listing = Listing.of(request, "allowance", columns, runs.items if runs else [], next=runs.next if runs else None)
    today = work.now.date()
    return page(
        request,
        "billing/allowances/allowance.html",
        listing=listing,
        entities=entities,
        legal_entity=chosen,
        policy=await queries.policy_on(work, chosen.id, today) if chosen else None,
        policies=(await queries.policies(work, chosen.id, cursor=None, limit=LIMIT_MAX)).items if chosen else [],
        may_keep=work.actor.may(Permission.KEEP_ALLOWANCE),
        today=today,
    )


@router.post("/policies", dependencies=[Depends(key_required)])
async def set_policy(request: Request, work: InWork) -> Response:
    """Say what is likely lost from a day on."""
    form = await form_of(request, PolicyForm)
    percents = [typed_amount(said, f"percents/{number}") for number, said in enumerate(form.percents)]
    policy = AllowancePolicy(
        new_id(),
        form.legal_entity_id,
        form.starts_on,
        percents,
        form.leaves_out_tax,
        made_by=work.actor.subject,
        made_at=work.now,
    )
    await actions.set_allowance_policy(work, policy)
    return RedirectResponse(f"/billing/allowance?legal_entity={form.legal_entity_id}", 303)


@router.get("/preview")
async def preview(
    request: Request, work: InWork, legal_entity: UUID | None = None, as_of: date | None = None
) -> Response:
    """What a run would come to now; nothing is posted. Without a legal entity, for the first one."""
    entities = (await legal_entities.legal_entities(work, cursor=None, limit=1)).items
    chosen = legal_entity or next((one.id for one in entities), None)
    if chosen is None:
        raise NoSuchLegalEntity()
    run = await actions.preview_allowance(work, chosen, as_of=as_of or work.now.date())
    may_keep = work.actor.may(Permission.KEEP_ALLOWANCE)
    return page(request, "billing/allowances/run.html", run=run, is_preview=True, may_keep=may_keep, entries={})


@router.post("", dependencies=[Depends(key_required)])
async def adjust(request: Request, work: InWork) -> Response:
    """Set the allowance, and show the run."""
    form = await form_of(request, AllowanceRunBody)
    run = await actions.adjust_allowance(work, new_id(), form.legal_entity_id, as_of=form.as_of)
    return RedirectResponse(f"/billing/allowance/{run.id}", 303)


@router.get("/{allowance_run_id}")
async def run(request: Request, allowance_run_id: UUID, work: InWork) -> Response:
    """One run: what is open by age, what of it is likely lost, and what was posted."""
    found = await queries.run(work, allowance_run_id)
    sources = {one.currency: Source(SourceKind.ALLOWANCE, found.id, leg=one.currency) for one in found.totals}
    entries = {currency: entry_id(source) for currency, source in sources.items()}
    return page(request, "billing/allowances/run.html", run=found, is_preview=False, may_keep=False, entries=entries)

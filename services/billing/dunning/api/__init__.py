"""Dunning over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.billing.customers.model import NoSuchCustomer
from services.billing.dunning import actions, queries
from services.billing.dunning.api.views import (
    EntityBody,
    ExclusionBody,
    LetterSummary,
    LetterView,
    NoticesBody,
    NoticeView,
    PauseBody,
    PauseView,
    PlanBody,
    PlanView,
    ProposedView,
)
from services.billing.dunning.model import (
    CustomerOrInvoice,
    DunningPaused,
    FeeOutOfRange,
    NoSuchLetter,
    NoSuchNotice,
    NoSuchPause,
    NothingLate,
    Pause,
    StepsOutOfOrder,
    UnknownInLetter,
    UnsaidInOwnLanguage,
)
from services.billing.invoices.api import as_it_went_out
from services.billing.invoices.model import FileKind
from services.billing.legal_entities.model import NoSuchLegalEntity
from services.billing.receivables.model import NoSuchReceivable
from shared.actor import NotPermitted
from shared.web import Cursor, InWork, Limit, PageOf, WorkRoute, key_required, refusals
from shared.web.idempotency import IdempotencyKeyMissing

router = APIRouter(tags=["dunning"], route_class=WorkRoute)

DECIDING = (NotPermitted, NoSuchNotice, IdempotencyKeyMissing)


@router.put(
    "/dunning-plans/{dunning_plan_id}",
    status_code=201,
    responses=refusals(
        NotPermitted, NoSuchLegalEntity, StepsOutOfOrder, FeeOutOfRange, UnsaidInOwnLanguage, UnknownInLetter
    ),
)
async def set_plan(dunning_plan_id: UUID, body: PlanBody, work: InWork) -> PlanView:
    """Say the steps of a legal entity anew."""
    plan = body.plan(dunning_plan_id, by=work.actor.subject, at=work.now)
    await actions.set_dunning_plan(work, plan)
    return PlanView.model_validate(plan)


@router.get("/dunning-plans", responses=refusals(NotPermitted))
async def plans(work: InWork, legal_entity_id: UUID) -> list[PlanView]:
    """The plan that counts for a legal entity, or none."""
    found = await queries.plan_of(work, legal_entity_id)
    return [PlanView.model_validate(found)] if found else []


@router.post("/dunning-notices/proposals", responses=refusals(NotPermitted, NoSuchLegalEntity))
async def propose(body: EntityBody, work: InWork) -> ProposedView:
    """Look at what is late now; by itself this happens every day."""
    return ProposedView(proposed=await actions.propose_dunning(work, body.legal_entity_id))


@router.get("/dunning-notices", responses=refusals(NotPermitted))
async def notices(work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[NoticeView]:
    """Notices that wait, those that something speaks against first."""
    return PageOf.of(await queries.proposed(work, cursor=cursor, limit=limit), NoticeView)


@router.post(
    "/dunning-notices/sending",
    dependencies=[Depends(key_required)],
    responses=refusals(*DECIDING, DunningPaused, NothingLate),
)
async def send(body: NoticesBody, work: InWork) -> list[LetterSummary]:
    """Write to each customer about the claims chosen, all of them or nobody."""
    return [LetterSummary.model_validate(one) for one in await actions.send_notices(work, body.notice_ids)]


@router.post(
    "/dunning-notices/exclusions", status_code=204, dependencies=[Depends(key_required)], responses=refusals(*DECIDING)
)
async def leave_out(body: ExclusionBody, work: InWork) -> None:
    """Take the step for these claims without a letter."""
    await actions.leave_out_notices(work, body.notice_ids, reason=body.reason)


@router.put(
    "/dunning-pauses/{pause_id}",
    status_code=201,
    responses=refusals(NotPermitted, CustomerOrInvoice, NoSuchCustomer, NoSuchReceivable),
)
async def pause(pause_id: UUID, body: PauseBody, work: InWork) -> PauseView:
    """Leave a customer, or one invoice, in peace."""
    made = Pause(pause_id, paused_by=work.actor.subject, paused_at=work.now, **body.model_dump())
    await actions.pause_dunning(work, made)
    return PauseView.model_validate(made)


@router.post("/dunning-pauses/{pause_id}/lifting", status_code=204, responses=refusals(NotPermitted, NoSuchPause))
async def lift(pause_id: UUID, work: InWork) -> None:
    """Let reminding go on."""
    await actions.lift_pause(work, pause_id)


@router.get("/dunning-pauses", responses=refusals(NotPermitted))
async def pauses(work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[PauseView]:
    """Pauses that stand, the newest first."""
    return PageOf.of(await queries.pauses(work, cursor=cursor, limit=limit), PauseView)


@router.get("/dunning-letters", responses=refusals(NotPermitted))
async def letters(
    work: InWork, *, customer_id: UUID | None = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[LetterSummary]:
    """Letters that were sent, the newest first."""
    return PageOf.of(await queries.letters(work, customer_id=customer_id, cursor=cursor, limit=limit), LetterSummary)


@router.get("/dunning-letters/{letter_id}", responses=refusals(NotPermitted, NoSuchLetter))
async def letter(letter_id: UUID, work: InWork) -> LetterView:
    """One letter with its claims."""
    head, claims = await queries.letter(work, letter_id)
    return LetterView.model_validate({**head._mapping, "claims": claims})


@router.get(
    "/dunning-letters/{letter_id}/document",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **refusals(NotPermitted, NoSuchLetter)},
)
async def document(letter_id: UUID, work: InWork) -> Response:
    """The PDF of a letter, byte for byte as it went out."""
    return as_it_went_out(await queries.document(work, letter_id), FileKind.PDF)

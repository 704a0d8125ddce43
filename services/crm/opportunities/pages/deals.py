"""Deals as people see them: the list, one deal with lines and estimate, winning and losing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.crm.accounts import queries as account_queries
from services.crm.handoffs import queries as handoffs
from services.crm.opportunities import actions, queries
from services.crm.opportunities.api.bodies import AnewBody, LineBody, LostBody, OpportunityBody, StageBody, WonBody
from services.crm.opportunities.model import (
    FORMS,
    Attention,
    BillingMethod,
    LossReason,
    Opportunity,
    OpportunityDetails,
    Outcome,
    RecognitionMethod,
)
from services.crm.permissions import Permission
from services.crm.sales_people.queries import owners_to_choose
from shared.database import LIMIT_MAX
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page
from shared.pages.waiting import WAITING_AT_MOST, Finder, Hit, Need, Verb
from shared.ui.formats import in_currency
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.work import Work

router = APIRouter(prefix="/opportunities", route_class=PageRoute)


class DealForm(OpportunityBody):
    """What the form says of a deal; `version` is the one that was open in it."""

    version: int = 0


@router.get("/list")
async def deals(
    request: Request,
    work: InWork,
    *,
    rows: Rows,
    q: Annotated[str, Query(max_length=200)] = "",
    stage: Annotated[str | None, Query(max_length=200)] = None,
    needs: Attention | Literal[""] = "",
    owner: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Every deal, the newest first."""
    stages = {one.code: one.name for one in await queries.stages(work)}
    found = await queries.listed(
        work,
        stage=stage or None,
        owner=owner or None,
        words=q,
        attention=(needs, work.now.date()) if needs else None,
        descending=True,
        sort=rows.sort,
        cursor=rows.cursor,
        limit=rows.limit,
    )
    columns = (
        Column("number", _("Number"), sorts=True),
        Column("name", _("Deal"), sorts=True),
        Column("account", _("Account"), "account_name", sorts=True),
        Column("stage", _("Stage"), lambda row: stages[row.stage], sorts=True),
        Column("amount", _("Amount"), sorts=True, number=True, currency="currency"),
        Column("closes_on", _("Closes"), lambda row: row.closed_on or row.closes_on, sorts=True),
        Column("owner", _("Owner"), who("owner"), sorts=True),
    )
    listing = Listing.of(request, "deals", columns, found.items, next=found.next)
    chosen = {"stage": stage, "needs": needs, "owner": owner}
    owners = await owners_to_choose(work, owner)
    return page(request, "crm/opportunities/deals.html", listing=listing, stages=stages, owners=owners, chosen=chosen)


@router.get("/new")
async def new(request: Request, work: InWork, account_id: UUID | None = None) -> Response:
    """An empty form."""
    work.actor.must(Permission.CHANGE_RECORDS)
    blank = OpportunityDetails("", "EUR", account_id=account_id, owner=work.actor.subject)
    return page(
        request,
        "crm/opportunities/form.html",
        id=new_id(),
        details=blank,
        accounts=await _accounts(work, account_id),
        owners=await owners_to_choose(work, blank.owner),
        version=0,
        amount=None,
    )


@router.get("/{opportunity_id}")
async def deal(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """One deal: where it stands, what is sold, what it will cost, and what delivery and billing made of it."""
    found = await queries.one(work, opportunity_id)
    return page(
        request,
        "crm/opportunities/deal.html",
        deal=found,
        account_name=await account_queries.name_of(work, found.details.account_id),
        stages=await queries.stages(work),
        handoff=await handoffs.of_opportunity(work, opportunity_id) if found.is_returned else None,
        is_open=found.outcome is Outcome.OPEN,
        sees_cost=work.actor.may(Permission.SEE_COSTS),
        is_own=_is_own(work, found),
        may_change=found.may_change and _is_own(work, found),
        loss_reasons=list(LossReason),
        **_line_form(BillingMethod.TIME_AND_MATERIALS),
        today=work.now.date(),
    )


@router.get("/{opportunity_id}/line-fields")
async def line_fields(
    request: Request, opportunity_id: UUID, work: InWork, method: BillingMethod = BillingMethod.TIME_AND_MATERIALS
) -> Response:
    """What the form of a line asks for, as it is billed."""
    currency = (await queries.one(work, opportunity_id)).details.currency
    return page(
        request,
        "crm/opportunities/line_fields.html",
        currency=currency,
        **_line_form(method),
    )


@router.get("/{opportunity_id}/edit")
async def edit(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """The form with what is written down."""
    work.actor.must(Permission.CHANGE_RECORDS)
    found = await queries.one(work, opportunity_id)
    amount = None if found.lines else found.amount
    return page(
        request,
        "crm/opportunities/form.html",
        id=found.id,
        details=found.details,
        accounts=await _accounts(work, found.details.account_id),
        owners=await owners_to_choose(work, found.details.owner),
        version=found.version,
        amount=amount,
    )


@router.post("/{opportunity_id}")
async def save(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """Write down what the form says, and show the deal."""
    form = await form_of(request, DealForm)
    details = OpportunityDetails(**form.model_dump(exclude={"stage", "amount", "version"}))
    if form.version:
        await actions.change_opportunity(
            work,
            opportunity_id,
            version=form.version,
            details=details,
            amount=form.amount if "amount" in form.model_fields_set else None,
        )
    else:
        await actions.create_opportunity(work, opportunity_id, details=details, amount=form.amount, stage=form.stage)
    return _to(opportunity_id)


@router.post("/{opportunity_id}/stage")
async def enter(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """Move the deal into another open stage."""
    form = await form_of(request, StageBody)
    await actions.enter_stage(work, opportunity_id, stage=form.stage)
    return _to(opportunity_id)


@router.post("/{opportunity_id}/lines")
async def sell(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """Add a line."""
    form = await form_of(request, LineBody)
    await actions.sell_line(work, opportunity_id, new_id(), details=form.details())
    return _to(opportunity_id)


@router.post("/{opportunity_id}/lines/{line_id}/removal")
async def drop(opportunity_id: UUID, line_id: UUID, work: InWork) -> Response:
    """Take a line out."""
    await actions.drop_line(work, opportunity_id, line_id)
    return _to(opportunity_id)


@router.post("/{opportunity_id}/won")
async def win(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """Close as won; delivery, resourcing and billing begin from here."""
    form = await form_of(request, WonBody)
    await actions.close_as_won(work, opportunity_id, **form.model_dump())
    return _to(opportunity_id)


@router.post("/{opportunity_id}/won-anew")
async def win_anew(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """Hand the deal over once more, put right as delivery asked."""
    form = await form_of(request, AnewBody)
    await actions.close_anew(work, opportunity_id, **form.model_dump())
    return _to(opportunity_id)


@router.post("/{opportunity_id}/lost")
async def lose(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """Close as lost, for a coded reason."""
    form = await form_of(request, LostBody)
    await actions.close_as_lost(work, opportunity_id, **form.model_dump())
    return _to(opportunity_id)


async def find(work: Work, words: str, limit: int) -> Sequence[Hit]:
    """Deals by number, name or account."""
    found = await queries.listed(work, words=words, descending=True, cursor=None, limit=limit)
    return [
        Hit(
            f"{one.number} {one.name}",
            f"/crm/opportunities/{one.id}",
            " · ".join(filter(None, (one.account_name, in_currency(one.amount, one.currency)))),
        )
        for one in found.items
    ]


async def needs(work: Work) -> Sequence[Need]:
    """Deals that delivery returned, and one's own open ones that should have closed by now."""
    if not work.actor.may(Permission.CHANGE_RECORDS):
        return []
    returned = [
        Need(
            Verb.FIX,
            _("Handoff returned: %(deal)s") % {"deal": one.name},
            f"/crm/opportunities/{one.id}",
            " ".join(one.reasons),
            one.decided_at.date() if one.decided_at else None,
            is_late=True,
        )
        for one in await queries.returned(work, limit=WAITING_AT_MOST)
    ]
    late = await queries.overdue(work, today=work.now.date(), limit=WAITING_AT_MOST)
    return returned + [
        Need(Verb.SELL, one.name, f"/crm/opportunities/{one.id}", one.account_name or "", one.closes_on, is_late=True)
        for one in late
    ]


finder = Finder("Deals", "target-arrow", Permission.SEE_RECORDS, find)


def _line_form(method: BillingMethod) -> dict[str, Any]:
    """What is asked of a line that is billed so, and how its revenue may be earned."""
    by_milestone = method is BillingMethod.FIXED_FEE_MILESTONE
    ways = [one for one in RecognitionMethod if by_milestone or one is not RecognitionMethod.MILESTONE]
    return {"form": FORMS[method], "recognition": ways}


async def _accounts(work: Work, chosen: UUID | None) -> list[tuple[UUID, str]]:
    """The accounts to choose from, by name; the one that is chosen is among them."""
    found = await account_queries.listed(work, q=None, cursor=None, limit=LIMIT_MAX)
    choices = [(one.id, one.name) for one in found.items]
    if chosen is not None and chosen not in dict(choices):
        choices.append((chosen, await account_queries.name_of(work, chosen) or str(chosen)))
    return choices


def _is_own(work: Work, deal: Opportunity) -> bool:
    own = deal.details.owner == work.actor.subject
    return work.actor.may(Permission.CHANGE_ALL_RECORDS) or (own and work.actor.may(Permission.CHANGE_RECORDS))


def _to(opportunity_id: UUID) -> Response:
    return RedirectResponse(f"/crm/opportunities/{opportunity_id}", 303)

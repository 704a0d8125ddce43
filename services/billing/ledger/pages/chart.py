"""The chart as people see it: every account, which takes what is posted to which role, and by which rule."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.ledger import actions, queries
from services.billing.ledger.api import NewAccountBody, PostingRoleBody, PostingRuleBody
from services.billing.ledger.model.accounts import AccountKind, NoBooks, NoSuchAccount, PostingRole
from services.billing.ledger.pages.books import LegalEntity
from services.billing.permissions import Permission
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page
from shared.web import key_required

router = APIRouter(prefix="/journal/chart", route_class=PageRoute)


class RoleForm(PostingRoleBody):
    """Which account of which books takes a role from now on."""

    legal_entity: str
    account: str


@router.get("")
async def chart(request: Request, work: InWork, wanted: LegalEntity = None) -> Response:
    """Every account of a legal entity with the roles it plays, and the posting rules."""
    codes = await queries.legal_entities_with_books(work)
    code = wanted or next(iter(codes), "")
    found = await queries.chart(work, code)
    if wanted and not found.accounts:
        raise NoBooks(field="/legal_entity")
    plays: dict[str, list[PostingRole]] = {}
    for role, account in found.roles.items():
        plays.setdefault(account, []).append(role)
    return page(
        request,
        "billing/ledger/chart.html",
        codes=codes,
        legal_entity=code,
        accounts=[one for _, one in sorted(found.accounts.items())],
        plays=plays,
        missing=found.missing if found.accounts else [],
        rules=found.rules,
        kinds=list(AccountKind),
        roles=list(PostingRole),
        today=work.now.date(),
        sees_ledger=work.actor.may(Permission.SEE_LEDGER),
        may_keep=work.actor.may(Permission.KEEP_CHART),
    )


@router.post("/accounts", dependencies=[Depends(key_required)])
async def add_account(request: Request, work: InWork) -> Response:
    """Add an account."""
    form = await form_of(request, NewAccountBody)
    await actions.create_account(
        work, new_id(), legal_entity=form.legal_entity, code=form.code, name=form.name, kind=form.kind
    )
    return _back(form.legal_entity)


@router.post("/roles")
async def give_role(request: Request, work: InWork) -> Response:
    """Let an account take everything that is posted to a role from now on."""
    form = await form_of(request, RoleForm)
    account = (await queries.chart(work, form.legal_entity)).accounts.get(form.account)
    if account is None:
        raise NoSuchAccount(field="/account")
    await actions.give_posting_role(work, account.id, form.role)
    return _back(form.legal_entity)


@router.post("/rules", dependencies=[Depends(key_required)])
async def add_rule(request: Request, work: InWork) -> Response:
    """Let an account take a role, or a part of it, from a day on."""
    form = await form_of(request, PostingRuleBody)
    await actions.set_posting_rule(work, new_id(), **dict(form))
    return _back(form.legal_entity)


def _back(legal_entity: str) -> Response:
    return RedirectResponse(f"/billing/journal/chart?legal_entity={legal_entity}", 303)

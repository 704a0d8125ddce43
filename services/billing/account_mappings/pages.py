"""Account mappings as people see them: the chart beside the books of another system, with what is missing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.account_mappings import queries
from services.billing.account_mappings.actions import map_account
from services.billing.account_mappings.api import MappingBody
from services.billing.account_mappings.model import DEFAULT_TARGET
from services.billing.permissions import Permission
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.web import key_required

router = APIRouter(prefix="/account-mappings", route_class=PageRoute)
LegalEntity = Annotated[str | None, Query(alias="legal_entity", max_length=50)]
Target = Annotated[str, Query(max_length=40)]


@router.get("")
async def mappings(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    wanted: LegalEntity = None,
    target: Target = DEFAULT_TARGET,
    only_unmapped: bool = False,
) -> Response:
    """Every account of a chart and what it is called in the books of `target`."""
    codes = await queries.legal_entities(work)
    code = wanted or next(iter(codes), "")
    found = await queries.chart_beside(
        work, legal_entity=code, target=target, only_unmapped=only_unmapped, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("code", _("Account")),
        Column("name", _("Name"), only="file"),
        Column("kind", _("Kind"), said("billing/account_mappings/words.html", "words", "kind")),
        Column("erp_account", _("In the books of %(target)s") % {"target": target}),
        Column("version", _("Version"), only="file"),
        Column("mapped_at", _("Mapped")),
        Column("act", ""),
    )
    return page(
        request,
        "billing/account_mappings/mappings.html",
        listing=Listing.of(request, "account-mappings", columns, found.items, next=found.next),
        codes=codes,
        legal_entity=code,
        target=target,
        targets=sorted({DEFAULT_TARGET, target, *await queries.targets(work, code)}),
        only_unmapped=only_unmapped,
        may_map=work.actor.may(Permission.KEEP_CHART),
    )


@router.get("/versions")
async def versions(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    legal_entity: Annotated[str, Query(max_length=50)] = "",
    account: Annotated[str, Query(max_length=40)] = "",
    target: Target = DEFAULT_TARGET,
) -> Response:
    """What an account was called in the books of `target`, from when on, and who said so."""
    found = await queries.versions(
        work, legal_entity=legal_entity, target=target, account=account, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("version", _("Version"), number=True),
        Column("erp_account", _("In the books of %(target)s") % {"target": target}),
        Column("mapped_by", _("By"), who("mapped_by"), only="file"),
        Column("mapped_at", _("Mapped")),
    )
    return page(
        request,
        "billing/account_mappings/versions.html",
        listing=Listing.of(request, "account-mapping-versions", columns, found.items, next=found.next),
        legal_entity=legal_entity,
        account=account,
        target=target,
    )


@router.post("", dependencies=[Depends(key_required)])
async def map_one(request: Request, work: InWork) -> Response:
    """Map an account; what was sealed before keeps what it was mapped to."""
    form = await form_of(request, MappingBody)
    await map_account(
        work,
        new_id(),
        legal_entity=form.legal_entity,
        target=form.target,
        account=form.account,
        erp_account=form.erp_account,
    )
    return RedirectResponse(f"/billing/account-mappings?legal_entity={form.legal_entity}&target={form.target}", 303)

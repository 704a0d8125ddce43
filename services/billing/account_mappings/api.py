"""Account mappings over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.billing.account_mappings import queries
from services.billing.account_mappings.actions import map_account
from services.billing.account_mappings.model import DEFAULT_TARGET
from services.billing.ledger.model.accounts import NoBooks, NoSuchAccount
from shared.actor import NotPermitted
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/account-mappings", tags=["ledger batches"], route_class=WorkRoute)

Target = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="which system's books")]


class MappingBody(Body):
    """What one of our accounts is called in the books of `target`."""

    legal_entity: str
    target: Target = DEFAULT_TARGET
    account: str = Field(description="code of a ledger account")
    erp_account: str = Field(min_length=1, max_length=100)


class MappingView(View):
    """A mapping as it stands, and which version of it this is."""

    id: UUID
    legal_entity: str
    target: str
    account: str
    erp_account: str
    version: int
    mapped_at: datetime
    mapped_by: str


@router.put("/{mapping_id}", status_code=201, responses=refusals(NotPermitted, NoBooks, NoSuchAccount))
async def put_mapping(mapping_id: UUID, body: MappingBody, work: InWork) -> MappingView:
    """Map a ledger account; mapping it again under a new id makes a new version."""
    mapping = await map_account(
        work,
        mapping_id,
        legal_entity=body.legal_entity,
        target=body.target,
        account=body.account,
        erp_account=body.erp_account,
    )
    return MappingView.model_validate(mapping)


@router.get("", responses=refusals(NotPermitted))
async def list_mappings(
    work: InWork, *, legal_entity: str, target: str = DEFAULT_TARGET, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[MappingView]:
    """The mappings in force, by account."""
    found = await queries.mappings(work, legal_entity=legal_entity, target=target, cursor=cursor, limit=limit)
    return PageOf[MappingView].of(found, MappingView)


@router.get("/versions", responses=refusals(NotPermitted))
async def list_versions(
    work: InWork,
    *,
    legal_entity: str,
    account: str,
    target: str = DEFAULT_TARGET,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[MappingView]:
    """Every mapping that an account ever had in the books of `target`, the newest first."""
    found = await queries.versions(
        work, legal_entity=legal_entity, target=target, account=account, cursor=cursor, limit=limit
    )
    return PageOf[MappingView].of(found, MappingView)

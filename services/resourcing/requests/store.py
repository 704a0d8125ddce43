"""How requests of projects and the demand of deals are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Integer, Numeric, String, Uuid, or_, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.resourcing.requests.model import NoSuchRequest, ResourceRequest
from services.resourcing.tables import schema
from shared.database import amount, belongs_to, found_by
from shared.work import Work

KEY = ["tenant_id", "id"]

requests = schema.table(
    "resource_requests",
    Column("id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("project_name", String, nullable=False),
    Column("account_name", String, nullable=False),
    Column("staffing_role", String, nullable=False),
    Column("required_skills", JSONB, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("hourly_cost_limit", nullable=True),
    Column("requested_by", String, nullable=False),
    Column("thread_id", Uuid),
    Column("booked_minutes", Integer, nullable=False, server_default="0"),
    Column("sequence", BigInteger, nullable=False),
    belongs_to("project_id", "projects"),
    found_by("starts_on", "id", why="requests by start, page by page"),
    found_by("thread_id", why="whether a won deal has become requests"),
)
deals = schema.table(
    "deals",
    Column("id", Uuid, primary_key=True),
    Column("name", String),
    Column("probability", Numeric(20, 6)),
    Column("expected_work", JSONB),
    Column("closes_on", Date),
    Column("starts_on", Date),
    Column("ends_before", Date),
    Column("changed_sequence", BigInteger),
    Column("won_work", JSONB),
    Column("won_starts_on", Date),
    Column("won_ends_before", Date),
    Column("won_sequence", BigInteger),
    Column("lost_sequence", BigInteger),
    audited=False,
)
schema.map(ResourceRequest, requests)


async def keep_request(work: Work, request_id: UUID, said: Mapping[str, Any], sequence: int) -> None:
    """Keep the newest state of a request; an older one changes nothing."""
    values = {**said, "sequence": sequence}
    statement = insert(requests).values(id=request_id, **values)
    await work.session.execute(
        statement.on_conflict_do_update(index_elements=KEY, set_=values, where=requests.c.sequence < sequence)
    )


async def find(work: Work, request_id: UUID) -> ResourceRequest:
    """One request as it stands."""
    return await _one(work, request_id, is_locked=False)


async def get(work: Work, request_id: UUID) -> ResourceRequest:
    """One request, locked until this work ends."""
    return await _one(work, request_id, is_locked=True)


async def _one(work: Work, request_id: UUID, *, is_locked: bool) -> ResourceRequest:
    wanted = select(ResourceRequest).where(requests.c.id == request_id)
    if is_locked:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found: ResourceRequest | None = await work.session.scalar(wanted)
    if found is None:
        raise NoSuchRequest()
    return found


async def keep_deal(work: Work, deal_id: UUID, said: Mapping[str, Any], sequence: int) -> None:
    """Keep the newest state of an open deal; an older one changes nothing."""
    await _keep_deal(work, deal_id, said, "changed_sequence", sequence)


async def keep_won(
    work: Work,
    deal_id: UUID,
    *,
    won_work: list[dict[str, Any]],
    starts_on: date,
    ends_before: date,
    sequence: int,
) -> None:
    """Keep what a won deal was sold with."""
    said = {"won_work": won_work, "won_starts_on": starts_on, "won_ends_before": ends_before}
    await _keep_deal(work, deal_id, said, "won_sequence", sequence)


async def keep_lost(work: Work, deal_id: UUID, sequence: int) -> None:
    """Keep when, in the order of its announcements, a deal was lost."""
    await _keep_deal(work, deal_id, {}, "lost_sequence", sequence)


async def _keep_deal(work: Work, deal_id: UUID, said: Mapping[str, Any], gate: str, sequence: int) -> None:
    values = {**said, gate: sequence}
    newer = or_(deals.c[gate].is_(None), deals.c[gate] < sequence)
    statement = insert(deals).values(id=deal_id, **values)
    await work.session.execute(statement.on_conflict_do_update(index_elements=KEY, set_=values, where=newer))

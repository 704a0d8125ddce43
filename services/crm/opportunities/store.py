"""How opportunities and the pipeline are kept."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, Integer, Numeric, String, Uuid, exists, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import composite

from services.crm.opportunities.model import (
    DEFAULT_PIPELINE,
    Closing,
    EstimateRole,
    ForecastCategory,
    Line,
    LossReason,
    NoSuchOpportunity,
    NoSuchStage,
    Opportunity,
    OpportunityDetails,
    Outcome,
    Stage,
    StageEntry,
)
from services.crm.tables import schema
from shared.contracts.crm import BillingMethod
from shared.database import amount, belongs_to, choice, found_by, only_one, rule
from shared.work import Work

stages = schema.table(
    "stages",
    Column("code", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("probability", Numeric(5, 4), nullable=False),
    choice("forecast_category", ForecastCategory),
    choice("outcome", Outcome),
    Column("version", Integer, nullable=False),
)
numbers = schema.table(
    "numbers",
    Column("series", String, primary_key=True),
    Column("last", Integer, nullable=False),
    audited=False,
)
opportunities = schema.table(
    "opportunities",
    Column("id", Uuid, primary_key=True),
    Column("number", String, nullable=False),
    Column("name", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("account_id", Uuid),
    Column("owner", String),
    Column("closes_on", Date),
    Column("starts_on", Date),
    Column("ends_before", Date),
    Column("purchase_order", String),
    Column("payment_terms_days", Integer),
    Column("project_template", String),
    Column("next_step", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("probability", Numeric(5, 4), nullable=False),
    choice("forecast_category", ForecastCategory),
    choice("outcome", Outcome),
    amount("amount"),
    Column("closed_on", Date),
    Column("quote_reference", String),
    Column("override_reason", String),
    choice("loss_reason", LossReason, nullable=True),
    Column("loss_note", String, nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("account_id", "accounts"),
    belongs_to("stage", "stages", key="code"),
    only_one("number"),
    found_by("owner", "id", why="the list of one's own deals"),
    found_by("stage", "id", why="the list of the deals in a stage"),
    found_by("account_id", why="the deals of an account"),
    rule("amount", "amount >= 0"),
)
lines = schema.table(
    "opportunity_lines",
    Column("id", Uuid, primary_key=True),
    Column("opportunity_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("description", String, nullable=False),
    choice("method", BillingMethod),
    Column("product", String, nullable=False),
    amount("amount"),
    Column("staffing_role", String),
    Column("minutes", Integer),
    amount("hourly_rate", nullable=True),
    Column("milestone_due_on", Date),
    belongs_to("opportunity_id", "opportunities"),
    only_one("opportunity_id", "position"),
)
roles = schema.table(
    "estimate_roles",
    Column("id", Uuid, primary_key=True),
    Column("opportunity_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("staffing_role", String, nullable=False),
    Column("minutes", Integer, nullable=False),
    amount("hourly_price"),
    amount("hourly_cost"),
    Column("line_id", Uuid),
    Column("skills", JSONB, nullable=False),
    belongs_to("opportunity_id", "opportunities"),
    found_by("opportunity_id", "position", why="the estimate of a deal"),
)
history = schema.table(
    "stage_history",
    Column("id", Uuid, primary_key=True),
    Column("opportunity_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("stage", String, nullable=False),
    Column("probability", Numeric(5, 4), nullable=False),
    choice("forecast_category", ForecastCategory),
    Column("entered_on", Date),
    Column("entered_by", String, nullable=False),
    belongs_to("opportunity_id", "opportunities"),
    only_one("opportunity_id", "position"),
    audited=False,
)

schema.map(Stage, stages, version=stages.c.version)
schema.map(Line, lines)
schema.map(EstimateRole, roles)
schema.map(StageEntry, history)
schema.map(
    Opportunity,
    opportunities,
    version=opportunities.c.version,
    properties={
        "details": composite(
            OpportunityDetails,
            opportunities.c.name,
            opportunities.c.currency,
            opportunities.c.account_id,
            opportunities.c.owner,
            opportunities.c.closes_on,
            opportunities.c.starts_on,
            opportunities.c.ends_before,
            opportunities.c.purchase_order,
            opportunities.c.payment_terms_days,
            opportunities.c.project_template,
            opportunities.c.next_step,
        ),
        "closing": composite(
            Closing,
            opportunities.c.closed_on,
            opportunities.c.quote_reference,
            opportunities.c.override_reason,
            opportunities.c.loss_reason,
            opportunities.c.loss_note,
        ),
        "lines": schema.parts(Line, lines, of=opportunities, by="opportunity_id", order_by=lines.c.position),
        "roles": schema.parts(EstimateRole, roles, of=opportunities, by="opportunity_id", order_by=roles.c.position),
        "history": schema.parts(
            StageEntry, history, of=opportunities, by="opportunity_id", order_by=history.c.position
        ),
    },
)

NEXT_NUMBERS = text(
    """
    insert into numbers (series, last) values ('opportunity', 1000 + :count)
    on conflict (tenant_id, series) do update set last = numbers.last + :count
    returning last
    """
)


async def get(work: Work, opportunity_id: UUID) -> Opportunity:
    """Load one opportunity and lock it until this work ends; raises NoSuchOpportunity."""
    found: Opportunity | None = await work.session.scalar(
        select(Opportunity)
        .where(opportunities.c.id == opportunity_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchOpportunity()
    return found


async def is_known(work: Work, opportunity_id: UUID) -> bool:
    """Whether there is an opportunity with this id."""
    return bool(await work.session.scalar(select(exists().where(opportunities.c.id == opportunity_id))))


async def next_numbers(work: Work, count: int = 1) -> list[str]:
    """The next `count` numbers, such as `O-1001`, from a counter that is locked until this work ends."""
    last: int = (await work.session.execute(NEXT_NUMBERS, {"count": count})).scalar_one()
    return [f"O-{number}" for number in range(last - count + 1, last + 1)]


async def pipeline(work: Work) -> list[Stage]:
    """The stages in order; a tenant that has none yet gets those that everybody starts with."""
    found = await _stages(work)
    if found:
        return found
    names = ("code", "name", "position", "probability", "forecast_category", "outcome")
    rows = [dict(zip(names, row, strict=True)) | {"version": 1} for row in DEFAULT_PIPELINE]
    rows = [row | {"probability": Decimal(str(row["probability"]))} for row in rows]
    await work.session.execute(insert(stages).on_conflict_do_nothing(), rows)
    return await _stages(work)


async def stage(work: Work, code: str) -> Stage:
    """One stage of the pipeline by its code; raises NoSuchStage."""
    found = next((one for one in await pipeline(work) if one.code == code), None)
    if found is None:
        raise NoSuchStage(f"The pipeline has no stage {code}.", field="/stage")
    return found


async def closing_stage(work: Work, outcome: Outcome) -> Stage:
    """The stage that a deal is closed in, as won or as lost; raises NoSuchStage."""
    found = next((one for one in await pipeline(work) if one.outcome is outcome), None)
    if found is None:
        raise NoSuchStage(f"The pipeline has no stage for {outcome} deals.")
    return found


def add(work: Work, opportunity: Opportunity) -> None:
    """Keep a new opportunity."""
    work.session.add(opportunity)


async def _stages(work: Work) -> list[Stage]:
    return list(await work.session.scalars(select(Stage).order_by(stages.c.position, stages.c.code)))

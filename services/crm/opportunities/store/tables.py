"""The tables of opportunities and of the pipeline, and what is mapped to them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, Numeric, String, Uuid, column, exists, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import column_property, composite

from services.crm.handoffs.model import HandoffState
from services.crm.opportunities.model import (
    BillingMethod,
    Closing,
    EstimateRole,
    ForecastCategory,
    Line,
    LineTerms,
    LossReason,
    Opportunity,
    OpportunityDetails,
    Outcome,
    RecognitionMethod,
    Stage,
    StageEntry,
)
from services.crm.tables import schema
from shared.database import amount, belongs_to, choice, found_by, only_one, rule

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
    counter="last",
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
    amount("purchase_order_budget", nullable=True),
    Column("billing_increment_minutes", Integer),
    amount("deposit", nullable=True),
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
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("correction", String),
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
    amount("cap", nullable=True),
    Column("months", Integer),
    amount("monthly_fee", nullable=True),
    Column("monthly_minutes", Integer),
    Column("rollover_months", Integer),
    amount("overage_rate", nullable=True),
    amount("markup_percent", nullable=True),
    Column("is_agent", Boolean, nullable=False),
    choice("recognition_method", RecognitionMethod, nullable=True),
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

handoffs = table("handoffs", column("opportunity_id", Uuid), column("state", String))
IS_RETURNED = (opportunities.c.outcome == Outcome.WON) & exists().where(
    handoffs.c.opportunity_id == opportunities.c.id, handoffs.c.state == HandoffState.RETURNED
)

schema.map(Stage, stages, version=stages.c.version)
schema.map(
    Line,
    lines,
    properties={
        "terms": composite(
            LineTerms,
            lines.c.cap,
            lines.c.months,
            lines.c.monthly_fee,
            lines.c.monthly_minutes,
            lines.c.rollover_months,
            lines.c.overage_rate,
            lines.c.markup_percent,
            lines.c.is_agent,
            lines.c.recognition_method,
        )
    },
)
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
            opportunities.c.purchase_order_budget,
            opportunities.c.billing_increment_minutes,
            opportunities.c.deposit,
        ),
        "closing": composite(
            Closing,
            opportunities.c.closed_on,
            opportunities.c.quote_reference,
            opportunities.c.override_reason,
            opportunities.c.loss_reason,
            opportunities.c.loss_note,
            opportunities.c.correction,
        ),
        "is_returned": column_property(IS_RETURNED, expire_on_flush=False),
        "lines": schema.parts(Line, lines, of=opportunities, by="opportunity_id", order_by=lines.c.position),
        "roles": schema.parts(EstimateRole, roles, of=opportunities, by="opportunity_id", order_by=roles.c.position),
        "history": schema.parts(
            StageEntry, history, of=opportunities, by="opportunity_id", order_by=history.c.position
        ),
    },
)

"""The tables of dunning: plans and letters are append-only, each step of a claim has one notice at most."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Text,
    Uuid,
    and_,
    case,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from services.billing.dunning.model import Late, Letter, Notice, NoticeStatus, Pause, Plan, Step, StepText
from services.billing.legal_entities.model import Language
from services.billing.tables import schema
from shared.database import amount, belongs_to, choice, found_by, only_one, read, rule
from shared.work import Work

dunning_plans = schema.table(
    "dunning_plans",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity_id", Uuid, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    belongs_to("legal_entity_id", "legal_entities"),
    found_by("legal_entity_id", "made_at", why="the plan that counts"),
    append_only=True,
)
dunning_steps = schema.table(
    "dunning_steps",
    Column("plan_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("days_overdue", Integer, nullable=False),
    Column("texts", JSONB, nullable=False),
    amount("fee"),
    belongs_to("plan_id", "dunning_plans"),
    append_only=True,
)
dunning_letters = schema.table(
    "dunning_letters",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("step", Integer, nullable=False),
    choice("language", Language),
    Column("title", String, nullable=False),
    amount("open"),
    amount("fee"),
    Column("sent_on", Date, nullable=False),
    Column("sent_by", String, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("sha256", String(64), nullable=False),
    belongs_to("legal_entity_id", "legal_entities"),
    belongs_to("customer_id", "customers"),
    found_by("customer_id", "id", why="the letters to a customer"),
    append_only=True,
)
dunning_documents = schema.table(
    "dunning_documents",
    Column("id", Uuid, primary_key=True),
    Column("pdf", LargeBinary, nullable=False),
    belongs_to("id", "dunning_letters"),
    append_only=True,
)
dunning_notices = schema.table(
    "dunning_notices",
    Column("id", Uuid, primary_key=True),
    Column("invoice_id", Uuid, nullable=False),
    Column("plan_id", Uuid, nullable=False),
    Column("step", Integer, nullable=False),
    choice("status", NoticeStatus),
    Column("proposed_on", Date, nullable=False),
    Column("decided_on", Date),
    Column("decided_by", String),
    Column("decided_at", DateTime(timezone=True)),
    Column("reason", Text, nullable=False),
    Column("letter_id", Uuid),
    amount("open", nullable=True),
    belongs_to("invoice_id", "issued_invoices"),
    belongs_to("plan_id", "dunning_plans"),
    belongs_to("letter_id", "dunning_letters"),
    only_one("invoice_id", "step"),
    found_by("status", "id", why="what waits to be sent"),
    found_by("letter_id", where="letter_id is not null", why="what a letter is about"),
    rule("is_on_a_letter_once_sent", "(status = 'sent') = (letter_id is not null)"),
)
dunning_pauses = schema.table(
    "dunning_pauses",
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid),
    Column("invoice_id", Uuid),
    Column("reason", Text, nullable=False),
    Column("ends_on", Date),
    Column("paused_by", String, nullable=False),
    Column("paused_at", DateTime(timezone=True), nullable=False),
    Column("lifted_by", String),
    Column("lifted_at", DateTime(timezone=True)),
    belongs_to("customer_id", "customers"),
    belongs_to("invoice_id", "issued_invoices"),
    found_by("customer_id", where="lifted_at is null", why="whether a customer is paused"),
    found_by("invoice_id", where="lifted_at is null", why="whether an invoice is paused"),
    rule("is_of_one", "(customer_id is null) <> (invoice_id is null)"),
)

LATE = text(
    """
    select issued.id as invoice_id, invoice.legal_entity_id, issued.due_on, coalesce(last.step, 0) as last_step,
           last.decided_on
      from issued_invoices issued
      join invoices invoice on invoice.id = issued.id
      left join lateral (select step, status, decided_on from dunning_notices notice
                          where notice.invoice_id = issued.id order by step desc limit 1) last on true
     where issued.id > :after and issued.due_on < :today and last.status is distinct from 'proposed'
       and invoice.legal_entity_id = any(:legal_entity_ids)
       and issued.gross > (select coalesce(sum(amount), 0) from settlements where invoice_id = issued.id)
       and not exists (select from dunning_pauses pause
                        where pause.lifted_at is null and coalesce(pause.ends_on, :today) >= :today
                          and (pause.customer_id = invoice.customer_id or pause.invoice_id = issued.id))
     order by issued.id limit :limit
    """
).columns(
    Column("invoice_id", Uuid),
    Column("legal_entity_id", Uuid),
    Column("due_on", Date),
    Column("last_step", Integer),
    Column("decided_on", Date),
)


def stands(today: date) -> ColumnElement[bool]:
    """Whether a pause is neither lifted nor over."""
    one = dunning_pauses.c
    return and_(one.lifted_at.is_(None), or_(one.ends_on.is_(None), one.ends_on >= today))


async def add_plan(work: Work, plan: Plan) -> None:
    """Keep a plan with its steps, for good."""
    head = {name: getattr(plan, name) for name in ("id", "legal_entity_id", "made_by", "made_at")}
    await work.session.execute(insert(dunning_plans).values(head))
    if plan.steps:
        rows = [{"plan_id": plan.id, **asdict(step)} for step in plan.steps]
        await work.session.execute(insert(dunning_steps), rows)


async def plans(work: Work) -> dict[UUID, Plan]:
    """The plan that counts of each legal entity that has one."""
    one = dunning_plans.c
    newest = (
        select(one.id, one.legal_entity_id, one.made_by, one.made_at)
        .ext(postgresql.distinct_on(one.legal_entity_id))
        .order_by(one.legal_entity_id, one.made_at.desc(), one.id.desc())
    )
    found = list(await work.session.execute(newest))
    steps = await steps_of(work, [row.id for row in found])
    return {row.legal_entity_id: Plan(*row, steps=steps.get(row.id, [])) for row in found}


async def steps_of(work: Work, plan_ids: Collection[UUID]) -> dict[UUID, list[Step]]:
    """The steps of some plans, in order."""
    one = dunning_steps.c
    wanted = select(dunning_steps).where(one.plan_id.in_(plan_ids)).order_by(one.plan_id, one.number)
    found: dict[UUID, list[Step]] = {}
    for row in await work.session.execute(wanted):
        texts = {Language(language): StepText(**said) for language, said in row.texts.items()}
        step = Step(row.number, row.days_overdue, texts, row.fee)
        found.setdefault(row.plan_id, []).append(step)
    return found


async def late(
    work: Work, legal_entity_ids: Collection[UUID], *, today: date, after: UUID, limit: int
) -> Sequence[Late]:
    """The next overdue claims by id that are not paused and for which no notice waits."""
    asked = {"legal_entity_ids": list(legal_entity_ids), "today": today, "after": after, "limit": limit}
    return [Late(*row) for row in await work.session.execute(LATE, asked)]


async def propose(work: Work, notices: Sequence[Notice]) -> int:
    """Keep notices that are new; a step of a claim has one at most. Gives how many were."""
    if not notices:
        return 0
    rows = [{**asdict(one), "status": NoticeStatus.PROPOSED, "reason": ""} for one in notices]
    new = postgresql.insert(dunning_notices).values(rows).on_conflict_do_nothing().returning(dunning_notices.c.id)
    return len((await work.session.execute(new)).all())


async def lock(work: Work, notice_ids: Collection[UUID]) -> list[Notice]:
    """Those of the notices that wait, locked in one order until this work ends."""
    one = dunning_notices.c
    waiting = select(one.id).where(one.id.in_(notice_ids), one.status == NoticeStatus.PROPOSED)
    ids = list(await work.session.scalars(waiting.order_by(one.id).with_for_update()))
    return await read(work.session, Notice, dunning_notices, one.id.in_(ids), order_by=(one.id,))


async def leave_out(work: Work, notice_ids: Collection[UUID], *, on: date, reason: str) -> None:
    """Settle the step of each without a letter."""
    await _decide(work, notice_ids, status=NoticeStatus.LEFT_OUT, decided_on=on, reason=reason)


async def send(work: Work, written: Sequence[tuple[Letter, Mapping[UUID, Decimal], bytes]]) -> None:
    """Keep letters as they went out, and put the notices of each on it, each with what was open."""
    made = {"sent_by": work.actor.subject, "sent_at": work.now}
    heads = [{**asdict(letter), **made, "sha256": hashlib.sha256(pdf).hexdigest()} for letter, _, pdf in written]
    await work.session.execute(insert(dunning_letters), heads)
    await work.session.execute(insert(dunning_documents), [{"id": letter.id, "pdf": pdf} for letter, _, pdf in written])
    letters = {notice: letter.id for letter, opens, _ in written for notice in opens}
    lefts = {notice: left for _, opens, _ in written for notice, left in opens.items()}
    on_letter = {
        "decided_on": work.now.date(),
        "letter_id": case(letters, value=dunning_notices.c.id),
        "open": case(lefts, value=dunning_notices.c.id),
    }
    await _decide(work, list(letters), status=NoticeStatus.SENT, **on_letter)


async def _decide(work: Work, notice_ids: Collection[UUID], **values: Any) -> None:
    said = {"decided_by": work.actor.subject, "decided_at": work.now, **values}
    await work.session.execute(update(dunning_notices).where(dunning_notices.c.id.in_(notice_ids)).values(said))


async def add_pause(work: Work, pause: Pause) -> None:
    """Keep a pause."""
    await work.session.execute(insert(dunning_pauses).values(asdict(pause)))


async def lift(work: Work, pause_id: UUID) -> bool:
    """End a pause that was not lifted yet; gives whether there was one."""
    one = dunning_pauses.c
    said = {"lifted_by": work.actor.subject, "lifted_at": work.now}
    lifted = update(dunning_pauses).where(one.id == pause_id, one.lifted_at.is_(None)).values(said).returning(one.id)
    return await work.session.scalar(lifted) is not None


async def paused(work: Work, customer_ids: Collection[UUID], invoice_ids: Collection[UUID], *, today: date) -> bool:
    """Whether any of these is paused."""
    one = dunning_pauses.c
    any_of = one.customer_id.in_(customer_ids) | one.invoice_id.in_(invoice_ids)
    return await work.session.scalar(select(one.id).where(stands(today), any_of).limit(1)) is not None

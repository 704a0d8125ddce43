"""How expenses are kept: what is not approved can change; approving moves it to rows that never change."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Row, String, Uuid, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import composite

from services.delivery.expenses.model.expense import ApprovedExpense, Category, Expense, NoSuchExpense, Spent
from services.delivery.expenses.model.report import ExpenseReport, NoSuchReport, ReportState
from services.delivery.tables import schema
from shared.database import amount, belongs_to, choice, found_by, only_one
from shared.work import Work

reports = schema.table(
    "expense_reports",
    Column("id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("title", String, nullable=False),
    Column("currency", String(3), nullable=False),
    choice("state", ReportState),
    Column("submitted_at", DateTime(timezone=True)),
    Column("decided_by", String),
    Column("decided_at", DateTime(timezone=True)),
    Column("rejection_reason", String),
    Column("version", Integer, nullable=False),
    belongs_to("project_id", "projects"),
    found_by("person_id", "id", why="one's own reports"),
    found_by("project_id", "id", why="reports that a manager decides on"),
)
expenses = schema.table(
    "expenses",
    Column("id", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    choice("category", Category),
    Column("description", String, nullable=False),
    Column("receipt", String, nullable=False),
    Column("receipt_currency", String(3), nullable=False),
    amount("receipt_net"),
    amount("receipt_tax"),
    amount("exchange_rate", nullable=True),
    Column("billable", Boolean, nullable=False),
    Column("reimbursable", Boolean, nullable=False),
    Column("billing_line_id", Uuid),
    amount("amount"),
    amount("tax"),
    belongs_to("report_id", "expense_reports"),
    found_by("report_id", why="the expenses of a report"),
)
approved_expenses = schema.table(
    "approved_expenses",
    Column("id", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False),
    Column("project_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    choice("category", Category),
    Column("description", String, nullable=False),
    Column("receipt", String, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    amount("tax"),
    Column("billable", Boolean, nullable=False),
    Column("reimbursable", Boolean, nullable=False),
    Column("billing_line_id", Uuid),
    Column("corrects_expense_id", Uuid),
    Column("reason", String),
    belongs_to("report_id", "expense_reports"),
    belongs_to("corrects_expense_id", "approved_expenses"),
    only_one("corrects_expense_id", where="corrects_expense_id is not null"),
    found_by("report_id", why="the expenses of a report"),
    found_by("project_id", "day", why="what a project spent up to a day"),
    append_only=True,
)
locks = schema.table(
    "expense_locks",
    Column("name", String, primary_key=True),
    Column("locked_before", Date, nullable=False),
)
THE_LOCK = "expenses"
KEPT = tuple(one.name for one in fields(ApprovedExpense))

schema.map(
    Expense,
    expenses,
    properties={"spent": composite(Spent, *(expenses.c[one.name] for one in fields(Spent)))},
)
schema.map(
    ExpenseReport,
    reports,
    version=reports.c.version,
    properties={"expenses": schema.parts(Expense, expenses, of=reports, by="report_id", order_by=expenses.c.id)},
)

AROUND = text(
    """
    select p.manager, p.thread_id,
           (select subject from subjects where person_id = :person_id) as person_subject
      from projects p where p.id = :project_id
    """
)


@dataclass(frozen=True)
class Surroundings:
    """What deciding on expenses has to know: the project's manager and thread, and the person's log-in."""

    manager: str
    thread_id: UUID
    person_subject: str | None


async def is_known(work: Work, report_id: UUID) -> bool:
    """Whether there is a report with this id, whoever it is of."""
    return await work.session.scalar(select(reports.c.id).where(reports.c.id == report_id)) is not None


async def get(work: Work, report_id: UUID) -> ExpenseReport:
    """Load a report and lock it until this work ends."""
    found = await work.session.scalar(select(ExpenseReport).where(reports.c.id == report_id).with_for_update())
    if found is None:
        raise NoSuchReport()
    return found


def add(work: Work, report: ExpenseReport) -> None:
    """Keep a new report."""
    work.session.add(report)


async def around(work: Work, report: ExpenseReport) -> Surroundings:
    """What surrounds a report."""
    values = {"project_id": report.project_id, "person_id": report.person_id}
    return Surroundings(**(await work.session.execute(AROUND, values)).one()._mapping)


async def keep(work: Work, approved: list[ApprovedExpense]) -> None:
    """Write down for good what was approved, or reversed."""
    await work.session.execute(approved_expenses.insert(), [asdict(one) for one in approved])


async def approved_expense(work: Work, report_id: UUID, expense_id: UUID) -> ApprovedExpense:
    """One expense that was approved."""
    here = approved_expenses.c.report_id == report_id
    rows = select(approved_expenses).where(here, approved_expenses.c.id == expense_id)
    row = (await work.session.execute(rows)).one_or_none()
    if row is None:
        raise NoSuchExpense()
    return _approved(row)


async def is_reversed(work: Work, expense_id: UUID) -> bool:
    """Whether an expense was taken back."""
    rows = select(approved_expenses.c.id).where(approved_expenses.c.corrects_expense_id == expense_id)
    return await work.session.scalar(rows) is not None


async def approved_of(work: Work, report_id: UUID) -> list[ApprovedExpense]:
    """Everything of a report that was approved or reversed, by day."""
    rows = select(approved_expenses).where(approved_expenses.c.report_id == report_id)
    found = await work.session.execute(rows.order_by(approved_expenses.c.day, approved_expenses.c.id))
    return [_approved(row) for row in found]


async def locked_before(work: Work) -> date | None:
    """The first day whose books are open; none where nothing was ever locked."""
    day: date | None = await work.session.scalar(select(locks.c.locked_before).where(locks.c.name == THE_LOCK))
    return day


async def lock_before(work: Work, day: date) -> None:
    """Lock the books before a day."""
    new = insert(locks).values(name=THE_LOCK, locked_before=day)
    await work.session.execute(
        new.on_conflict_do_update(index_elements=["tenant_id", "name"], set_={"locked_before": day})
    )


def _approved(row: Row[Any]) -> ApprovedExpense:
    return ApprovedExpense(**{name: getattr(row, name) for name in KEPT})

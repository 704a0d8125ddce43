"""An expense report: submitted, approved or rejected; what was approved is only ever reversed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.delivery.expenses.model.expense import ApprovedExpense, Books, Expense, NoSuchExpense
from shared.errors import Conflict, Forbidden, NotFound


class NoSuchReport(NotFound):
    """There is no such expense report, or it is not yours to see."""


class ReportExists(Conflict):
    """There is an expense report with this id already.

    Change that one, or send a new id.
    """


class ReportHandedIn(Conflict):
    """The report was submitted or approved already.

    Have it rejected to change it; once it is approved, ask the project manager to reverse what is wrong.
    """


class EmptyReport(Conflict):
    """There is nothing in the report yet.

    Add an expense first.
    """


class ReportNotSubmitted(Conflict):
    """Only a submitted report can be approved or rejected."""


class OwnReport(Forbidden):
    """Nobody decides on what they spent themselves.

    Ask the project manager, or somebody who decides for them.
    """


class NotYoursToApprove(Forbidden):
    """Expenses of a project are decided on by the project's manager.

    Ask the manager of the project.
    """


class ExpenseOnClosedProject(Conflict):
    """The project is closed; nothing more is spent on it.

    Ask the project manager which project it belongs to.
    """


class ReportState(StrEnum):
    """Where a report stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(eq=False)
class ExpenseReport:
    """What one person spent on one project; approving it moves its expenses to those that never change."""

    id: UUID
    project_id: UUID
    person_id: UUID
    title: str
    currency: str
    state: ReportState = ReportState.DRAFT
    submitted_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    rejection_reason: str | None = None
    version: int = field(default=1, init=False)
    expenses: list[Expense] = field(default_factory=list)

    def enter(self, expense: Expense) -> None:
        """Add an expense; raises ReportHandedIn."""
        self._must_be_open()
        self.expenses.append(expense)

    def drop(self, expense_id: UUID) -> None:
        """Take an expense out; raises ReportHandedIn, NoSuchExpense."""
        self._must_be_open()
        known = next((one for one in self.expenses if one.id == expense_id), None)
        if known is None:
            raise NoSuchExpense()
        self.expenses.remove(known)

    def submit(self, books: Books, *, at: datetime) -> None:
        """Hand the report in; raises ReportHandedIn, EmptyReport, PeriodLocked."""
        self._must_be_open()
        if not self.expenses:
            raise EmptyReport()
        self._must_fit(books)
        self.state, self.submitted_at = ReportState.SUBMITTED, at
        self.decided_by = self.decided_at = self.rejection_reason = None

    def approve(self, books: Books, *, by: str, at: datetime) -> list[ApprovedExpense]:
        """Sign the report off; gives what was in it, as it stays for good. Raises ReportNotSubmitted, PeriodLocked."""
        self._must_be_submitted()
        self._must_fit(books)
        self.state, self.decided_by, self.decided_at = ReportState.APPROVED, by, at
        approved = [self._approved(one) for one in self.expenses]
        self.expenses = []
        return approved

    def reject(self, reason: str, *, by: str, at: datetime) -> None:
        """Give the report back, saying why; raises ReportNotSubmitted."""
        self._must_be_submitted()
        self.state, self.decided_by, self.decided_at = ReportState.REJECTED, by, at
        self.rejection_reason = reason

    def _approved(self, one: Expense) -> ApprovedExpense:
        return ApprovedExpense(
            id=one.id,
            report_id=self.id,
            project_id=self.project_id,
            person_id=self.person_id,
            day=one.spent.day,
            category=one.spent.category,
            description=one.spent.description,
            receipt=one.spent.receipt,
            currency=self.currency,
            amount=one.amount,
            tax=one.tax,
            billable=one.spent.billable,
            reimbursable=one.spent.reimbursable,
            billing_line_id=one.spent.billing_line_id,
        )

    def _must_fit(self, books: Books) -> None:
        for position, one in enumerate(self.expenses):
            books.must_be_open(one.spent.day, f"/expenses/{position}/day")

    def _must_be_open(self) -> None:
        if self.state not in (ReportState.DRAFT, ReportState.REJECTED):
            raise ReportHandedIn()

    def _must_be_submitted(self) -> None:
        if self.state is not ReportState.SUBMITTED:
            raise ReportNotSubmitted()

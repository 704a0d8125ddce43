"""One expense: what is on the receipt, what it is worth on the project, and how it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from shared.errors import Conflict, Invalid, NotFound
from shared.money import Money
from shared.reasons import because


class NoSuchExpense(NotFound):
    """The report has no such expense."""


class SpentInFuture(Invalid):
    """This day is still to come.

    Give the day on the receipt.
    """


class PeriodLocked(Conflict):
    """The books of this day are locked; no expense is added to them.

    Give the expense the first open day, with a note, or have the controller move the lock.
    """


class BillableWithoutLine(Invalid):
    """A billable expense is billed under a sold line.

    Give its `billing_line_id`, or say that it is not billable.
    """


class NotSoldOnProject(Invalid):
    """The project has no such sold line.

    Choose one of the project's lines, such as the one for expenses.
    """


class NotForExpenses(Invalid):
    """The client pays for something else under this sold line: no expense would ever be billed on it.

    Choose the project's line for expenses, have one added by a change order, or say that it is not billable.
    """


class RateMissing(Invalid):
    """The receipt is in another currency than the project, and nobody says what it is worth.

    Give the `exchange_rate`: units of the project's currency for one of the receipt's.
    """


class RateOfSameCurrency(Invalid):
    """The receipt is in the currency of the project; nothing is exchanged.

    Leave the `exchange_rate` out.
    """


class AlreadyReversed(Conflict):
    """This expense was reversed already, or is itself a reversal.

    Report what is right anew.
    """


class Category(StrEnum):
    """What money was spent on."""

    TRAVEL = "travel"
    LODGING = "lodging"
    MEALS = "meals"
    MILEAGE = "mileage"
    SUBCONTRACTOR = "subcontractor"
    MATERIALS = "materials"
    SOFTWARE = "software"
    OTHER = "other"


@dataclass(frozen=True)
class Spent:
    """What is on a receipt, net and tax apart, and what is to become of it."""

    day: date
    category: Category
    description: str
    receipt: str
    receipt_currency: str
    receipt_net: Decimal
    receipt_tax: Decimal
    exchange_rate: Decimal | None = None
    billable: bool = False
    reimbursable: bool = True
    billing_line_id: UUID | None = None


@dataclass(eq=False)
class Expense:
    """One expense of a report that is not approved yet."""

    id: UUID
    report_id: UUID
    spent: Spent
    amount: Decimal
    tax: Decimal


@dataclass(frozen=True)
class ApprovedExpense:
    """An expense that was signed off and never changes; a reversal has negative amounts and names what it reverses."""

    id: UUID
    report_id: UUID
    project_id: UUID
    person_id: UUID
    day: date
    category: Category
    description: str
    receipt: str
    currency: str
    amount: Decimal
    tax: Decimal
    billable: bool
    reimbursable: bool
    billing_line_id: UUID | None
    corrects_expense_id: UUID | None = None
    reason: str | None = None

    def reversed(self, reason: str) -> ApprovedExpense:
        """The expense that takes this one back; always with the same id, so that there is one at most."""
        if self.corrects_expense_id is not None:
            raise AlreadyReversed()
        return replace(
            self,
            id=uuid5(self.id, "reversal"),
            amount=-self.amount,
            tax=-self.tax,
            corrects_expense_id=self.id,
            reason=reason,
        )


@dataclass(frozen=True)
class Books:
    """What an expense of a project has to fit: its currency, what is sold, what is locked, and today.

    `sold` says of each line whether expenses are billed under it.
    """

    currency: str
    sold: Mapping[UUID, bool]
    locked_before: date | None
    today: date

    def worth(self, spent: Spent) -> tuple[Decimal, Decimal]:
        """Net and tax in the currency of the project, each rounded to its smallest unit.

        Raises SpentInFuture, PeriodLocked, BillableWithoutLine, NotSoldOnProject, NotForExpenses, RateMissing,
        RateOfSameCurrency.
        """
        if spent.day > self.today:
            raise SpentInFuture(field="/day")
        self.must_be_open(spent.day, "/day")
        if spent.billable and spent.billing_line_id is None:
            raise BillableWithoutLine(field="/billing_line_id")
        if spent.billing_line_id is not None and spent.billing_line_id not in self.sold:
            raise NotSoldOnProject(field="/billing_line_id")
        if spent.billable and spent.billing_line_id is not None and not self.sold[spent.billing_line_id]:
            raise NotForExpenses(field="/billing_line_id")
        exchanged = spent.receipt_currency != self.currency
        if exchanged and spent.exchange_rate is None:
            raise RateMissing(field="/exchange_rate")
        if not exchanged and spent.exchange_rate is not None:
            raise RateOfSameCurrency(field="/exchange_rate")
        rate = spent.exchange_rate or Decimal(1)
        return self._rounded(spent.receipt_net * rate), self._rounded(spent.receipt_tax * rate)

    def must_be_open(self, day: date, place: str) -> None:
        """Refuse a day whose books are locked; raises PeriodLocked."""
        if self.locked_before is not None and day < self.locked_before:
            raise PeriodLocked(
                because("The books before %(locked_before)s are locked.", locked_before=self.locked_before), field=place
            )

    def _rounded(self, exact: Decimal) -> Decimal:
        return Money(exact, self.currency).rounded().amount

"""Billable items: approved work, what it is worth, and whether it may go on an invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID, uuid5

from services.billing.premiums.model import CountedBy, PremiumKind
from services.billing.rates.model import OVERTIME_RULE, Scope
from shared.errors import Conflict, NotFound
from shared.reasons import Reason, because

ITEMS = UUID("2f0c1f8c-5a0e-5d7e-9a53-4b1c9d2d7e61")
MILESTONE_RULE = "milestone"
COVERED_RULE = "covered"
# What an item's value rests on where it is no rate.
WHY = {
    MILESTONE_RULE: because("the amount agreed for this milestone"),
    COVERED_RULE: because("covered by the monthly fee of the retainer"),
    "percent": because("the fee up to where the work is, less what was billed before"),
    "expense": because("what we paid, and the markup agreed"),
    "retainer": because("the monthly fee of the retainer"),
    "deposit": because("asked in advance"),
    "drawdown": because("paid in advance, drawn down"),
    "overage": because("time beyond what the monthly fee pays for, at the rate agreed for it"),
}


class NoSuchItem(NotFound):
    """There is no such billable item."""


class BillableWithoutSale(Conflict):
    """Billable time belongs to a project that was not sold through an opportunity.

    Let delivery correct the time to be not billable, or charge it to a sold project.
    """


class MilestoneBilledAlready(Conflict):
    """Another milestone has billed this contract line already.

    A fixed fee is billed once: look up the milestones of the line in delivery.
    """


class NotOpen(Conflict):
    """Only an item that waits to be invoiced can be held.

    Discard the draft that it is on first; what was invoiced is credited instead.
    """


class NotHeld(Conflict):
    """This item is not held."""


class State(StrEnum):
    """Where an item stands: what it is worth, its allocations and its adjustments say so, nobody sets it.

    Credited means that everything billed was given back, so that all of it waits again.
    """

    NOT_BILLABLE = "not_billable"
    UNRATED = "unrated"
    OPEN = "open"
    HELD = "held"
    DRAFTED = "drafted"
    PARTLY_BILLED = "partly_billed"
    BILLED = "billed"
    CREDITED = "credited"
    WRITTEN_OFF = "written_off"
    TRANSFERRED = "transferred"


WAITING = frozenset({State.OPEN, State.CREDITED, State.PARTLY_BILLED})


class AllocationKind(StrEnum):
    """What an allocation does to its item: an invoice takes its open part, a discarded draft or a credit frees."""

    TAKEN = "taken"
    FREED = "freed"


@dataclass(eq=False)
class BillableItem:
    """One approved time entry (by `entry_id` and version) or one accepted milestone of a contract.

    `minutes` are those recorded and never change; `billable_minutes` and `value` are what there is to bill by now, each
    change of which is an adjustment. What was transferred here names the item that it first came from. Overtime is
    an item on top of the one of an entry, which has its minutes: the `overtime_minutes` are those that it is for.
    """

    id: UUID
    contract_id: UUID
    project_id: UUID
    thread_id: UUID
    day: date
    currency: str
    is_billable: bool
    contract_line_id: UUID | None = None
    entry_id: UUID | None = None
    entry_version: int | None = None
    corrects_entry_id: UUID | None = None
    milestone_id: UUID | None = None
    expense_id: UUID | None = None
    task_id: UUID | None = None
    person_id: UUID | None = None
    staffing_role: str | None = None
    minutes: int | None = None
    billable_minutes: int | None = None
    transferred_from: UUID | None = None
    note: str = ""
    rate_id: UUID | None = None
    rate: Decimal | None = None
    rule: str | None = None
    premium: str | None = None
    premium_percent: Decimal | None = None
    premium_id: UUID | None = None
    on_top_of: UUID | None = None
    overtime_minutes: int | None = None
    value: Decimal | None = None
    cost: Decimal | None = None
    held_because: str | None = None
    held_by: str | None = None
    held_at: datetime | None = None
    version: int = 1

    def hold(self, *, reason: str, by: str, at: datetime, is_all_taken: bool) -> None:
        """Keep the item off invoices until it is released."""
        if is_all_taken or not self.is_billable or self.held_because is not None:
            raise NotOpen()
        self.held_because, self.held_by, self.held_at = reason, by, at

    def release(self) -> None:
        """Let the item go on an invoice again."""
        if self.held_because is None:
            raise NotHeld()
        self.held_because, self.held_by, self.held_at = None, None, None


@dataclass(frozen=True)
class MadeByRule:
    """An item that a rule made: whether it was ever adjusted or on a draft, and what it was worth at first."""

    item: BillableItem
    is_touched: bool
    at_first: Decimal


def entry_item_id(entry_id: UUID, version: int) -> UUID:
    """The item of one version of a time entry."""
    return uuid5(ITEMS, f"{entry_id}/{version}")


def milestone_item_id(milestone_id: UUID) -> UUID:
    """The item of an accepted milestone."""
    return uuid5(ITEMS, str(milestone_id))


def expense_item_id(expense_id: UUID) -> UUID:
    """The item of an approved expense."""
    return uuid5(ITEMS, f"expense/{expense_id}")


def rule_item_id(contract_line_id: UUID, rule: str, which: str) -> UUID:
    """The item that a rule makes on a contract line, one of several."""
    return uuid5(ITEMS, f"{contract_line_id}/{rule}/{which}")


class Reasoned(Protocol):
    """What an item's value rests on."""

    @property
    def rule(self) -> str | None: ...
    @property
    def corrects_entry_id(self) -> UUID | None: ...
    @property
    def premium(self) -> str | None: ...
    @property
    def premium_percent(self) -> Decimal | None: ...
    @property
    def counted_by(self) -> str | None: ...
    @property
    def beyond_minutes(self) -> int | None: ...
    @property
    def overtime_minutes(self) -> int | None: ...
    @property
    def note(self) -> str: ...


def noted(item: Reasoned) -> Reason | str:
    """What an item is for: what was noted of it, or what is agreed on the overtime that it is."""
    if item.rule != OVERTIME_RULE or item.counted_by is None:
        return item.note
    return CountedBy(item.counted_by).words(item.beyond_minutes or 0, item.premium_percent or Decimal())


def why(item: Reasoned) -> Reason:
    """Why an item has its value."""
    rule = item.rule
    if rule is None:
        return because("no value yet, or none to be billed by the hour")
    if rule in WHY:
        return WHY[rule]
    if rule == OVERTIME_RULE:
        minutes = timedelta(minutes=item.overtime_minutes or 0)
        return because("%(time)s of the entry: %(overtime)s", time=minutes, overtime=noted(item))
    words = Scope(rule).words
    if item.premium is not None and item.premium_percent:
        kind = PremiumKind(item.premium).words
        words = because(
            "%(rate)s, and %(percent)s %% on top for %(kind)s", rate=words, percent=item.premium_percent, kind=kind
        )
    return words if item.corrects_entry_id is None else because("as the entry that it corrects: %(rate)s", rate=words)

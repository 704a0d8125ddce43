"""Billable items: approved work, what it is worth, and whether it may go on an invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID, uuid5

from services.billing.premiums.model import PremiumKind
from services.billing.rates.model import OVERTIME_RULE, Scope
from shared.errors import Conflict, NotFound

ITEMS = UUID("2f0c1f8c-5a0e-5d7e-9a53-4b1c9d2d7e61")
MILESTONE_RULE = "milestone"
COVERED_RULE = "covered"
# What an item's value rests on where it is no rate.
WHY = {
    MILESTONE_RULE: "the amount agreed for this milestone",
    COVERED_RULE: "covered by the monthly fee of the retainer",
    "percent": "the fee up to where the work is, less what was billed before",
    "expense": "what we paid, and the markup agreed",
    "retainer": "the monthly fee of the retainer",
    "deposit": "asked in advance",
    "drawdown": "paid in advance, drawn down",
    "overage": "time beyond what the monthly fee pays for, at the rate agreed for it",
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
    def overtime_minutes(self) -> int | None: ...
    @property
    def note(self) -> str: ...


def why(item: Reasoned) -> str:
    """Why an item has its value, in words."""
    rule = item.rule
    if rule is None:
        return "no value yet, or none to be billed by the hour"
    if rule in WHY:
        return WHY[rule]
    if rule == OVERTIME_RULE:
        hours, minutes = divmod(item.overtime_minutes or 0, 60)
        return f"{hours}:{minutes:02} hours of the entry: {item.note}"
    words = Scope(rule).words
    if item.premium is not None and item.premium_percent:
        words = f"{words}, and {item.premium_percent.normalize():f} % on top for {PremiumKind(item.premium).words}"
    return words if item.corrects_entry_id is None else f"as the entry that it corrects: {words}"

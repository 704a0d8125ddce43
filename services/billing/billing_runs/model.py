"""A billing run: everything open up to a day, contract by contract, reviewed before it becomes drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.billing.contracts.model import Method
from services.billing.invoice_layouts.model import Grouping
from shared.errors import Conflict, NotFound
from shared.reasons import because


class NoSuchBillingRun(NotFound):
    """There is no such billing run."""


class NothingToRun(Conflict):
    """Nothing that was chosen waits to be invoiced.

    Choose a later day or fewer conditions, or look at the work in progress.
    """


class RunStartedAlready(Conflict):
    """This run has started already.

    What is still open goes into another run.
    """


class NotInThisState(Conflict):
    """Some of these pre-bills are not in this run, or not in a state that allows this.

    Pre-bills are reviewed or left out until the run starts.
    """


class NotReviewedYet(Conflict):
    """Some pre-bills were not reviewed.

    Let the project managers review them, or leave them out of the run.
    """


class TooMuchForOneRun(Conflict):
    """This run would draft more than was confirmed.

    Look at the preview, then start it with limits that cover it.
    """


class RunStatus(StrEnum):
    """prepared → running → done."""

    PREPARED = "prepared"
    RUNNING = "running"
    DONE = "done"


class PreBillStatus(StrEnum):
    """waiting → reviewed → drafted | nothing left; or left out before the run starts."""

    WAITING = "waiting"
    REVIEWED = "reviewed"
    LEFT_OUT = "left_out"
    DRAFTED = "drafted"
    NOTHING_LEFT = "nothing_left"


@dataclass(frozen=True)
class Choice:
    """What a run is about: work up to and including a day, narrowed by what is given, and how lines are made of it.

    Where grouping or wording is not said, the layout of each legal entity decides.
    """

    up_to: date
    customer_id: UUID | None = None
    project_id: UUID | None = None
    method: Method | None = None
    grouping: Grouping | None = None
    wording: str | None = None


@dataclass(eq=False)
class BillingRun:
    """A run, who prepared it, and how far it is."""

    id: UUID
    up_to: date
    customer_id: UUID | None
    project_id: UUID | None
    method: Method | None
    grouping: Grouping | None
    wording: str | None
    prepared_by: str
    prepared_at: datetime
    status: RunStatus = RunStatus.PREPARED
    started_by: str | None = None
    started_at: datetime | None = None
    most_invoices: int | None = None
    most_net: Decimal | None = None
    version: int = 1

    @property
    def choice(self) -> Choice:
        """What it is about."""
        return Choice(self.up_to, self.customer_id, self.project_id, self.method, self.grouping, self.wording)

    def must_be_prepared(self) -> None:
        """Refuse with RunStartedAlready once the run has started."""
        if self.status is not RunStatus.PREPARED:
            raise RunStartedAlready()

    def start(self, *, by: str, at: datetime, most_invoices: int, most_net: Decimal) -> None:
        """Begin to draft within confirmed limits; whoever starts it has prepared the invoices."""
        self.must_be_prepared()
        self.status, self.started_by, self.started_at = RunStatus.RUNNING, by, at
        self.most_invoices, self.most_net = most_invoices, most_net

    def end(self) -> None:
        """Everything is drafted."""
        self.status = RunStatus.DONE


@dataclass(frozen=True)
class Waiting:
    """What waits on a contract that a run has not left out."""

    contract_id: UUID
    currency: str
    is_reviewed: bool
    net: Decimal
    drawn: Decimal = Decimal()
    """What of it was paid in advance, and so is not in `net`."""


@dataclass(frozen=True)
class Extent:
    """What a run would draft now in one currency, and how many of its pre-bills nobody has reviewed."""

    currency: str
    pre_bills: int
    invoices: int
    unreviewed: int
    net: Decimal


def extents(waiting: Iterable[Waiting], units: Mapping[UUID, UUID]) -> list[Extent]:
    """What would be drafted in each currency: an invoice for each unit that claims more than nought."""
    together: dict[UUID, list[Waiting]] = defaultdict(list)
    for one in waiting:
        together[units[one.contract_id]].append(one)
    drafted: dict[str, list[list[Waiting]]] = defaultdict(list)
    for unit in together.values():
        if sum(one.net + one.drawn for one in unit) > 0:
            drafted[unit[0].currency].append(unit)
    return [_extent(currency, drafted[currency]) for currency in sorted(drafted)]


def _extent(currency: str, drafted: Sequence[Sequence[Waiting]]) -> Extent:
    contracts = [one for unit in drafted for one in unit]
    return Extent(
        currency=currency,
        pre_bills=len(contracts),
        invoices=len(drafted),
        unreviewed=sum(not one.is_reviewed for one in contracts),
        net=sum((one.net for one in contracts), Decimal()),
    )


def check_bounds(extents: list[Extent], *, most_invoices: int, most_net: Decimal) -> None:
    """Refuse to start without review, or beyond what was confirmed, currency by currency."""
    if any(extent.unreviewed for extent in extents):
        raise NotReviewedYet(
            because("%(count)s pre-bills were not reviewed.", count=sum(extent.unreviewed for extent in extents))
        )
    count = sum(extent.invoices for extent in extents)
    if not count:
        raise NothingToRun()
    if count > most_invoices:
        raise TooMuchForOneRun(
            because(
                "It would draft %(count)s invoices, %(most_invoices)s were confirmed.",
                count=count,
                most_invoices=most_invoices,
            ),
            field="/most_invoices",
        )
    for extent in extents:
        if extent.net > most_net:
            raise TooMuchForOneRun(
                because(
                    "It would draft %(net)s %(currency)s, %(most_net)s were confirmed.",
                    net=f"{extent.net:f}",
                    currency=extent.currency,
                    most_net=f"{most_net:f}",
                ),
                field="/most_net",
            )

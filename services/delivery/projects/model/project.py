"""A project and the states that it goes through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from services.delivery.projects.model.added import AddedScope
from services.delivery.projects.model.baseline import Baseline, first_baseline
from services.delivery.projects.model.milestone import Milestone
from services.delivery.projects.model.plan import make_plan
from services.delivery.projects.model.sold import SoldScope, by_role
from services.delivery.projects.model.staffing import StaffingRequest
from services.delivery.projects.model.task import Task, lay_out
from shared.errors import Conflict, Forbidden, NotFound
from shared.money import Money
from shared.period import Period
from shared.reasons import because


class NoSuchTask(NotFound):
    """The project has no such task."""


class NotYourProject(Forbidden):
    """Only the manager of the project may do this.

    Ask the project manager.
    """


class ProjectNotRunning(Conflict):
    """Only a project that is proposed or active can be put on hold."""


class ProjectNotOnHold(Conflict):
    """Only a project on hold can be resumed."""


class ProjectAlreadyClosed(Conflict):
    """The project is closed; nothing about it changes any more."""


class UnapprovedTime(Conflict):
    """There is time on the project that nobody has approved or deleted yet.

    Approve or reject what was submitted, and have the rest submitted or deleted, then close the project.
    """


class ProjectState(StrEnum):
    """Where a project stands; it is active as soon as somebody is booked on it."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


@dataclass(eq=False)
class Project:
    """Sold work that is being delivered; `thread_id` is the opportunity that it goes back to."""

    id: UUID
    ordinal: int
    name: str
    thread_id: UUID
    handoff_id: UUID
    account_id: UUID
    account_name: str
    manager: str
    seller: str
    price: Money
    starts_on: date
    ends_before: date
    template_code: str
    template_name: str
    template_rule: str
    template_reason: str
    state: ProjectState = ProjectState.PROPOSED
    closed_on: date | None = None
    replanned_at: datetime | None = None
    version: int = field(default=1, init=False)
    tasks: list[Task] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The number that people call the project by."""
        return number_of(self.ordinal)

    def must_be_managed_by(self, subject: str) -> None:
        """Refuse anybody but the project's manager."""
        if subject != self.manager:
            raise NotYourProject()

    def put_on_hold(self) -> None:
        """Let nobody record time for a while."""
        if self.state not in (ProjectState.PROPOSED, ProjectState.ACTIVE):
            raise ProjectNotRunning()
        self.state = ProjectState.ON_HOLD

    def resume(self) -> None:
        """Go on after a hold."""
        if self.state is not ProjectState.ON_HOLD:
            raise ProjectNotOnHold()
        self.state = ProjectState.ACTIVE

    def close(self, *, on: date, unapproved_minutes: int) -> None:
        """End the project; time that nobody signed off would be lost, so there must be none."""
        self.must_not_be_closed()
        if unapproved_minutes:
            raise UnapprovedTime(
                because(
                    "%(unapproved_minutes)s minutes on the project are not approved yet.",
                    unapproved_minutes=unapproved_minutes,
                )
            )
        self.state, self.closed_on = ProjectState.CLOSED, on

    def estimate(
        self,
        task_id: UUID,
        *,
        at: datetime,
        name: str | None = None,
        minutes: int | None = None,
        days: int | None = None,
        offset_days: int | None = None,
    ) -> None:
        """Plan one task anew, and with it the dates of all that wait for it; the baseline stays as it was."""
        self.must_not_be_closed()
        task = next((task for task in self.tasks if task.id == task_id), None)
        if task is None:
            raise NoSuchTask()
        task.estimate(name=name, minutes=minutes, days=days, offset_days=offset_days)
        lay_out(self.tasks, starting=self.starts_on)
        self.replanned_at = at

    def change_scope(
        self, *, price: Money, ends_before: date | None, added: Sequence[AddedScope], at: datetime
    ) -> None:
        """Deliver what a change order added or took away: price and end follow, milestones and tasks are added."""
        self.must_not_be_closed()
        self.price = self.price + price
        self.ends_before = ends_before or self.ends_before
        for scope in added:
            if scope.is_milestone:
                self.milestones.append(scope.milestone(self.id, ends_before=self.ends_before))
            elif scope.staffing_role is not None and scope.minutes > 0:
                ordinal = sum(task.parent_id is None for task in self.tasks) + 1
                self.tasks.append(scope.task(self.id, wbs=str(ordinal), position=len(self.tasks)))
        lay_out(self.tasks, starting=self.starts_on)
        self.replanned_at = at

    def must_not_be_closed(self) -> None:
        """Refuse with ProjectAlreadyClosed once the project has ended."""
        if self.state is ProjectState.CLOSED:
            raise ProjectAlreadyClosed()


def number_of(ordinal: int) -> str:
    """`P-1042` for 1042."""
    return f"P-{ordinal}"


def id_of_project(opportunity_id: UUID) -> UUID:
    """The id of the project that delivers an opportunity: always the same, however often it is asked for."""
    return uuid5(opportunity_id, "project")


@dataclass(frozen=True)
class Opening:
    """What comes of an accepted handoff: the project, its first baseline, and who is needed."""

    project: Project
    baseline: Baseline
    requests: list[StaffingRequest]


def open_project(sold: SoldScope, *, ordinal: int, manager: str, starts_on: date | None, by: str) -> Opening:
    """A project with a plan for `sold`; a start other than the sold one moves the end by as many days."""
    period = _moved(sold.period, starts_on)
    project = Project(
        id=id_of_project(sold.opportunity_id),
        ordinal=ordinal,
        name=sold.name,
        thread_id=sold.opportunity_id,
        handoff_id=sold.handoff_id,
        account_id=sold.account_id,
        account_name=sold.account_name,
        manager=manager,
        seller=sold.seller,
        price=sold.price,
        starts_on=period.starts_on,
        ends_before=period.ends_before or period.starts_on,
        template_code=sold.choice.template.code,
        template_name=sold.choice.template.name,
        template_rule=sold.choice.rule,
        template_reason=sold.choice.reason,
    )
    plan = make_plan(project.id, sold, period=period)
    project.tasks, project.milestones = plan.tasks, plan.milestones
    roles = by_role(sold.work, sold.price.currency)
    return Opening(
        project,
        first_baseline(project.id, plan.tasks, roles, sold=sold, period=period, by=by),
        [StaffingRequest.for_role(role, project.id, plan.tasks) for role in roles],
    )


def _moved(period: Period, starts_on: date | None) -> Period:
    shift = (starts_on - period.starts_on) if starts_on else timedelta()
    end = period.ends_before and period.ends_before + shift
    return Period(period.starts_on + shift, end)

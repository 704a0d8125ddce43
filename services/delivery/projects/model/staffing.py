"""Who a project needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from services.delivery.projects.model.sold import SoldRole
from services.delivery.projects.model.task import Task


@dataclass(eq=False)
class StaffingRequest:
    """Somebody of one staffing role is needed for so many minutes, from its first task to its last."""

    id: UUID
    project_id: UUID
    staffing_role: str
    minutes: int
    starts_on: date
    ends_before: date
    hourly_cost_limit: Decimal | None
    skills: list[str] = field(default_factory=list)

    @staticmethod
    def for_role(role: SoldRole, project_id: UUID, tasks: Sequence[Task]) -> StaffingRequest:
        """The request for everything sold of `role`; an hour may cost what it was sold to cost."""
        own = [task for task in tasks if task.staffing_role == role.staffing_role]
        return StaffingRequest(
            id=uuid5(project_id, f"staffing/{role.staffing_role}"),
            project_id=project_id,
            staffing_role=role.staffing_role,
            minutes=role.minutes,
            starts_on=min(task.starts_on for task in own),
            ends_before=max(task.ends_before for task in own),
            hourly_cost_limit=role.hourly_cost_limit,
            skills=list(role.skills),
        )


@dataclass(frozen=True)
class Booking:
    """Somebody is on a project for so many minutes a day, as resourcing says."""

    id: UUID
    project_id: UUID
    person_id: UUID
    staffing_role: str
    kind: str
    minutes_per_day: int
    starts_on: date
    ends_before: date
    is_cancelled: bool

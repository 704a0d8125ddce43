"""Milestones: results that are shown to the client, some of them billed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid


class MilestoneNotPlanned(Conflict):
    """Only a milestone that is still planned can be reached."""


class MilestoneNotReached(Conflict):
    """Only a milestone that was reached, and not accepted yet, can be accepted.

    Report it as reached first.
    """


class AcceptedBeforeReached(Invalid):
    """A milestone cannot be accepted before the day on which it was reached.

    Give the day on which the client accepted it.
    """


class MilestoneState(StrEnum):
    """Where a milestone stands."""

    PLANNED = "planned"
    REACHED = "reached"
    ACCEPTED = "accepted"


@dataclass(eq=False)
class Milestone:
    """A result due on a day; with a billing line its acceptance makes the line's fee billable."""

    id: UUID
    project_id: UUID
    name: str
    due_on: date
    billing_line_id: UUID | None = None
    state: MilestoneState = MilestoneState.PLANNED
    reached_on: date | None = None
    accepted_on: date | None = None
    accepted_by: str | None = None

    @property
    def is_billed(self) -> bool:
        """Whether a sold line hangs on this milestone."""
        return self.billing_line_id is not None

    def reach(self, *, on: date) -> None:
        """Say that the result is there."""
        if self.state is not MilestoneState.PLANNED:
            raise MilestoneNotPlanned()
        self.state, self.reached_on = MilestoneState.REACHED, on

    def accept(self, *, by: str, on: date) -> None:
        """Say that the client's person `by` accepted the result."""
        if self.state is not MilestoneState.REACHED or self.reached_on is None:
            raise MilestoneNotReached()
        if on < self.reached_on:
            raise AcceptedBeforeReached(field="/accepted_on")
        self.state, self.accepted_on, self.accepted_by = MilestoneState.ACCEPTED, on, by

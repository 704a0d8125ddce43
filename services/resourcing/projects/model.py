"""A project as resourcing knows it from delivery's announcements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.errors import Conflict, NotFound
from shared.reasons import because


class NoSuchProject(NotFound):
    """There is no such project here yet.

    It comes by announcement when delivery opens it; try again in a moment.
    """


class ProjectIsClosed(Conflict):
    """This project is closed; nobody is booked on it any more."""


@dataclass(eq=False)
class Project:
    """A project that people work on; what is not announced yet is None."""

    id: UUID
    name: str | None = None
    number: str | None = None
    account_id: UUID | None = None
    thread_id: UUID | None = None
    closed_on: date | None = None

    def must_be_open(self) -> None:
        """Refuse a project that ended."""
        if self.closed_on is not None:
            raise ProjectIsClosed(because("The project was closed on %(closed_on)s.", closed_on=self.closed_on))

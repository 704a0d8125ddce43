"""Somebody who sells: by which log-in, and whether they still do."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.errors import AlreadyExists, Conflict, Invalid, NotFound


class NoSuchSalesPerson(NotFound):
    """There is no such sales person."""


class SalesPersonExists(AlreadyExists):
    """There is a sales person with this id already."""


class LogInSells(Conflict):
    """Somebody who sells has this log-in already.

    Give each sales person a log-in of their own, or deactivate the other one first.
    """


class SellsNoMore(Invalid):
    """This person sells no more, so nothing is given to them.

    Choose somebody who sells, or reactivate the person first.
    """


@dataclass(eq=False)
class SalesPerson:
    """Somebody who sells; `subject` is their log-in here, `manager` the name of theirs."""

    id: UUID
    name: str
    subject: str
    manager: str = ""
    office: str = ""
    is_active: bool = True

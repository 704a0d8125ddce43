"""What happens at the demo firm in its first year: thirty won deals and the others, planned from one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from deploy.suite.people import COLLEAGUES, FIRM, Colleague
from shared.actor import Role

SEED = 2026
WEEKS = 52
WON = 30
SALES_WEEKS = 2  # from closing a deal to the first day of its project

ACCOUNTS = (
    ("Alpenglow AG", "München", "DE"),
    ("Baltic Freight GmbH", "Rostock", "DE"),
    ("Castor Insurance SE", "Köln", "DE"),
    ("Delft Marine BV", "Delft", "NL"),
    ("Elbe Optics GmbH", "Dresden", "DE"),
    ("Fjord Energy AS", "Bergen", "NO"),
    ("Granite Foods GmbH", "Regensburg", "DE"),
    ("Helvetia Rail AG", "Zürich", "CH"),
    ("Iberia Textil SA", "Porto", "PT"),
    ("Juno Health GmbH", "Berlin", "DE"),
    ("Kestrel Media Ltd", "Dublin", "IE"),
    ("Lumen Retail SA", "Lyon", "FR"),
)
SUBJECTS = (
    "Order integration",
    "Data platform",
    "Portal renewal",
    "Warehouse interfaces",
    "Cloud foundation",
    "Master data",
    "Reporting",
    "Claims automation",
    "Partner gateway",
    "Migration",
)
LOSSES = ("price", "competitor", "no_budget", "timing")
SKILLS = {"senior_consultant": ["integration"], "consultant": ["python"], "data_engineer": ["data"], "architect": []}


class Outcome(StrEnum):
    """How a planned deal ends."""

    WON = "won"
    LOST = "lost"
    OPEN = "open"


class Kind(StrEnum):
    """How a planned deal is billed."""

    BY_THE_HOUR = "by_the_hour"
    FIXED_FEE = "fixed_fee"
    MIXED = "mixed"


@dataclass(frozen=True)
class Member:
    """Somebody who works on a planned deal, and the minutes of it that are sold."""

    login: str
    role: str
    minutes_per_week: int
    minutes: int


@dataclass(frozen=True)
class PlannedDeal:
    """One deal: who sells it to whom, how it ends, when it starts (week of the year), who works on it."""

    number: int
    account: int
    subject: str
    seller: str
    manager: str
    kind: Kind
    outcome: Outcome
    start: int
    weeks: int
    team: tuple[Member, ...]
    fee: Decimal
    loss: str

    @property
    def id(self) -> UUID:
        """The opportunity's id."""
        return uuid5(FIRM, f"opportunity/{self.number}")

    @property
    def closes_in(self) -> int:
        """The week in which it is decided."""
        return self.start - SALES_WEEKS

    @property
    def ends_before(self) -> int:
        """The first week after its project."""
        return self.start + self.weeks


def plan() -> list[PlannedDeal]:
    """The firm's year, the same each time: nobody works on two projects at once."""
    luck = random.Random(SEED)  # noqa: S311 - a story, not a secret
    free_from = {each.login: SALES_WEEKS for each in consultants()}
    deals = [_won(number, luck, free_from) for number in range(WON)]
    return deals + [_other(number, luck) for number in range(WON, WON + 18)]


def consultants() -> Iterator[Colleague]:
    """Those who can be booked on projects."""
    return (each for each in COLLEAGUES if each.staffing_roles and Role.PROJECT_MANAGER not in each.roles)


def _won(number: int, luck: random.Random, free_from: dict[str, int]) -> PlannedDeal:
    """A deal for whoever has been free for longest, starting as soon as all of them are."""
    size = luck.choice((1, 1, 2, 2, 3))
    chosen = sorted(free_from, key=lambda login: (free_from[login], login))[:size]
    start = max(free_from[login] for login in chosen) + luck.choice((0, 0, 1))
    weeks = luck.randint(8, 16)
    for login in chosen:
        free_from[login] = start + weeks
    people = {each.login: each for each in consultants()}
    team = tuple(_member(people[login], weeks, luck) for login in chosen)
    return _deal(number, luck, Outcome.WON, start, weeks, team)


def _other(number: int, luck: random.Random) -> PlannedDeal:
    outcome = Outcome.LOST if number % 3 else Outcome.OPEN
    start = luck.randint(SALES_WEEKS, WEEKS - 2) if outcome is Outcome.LOST else WEEKS + luck.randint(2, 12)
    member = Member("", luck.choice(sorted(SKILLS)), 2400, 2400 * 6)
    return _deal(number, luck, outcome, start, 6, (member,))


def _member(who: Colleague, weeks: int, luck: random.Random) -> Member:
    per_week = who.minutes_per_day * 5 * luck.choice((70, 80, 90)) // 100
    return Member(who.login, who.staffing_roles[0], per_week, per_week * weeks)


def _deal(
    number: int, luck: random.Random, outcome: Outcome, start: int, weeks: int, team: tuple[Member, ...]
) -> PlannedDeal:
    return PlannedDeal(
        number=number,
        account=luck.randrange(len(ACCOUNTS)),
        subject=luck.choice(SUBJECTS),
        seller=luck.choice(("ines", "tomas")),
        manager=luck.choice(("priya", "jonas")),
        kind=tuple(Kind)[number % 3],
        outcome=outcome,
        start=start,
        weeks=weeks,
        team=team,
        fee=Decimal(luck.randrange(8, 40) * 1000),
        loss=luck.choice(LOSSES),
    )

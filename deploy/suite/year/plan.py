"""What happens at the demo firm in its first year: which deals come, how they end, who works on them, who is away.

Everything follows from one seed. Each decision has a die of its own, so nothing depends on the order of asking.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from deploy.suite.founding import PRICES
from deploy.suite.people import BY_LOGIN, COLLEAGUES, FIRM, Colleague
from deploy.suite.year.customers import CUSTOMERS, Customer
from deploy.suite.year.weeks import WEEKS
from shared.actor import Role

SEED = 2026
WON, LOST, OPEN = 30, 12, 7
WEEKS_FROM_WON_TO_START = 2
MANAGER_MINUTES_PER_WEEK = 240
LED = frozenset(range(1, WON, 3))  # the numbers of deals in which the client also buys the project manager
SERVICES = (3, 6)  # the numbers of deals that are services
# The numbers of deals that are capped, bring a retainer, are travelled to, and are extended.
CAPPED, RETAINED, TRAVELLED, EXTENDED = (frozenset({each}) for each in (0, 5, 2, 3))
TRAVEL = "Travel"
MANAGED_SERVICE_WEEKS = 27  # long enough for the template of a managed service
# People of the story that follows the year: the last week is kept free for it.
STORYTELLERS = frozenset({"anna", "bela", "elif"})
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
    "Archive migration",
)
LOSSES = ("price", "competitor", "no_budget", "no_decision", "timing")
SKILLS = {"senior_consultant": "integration", "consultant": "python", "data_engineer": "data", "architect": "cloud"}
HOUR = 60


class Outcome(StrEnum):
    """How a deal ends; a returned one was won, but delivery sent it back."""

    WON = "won"
    RETURNED = "returned"
    LOST = "lost"
    OPEN = "open"


class Kind(StrEnum):
    """How a deal is billed."""

    BY_THE_HOUR = "by_the_hour"
    FIXED_FEE = "fixed_fee"
    MIXED = "mixed"


@dataclass(frozen=True)
class Member:
    """Somebody on the team of a deal; nobody yet where `login` is empty."""

    login: str
    role: str
    minutes_per_week: int


@dataclass(frozen=True)
class Deal:
    """One deal: who sells it to whom, how it ends, in which week it starts and how many it lasts, who works on it.

    `pace` is what is worked for every hour that was sold.
    """

    number: int
    customer: Customer
    subject: str
    manager: str
    kind: Kind
    outcome: Outcome
    start: int
    weeks: int
    team: tuple[Member, ...]
    lead: int
    pace: Decimal
    discount: Decimal
    loss: str

    @property
    def id(self) -> UUID:
        """The opportunity's id."""
        return uuid5(FIRM, f"opportunity/{self.number}")

    @property
    def seller(self) -> str:
        """Who sells to this customer."""
        return self.customer.seller

    @property
    def closes_in(self) -> int:
        """The week in which it is decided."""
        return self.start - WEEKS_FROM_WON_TO_START

    @property
    def opened_in(self) -> int:
        """The week of the first call; what is still open began in the last weeks of the year."""
        return WEEKS - self.lead if self.outcome is Outcome.OPEN else max(0, self.closes_in - self.lead)

    @property
    def ends_before(self) -> int:
        """The first week after its project."""
        return self.start + self.weeks

    @property
    def is_prepared(self) -> bool:
        """Whether somebody worked on it before it was won, at a rate that nobody had agreed yet."""
        return self.kind is not Kind.FIXED_FEE and self.number % 5 == 0

    def minutes(self, member: Member) -> int:
        """What is sold of one member."""
        return member.minutes_per_week * self.weeks

    @property
    def price(self) -> Decimal:
        """What its hours come to by the price book."""
        return sum((Decimal(PRICES[each.role][0]) * self.minutes(each) / HOUR for each in self.team), Decimal())

    @property
    def fees(self) -> tuple[tuple[str, Decimal, int], ...]:
        """Fixed fees: name, amount, and the week at whose end each is due."""
        if self.kind is Kind.BY_THE_HOUR:
            return ()
        if self.kind is Kind.MIXED:
            return (("Training of the users", _round(self.price * Decimal("0.08")), self.ends_before - 1),)
        whole = self.price * self.discount
        first = (("Concept accepted", _round(whole * Decimal("0.3")), self.start + self.weeks // 3),)
        return (*first, ("Go-live accepted", _round(whole * Decimal("0.7")), self.ends_before - 1))


@dataclass(frozen=True)
class Leave:
    """Somebody is away for a whole week."""

    login: str
    week: int
    kind: str
    is_granted: bool

    @property
    def id(self) -> UUID:
        """The id of the time off."""
        return uuid5(FIRM, f"time-off/{self.login}/{self.week}")

    @property
    def asked_in(self) -> int:
        """The week in which it is asked for: in good time, but sickness is told when it is there."""
        return self.week if self.kind == "sickness" else max(0, self.week - 6)


def plan_deals() -> list[Deal]:
    """Every deal of the year, the same each time: nobody works on two projects at once."""
    free_from = {each.login: WEEKS_FROM_WON_TO_START for each in consultants()}
    won = [_won(number, free_from) for number in range(WON)]
    numbers = iter(range(WON, WON + LOST + OPEN + 1))
    returned = _without_team(next(numbers), Outcome.RETURNED, start=WEEKS // 2)
    lost = [_without_team(next(numbers), Outcome.LOST, start=6 + each * 4) for each in range(LOST)]
    still_open = [_without_team(next(numbers), Outcome.OPEN, start=WEEKS + 3 + each) for each in range(OPEN)]
    return [*won, returned, *lost, *still_open]


def plan_leave() -> list[Leave]:
    """Two weeks off for everyone who works on projects, some days of sickness, and what was refused."""
    found = []
    for each in consultants():
        die = luck("leave", each.login)
        weeks = die.sample(range(8, WEEKS - 2), 3)
        found += [Leave(each.login, week, "vacation", True) for week in weeks[:2]]
        if die.random() < 0.4:
            found.append(Leave(each.login, weeks[2], die.choice(("sickness", "training")), True))
        elif die.random() < 0.3:
            found.append(Leave(each.login, weeks[2], "vacation", False))
    return found


def consultants() -> Iterator[Colleague]:
    """Those who are booked on projects full time."""
    return (each for each in COLLEAGUES if each.staffing_roles and Role.PROJECT_MANAGER not in each.roles)


def luck(*about: object) -> random.Random:
    """The die for one decision, named by what it is about."""
    return random.Random("/".join(map(str, (SEED, *about))))  # noqa: S311 - a story, not a secret


def _won(number: int, free_from: dict[str, int]) -> Deal:
    """A deal for whoever has been free for longest, of different roles, starting as soon as all of them are."""
    die = luck("won", number)
    kind = tuple(Kind)[number % 3]
    is_service = number in SERVICES
    weeks = MANAGED_SERVICE_WEEKS if is_service else die.randint(8, 15)
    size = 1 if is_service else die.choice((1, 2, 2, 3))
    waiting = sorted(free_from, key=lambda login: (free_from[login], login))
    able = [login for login in waiting if login not in STORYTELLERS or free_from[login] + weeks < WEEKS - 1]
    chosen = _of_different_roles(able)[:size]
    start = max(free_from[login] for login in chosen) + die.choice((0, 0, 1))
    for login in chosen:
        free_from[login] = start + weeks
    manager = ("priya", "jonas")[number % 2]
    team = tuple(_member(BY_LOGIN[login], die) for login in chosen)
    if number in LED:
        team = (*team, Member(manager, "project_manager", MANAGER_MINUTES_PER_WEEK))
    return _deal(number, Outcome.WON, kind, start=start, weeks=weeks, team=team, manager=manager)


def _without_team(number: int, outcome: Outcome, *, start: int) -> Deal:
    die = luck("other", number)
    role = die.choice(sorted(SKILLS))
    team = (Member("", role, die.choice((1200, 1800, 2400))),)
    kind = tuple(Kind)[number % 3]
    return _deal(number, outcome, kind, start=start, weeks=die.randint(4, 12), team=team, manager="priya")


def _deal(
    number: int, outcome: Outcome, kind: Kind, *, start: int, weeks: int, team: tuple[Member, ...], manager: str
) -> Deal:
    die = luck("deal", number)
    return Deal(
        number=number,
        customer=die.choice(CUSTOMERS),
        subject=die.choice(SUBJECTS),
        manager=manager,
        kind=kind,
        outcome=outcome,
        start=start,
        weeks=weeks,
        team=team,
        lead=die.randint(3, 9),
        pace=Decimal(die.randrange(85, 116)) / 100,
        discount=Decimal(die.randrange(90, 116)) / 100,
        loss=die.choice(LOSSES),
    )


def _member(who: Colleague, die: random.Random) -> Member:
    per_week = who.minutes_per_day * 5 * die.choice((70, 80, 90)) // 100
    return Member(who.login, who.staffing_roles[0], per_week)


def _of_different_roles(logins: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for login in logins:
        first.setdefault(BY_LOGIN[login].staffing_roles[0], login)
    return list(first.values())


def _round(amount: Decimal) -> Decimal:
    """To the nearest hundred, as offers are made."""
    return (amount / 100).quantize(Decimal(1)) * 100

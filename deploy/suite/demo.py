"""The demo firm of `make demo`: made once, by living through its first year; cut off, it goes on where it was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import httpx2
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.suite import tour
from deploy.suite.calendar import Dates
from deploy.suite.desk import Desk, Desks
from deploy.suite.movable_clock import MovableClock
from deploy.suite.people import COLLEAGUES, ERP_CLIENT, ERP_SECRET, PASSWORD
from deploy.suite.suite import Suite
from deploy.suite.year import living
from deploy.suite.year.firm import Firm
from deploy.suite.year.weeks import MONDAY, WEEKS, Year
from shared import telemetry
from shared.clock import wall_clock


class SeedFailed(Exception):
    """Something in the demo firm's year could not be acted on; the message says what and why."""


@dataclass
class Diary:
    """How far the firm's year has been lived: kept beside the data, so that nothing is played twice."""

    started_at: str
    weeks: int = -1
    """How many weeks are over; -1 before the firm is founded."""
    is_told: bool = False
    """Whether the story after the year has been played."""

    @classmethod
    def of(cls, directory: Path) -> Diary:
        """The diary kept in `directory`; a new one begins now."""
        path = directory / "demo.json"
        return cls(**json.loads(path.read_text())) if path.exists() else cls(wall_clock().isoformat())

    def keep(self, directory: Path) -> None:
        """Write it down, whole or not at all."""
        unfinished = directory / "demo.json.unfinished"
        unfinished.write_text(json.dumps(asdict(self)))
        unfinished.replace(directory / "demo.json")

    @property
    def now(self) -> datetime:
        """The instant of the first start: the year ends there, and the story is told then."""
        return datetime.fromisoformat(self.started_at)

    @property
    def year(self) -> Year:
        """The year before the first start."""
        return Year(self.now.date())


def is_whole(directory: Path) -> bool:
    """Whether the firm's year and story have been played to the end."""
    return Diary.of(directory).is_told


def clock_for(directory: Path) -> MovableClock:
    """The clock to start the suite with: where the year was left, the present once it is over."""
    diary = Diary.of(directory)
    if diary.is_told:
        return MovableClock()
    return MovableClock(diary.year.at(max(diary.weeks, 0), MONDAY, 7) if diary.weeks < WEEKS else diary.now)


async def seed(suite: Suite, clock: MovableClock, console: Console) -> None:
    """Have the demo firm with its year and its story; what is there already is not played again. Raises SeedFailed."""
    diary = Diary.of(suite.directory)
    if not diary.is_told:
        diary.keep(suite.directory)
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(suite.app), base_url=suite.url, timeout=60
        ) as http:
            await _live(suite, clock, diary, http, console)
            clock.set(diary.now)
            suite.working.set()  # the year was moved by hand; in the story each service reacts by itself
            await _tell(suite, diary, http, console)
    clock.release()
    suite.working.set()


async def _live(suite: Suite, clock: MovableClock, diary: Diary, http: httpx2.AsyncClient, console: Console) -> None:
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("the firm is founded", total=WEEKS + 1, completed=diary.weeks + 1)

        def say(what: str) -> None:
            progress.update(bar, description=what)

        firm = Firm(suite, *desks_inside(suite, http), clock, diary.year)
        if diary.weeks < 0:
            await living.begin(firm)
            _note(suite, diary, weeks=0)
        await living.go_on(firm)
        for week in range(diary.weeks, WEEKS):
            progress.update(bar, completed=week + 1)
            firm.desks, firm.erp = desks_inside(suite, http)  # a log-in lasts a quarter of an hour
            await living.live(firm, week, say)
            _note(suite, diary, weeks=week + 1)
        await _must_be_whole(suite)
        progress.update(bar, description="a year has passed", completed=WEEKS + 1)


async def _tell(suite: Suite, diary: Diary, http: httpx2.AsyncClient, console: Console) -> None:
    console.print("One thread through all four services, from won to sealed:")
    people, erp = desks_inside(suite, http)
    await tour.tell(
        people, erp, Dates(diary.now.date()), telemetry.watch("demo"), lambda what: console.print(f"  {what}")
    )
    await _must_be_whole(suite)
    diary.is_told = True
    diary.keep(suite.directory)


def desks_inside(suite: Suite, http: httpx2.AsyncClient) -> tuple[Desks, Desk]:
    """Everybody of the firm and the ERP, logged in by the issuer of the same process."""
    people = {each.login: Desk(http, suite.issuer.token_for(each.login)) for each in COLLEAGUES}
    return people, Desk(http, suite.issuer.token_for(ERP_CLIENT))


def _note(suite: Suite, diary: Diary, *, weeks: int) -> None:
    diary.weeks = weeks
    diary.keep(suite.directory)


async def _must_be_whole(suite: Suite) -> None:
    """Refuse to go on when a service could not act on something it was told."""
    await suite.settled()
    if found := await suite.put_aside():
        raise SeedFailed("\n".join(["The demo firm is not whole; `make demo-reset` forgets it.", *found]))


def show_log_ins(suite: Suite, console: Console) -> None:
    """Say who can log in, where everything is and how to go on."""
    table = Table(
        "Role", "Log-ins", title=f"Meridian Consulting: log in with password “{PASSWORD}”", title_justify="left"
    )
    logins: dict[str, list[str]] = {}
    for each in COLLEAGUES:
        for role in sorted(each.roles):
            logins.setdefault(role.replace("_", " "), []).append(each.login)
    for role_name, names in logins.items():
        table.add_row(role_name, ", ".join(names))
    table.add_row("erp", f"{ERP_CLIENT} (program, secret “{ERP_SECRET}”)")
    console.print(table)
    # Line by line, because a table would cut an address that people want to copy.
    for name in suite.members:
        console.print(f"{name}: {suite.url}/{name}/api/v1/openapi.json", soft_wrap=True)
    console.print(f"log-in: {suite.url}/issuer/.well-known/openid-configuration", soft_wrap=True)
    console.print('Go on with `make tour`, or `make import FILES="…"`. Ctrl-C stops; the data is kept.')

"""What everybody does on Fridays: enter the week, submit it, sign it off, put earlier weeks right."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid5

from deploy.suite.people import BY_LOGIN, FIRM
from deploy.suite.year.firm import Firm, closing_in
from deploy.suite.year.plan import Deal, Member, luck
from deploy.suite.year.sales import days_before
from deploy.suite.year.weeks import FRIDAY, WEEKS
from shared.actor import Role

DELIVERY = "/delivery/api/v1"
DAYS = range(FRIDAY + 1)
QUARTER = 15
PREPARATION = 240
LAST_WEEK = WEEKS - 1
DECIDERS = ("priya", "jonas", "marta")
REJECTED = 0.03  # the share of weeks that are sent back
FORGOT = frozenset({"hugo", "keiko"})  # who has not submitted the last week yet
NOTES = (
    "order interface",
    "mapping of fields",
    "tests",
    "review with the client",
    "pipelines",
    "operations",
    "workshop",
)


async def enter_week(firm: Firm, week: int) -> None:
    """Let everybody with work enter and submit it."""
    worked = worked_in(firm, week)
    await asyncio.gather(*(_enter(firm, week, login, deals) for login, deals in worked.items()))


async def sign_off(firm: Firm, week: int) -> None:
    """Let project managers decide on the week; their own is for the resource manager."""
    # Jonas has not come to the last week yet.
    deciders = [each for each in DECIDERS if (week, each) != (LAST_WEEK, "jonas")]
    await asyncio.gather(*(_decide(firm, each) for each in deciders))


async def hand_in_again(firm: Firm) -> None:
    """Submit what was sent back and, because the year was cut off there, not handed in again."""
    for login in DECIDERS:
        found = await firm.desks[login].get(f"{DELIVERY}/timesheets", show="all", state="rejected", limit=200)
        for sheet in found["items"]:
            await _submit_again(firm, sheet)


async def put_right(firm: Firm, week: int) -> None:
    """Correct an entry of two weeks ago, now and then."""
    die = luck("correction", week)
    entered = [
        (deal, entry)
        for login, deals in worked_in(firm, week - 2).items()
        for deal, member in deals
        if BY_LOGIN[login].roles == {Role.CONSULTANT} and deal.ends_before >= week
        for entry in await _entries(firm, deal, member, week - 2)
    ]
    if not entered or die.random() > 0.4:
        return
    deal, entry = die.choice(entered)
    minutes = None if die.random() < 0.15 else max(QUARTER, entry["minutes"] - die.choice((30, 60, 90, -30)))
    body = {"minutes": minutes, "reason": die.choice(("left early", "wrong day", "forgot the evening call"))}
    await firm.desks[deal.manager].post(f"{DELIVERY}/time-entries/{entry['id']}/correction", body)


def worked_in(firm: Firm, week: int) -> dict[str, list[tuple[Deal, Member]]]:
    """Who works in a week, and on what."""
    found: dict[str, list[tuple[Deal, Member]]] = {}
    for deal in firm.won():
        if deal.start <= week < deal.ends_before:
            for member in deal.team:
                if (member.login, week) not in firm.away:
                    found.setdefault(member.login, []).append((deal, member))
    return found


async def prepare(firm: Firm, week: int) -> None:
    """Enter what was prepared before a deal of this week was won, now that there is a project for it."""
    for deal in closing_in(firm.won(), week):
        if deal.is_prepared and deal.start < WEEKS:
            member = deal.team[0]
            task = _tasks(await firm.project(deal), member.role, is_billable=True)[0]
            day = days_before(firm, deal)
            entry = {"id": str(_entry_id(deal, member, day)), "task_id": task["id"], "day": day, "minutes": PREPARATION}
            desk = firm.desks[member.login]
            await desk.post(f"{DELIVERY}/time-entries", {"entries": [{**entry, "note": "preparation of the order"}]})
            body = {"week_starts_on": firm.year.day(week - 1).isoformat(), "project_id": str(uuid5(deal.id, "project"))}
            await desk.post(f"{DELIVERY}/timesheets/submission", body)


async def _enter(firm: Firm, week: int, login: str, deals: list[tuple[Deal, Member]]) -> None:
    entries = [entry for deal, member in deals for entry in await _entries(firm, deal, member, week)]
    if not entries:
        return
    await firm.desks[login].post(f"{DELIVERY}/time-entries", {"entries": entries})
    if week == LAST_WEEK and login in FORGOT:
        return
    body = {"week_starts_on": firm.year.day(week).isoformat()}
    await firm.desks[login].post(f"{DELIVERY}/timesheets/submission", body)


async def _entries(firm: Firm, deal: Deal, member: Member, week: int) -> list[dict[str, Any]]:
    """What somebody works on a project in a week, day by day, on the task whose turn it is."""
    project = await firm.project(deal)
    die = luck("week", deal.number, member.login, week)
    entries = []
    for weekday in DAYS:
        day = firm.year.day(week, weekday).isoformat()
        minutes = round(member.minutes_per_week / 5 * float(deal.pace) * die.uniform(0.85, 1.15) / QUARTER) * QUARTER
        if day in firm.holidays:
            continue
        task = die.choice(_current(_tasks(project, member.role), day))
        entry = {
            "id": str(_entry_id(deal, member, day)),
            "task_id": task["id"],
            "day": day,
            "minutes": minutes,
            "note": die.choice(NOTES),
        }
        entries.append(entry if die.random() > 0.04 else {**entry, "billable": False, "note": "rework of ours"})
    return entries


def _tasks(project: dict[str, Any], role: str, *, is_billable: bool = False) -> list[dict[str, Any]]:
    """The tasks of a role; only those under a line of their own role if it has to be `is_billable` by the hour."""
    own = [task for task in project["tasks"] if task["staffing_role"] == role]
    return [task for task in own if task["billing_line_id"]] if is_billable else own


def _current(tasks: list[dict[str, Any]], day: str) -> list[dict[str, Any]]:
    """The tasks that are under way on a day; between two, the one before."""
    under_way = [task for task in tasks if task["starts_on"] <= day < task["ends_before"]]
    begun = [task for task in tasks if task["starts_on"] <= day]
    return under_way or begun[-1:] or tasks[:1]


async def _decide(firm: Firm, login: str) -> None:
    """Reject a few weeks, which are handed in again the same day, and approve all."""
    sheets = await _waiting(firm, login)
    desk = firm.desks[login]
    for sheet in sheets:
        if luck("rejection", sheet["person_id"], sheet["project_id"], sheet["week_starts_on"]).random() < REJECTED:
            rejection = {"reason": "Please say what took so long on Thursday."}
            await desk.post(f"{DELIVERY}/timesheets/{sheet['id']}/rejection", rejection)
            await _submit_again(firm, sheet)
    await asyncio.gather(*(desk.post(f"{DELIVERY}/timesheets/{sheet['id']}/approval") for sheet in sheets))


async def _submit_again(firm: Firm, sheet: dict[str, Any]) -> None:
    body = {"week_starts_on": sheet["week_starts_on"], "project_id": sheet["project_id"]}
    await firm.desks[_login_of(sheet)].post(f"{DELIVERY}/timesheets/submission", body)


async def _waiting(firm: Firm, login: str) -> list[dict[str, Any]]:
    """The timesheets that somebody has to decide on; the resource manager those of project managers only."""
    found = await firm.desks[login].get(f"{DELIVERY}/timesheets", show="to_approve", state="submitted", limit=200)
    sheets: list[dict[str, Any]] = found["items"]
    if login != "marta":
        return sheets
    return [sheet for sheet in sheets if Role.PROJECT_MANAGER in BY_LOGIN[_login_of(sheet)].roles]


def _login_of(sheet: dict[str, Any]) -> str:
    return next(each.login for each in BY_LOGIN.values() if str(each.id) == sheet["person_id"])


def _entry_id(deal: Deal, member: Member, day: str) -> UUID:
    return uuid5(FIRM, f"time-entry/{deal.number}/{member.login}/{day}")

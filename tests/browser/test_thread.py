"""The thread, clicked through by its people: from an account to a batch for the ERP, each on their own screen."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from playwright.async_api import expect

from deploy.suite.people import BY_LOGIN
from tests.browser.hands import Finger, Hand, Keyboard, Mouse
from tests.browser.stage import Person, Stage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

HOURS = ("7.5", "8", "6:30")
TOTAL, NET, GROSS = "22 h", "€3,300.00", "€3,927.00"  # at 150.00 an hour, and 19 % of tax


@dataclass(frozen=True)
class Telling:
    """One telling of the thread: whose way of using pages, what is sold, and who works on it."""

    hand: type[Hand]
    firm: str
    deal: str
    consultant: str


TELLINGS = (
    Telling(Mouse, "Kelterhaus AG", "Cellar telemetry", "anna"),
    Telling(Keyboard, "Birkenhof GmbH", "Orchard forecast", "chiara"),
    Telling(Finger, "Steinach AG", "Quarry app", "dmitri"),
)


@pytest.mark.parametrize("telling", TELLINGS, ids=lambda telling: telling.hand.__name__.lower())
async def test_the_thread_is_clicked_through(stage: Stage, telling: Telling) -> None:
    async with AsyncExitStack() as room:

        async def sits_down(login: str) -> Person:
            return await room.enter_async_context(stage.person(login, telling.hand))

        ines, priya = await sits_down("ines"), await sits_down("priya")
        await _sells(ines, telling, stage)
        await _takes_over(priya, ines, telling)
        await _staffs(await sits_down("marta"), telling)
        consultant = await sits_down(telling.consultant)
        await _works(consultant, telling)
        await _approves(priya, telling)
        owen, fatima = await sits_down("owen"), await sits_down("fatima")
        await _drafts(owen, telling)
        number = await _issues(fatima, owen, telling)
        await _seals(await sits_down("viktor"), number)
        await ines.sees(number)


async def _sells(ines: Person, telling: Telling, stage: Stage) -> None:
    """An account, a deal, a line of time, and the deal is won."""
    await ines.goes_to("Accounts")
    await ines.presses("New account")
    for label, text in (
        ("Name", telling.firm),
        ("Legal name", telling.firm),
        ("Billing email", "invoices@client.example"),
        ("Street", "Seestraße 12"),
        ("Postal code", "80331"),
        ("City", "München"),
        ("Country", "DE"),
    ):
        await ines.writes(label, text)
    await ines.presses("Save")
    await ines.is_at(telling.firm)

    await ines.goes_to("Pipeline")
    await ines.presses("New deal")
    await ines.writes("Name", telling.deal)
    await ines.chooses("Account", telling.firm)
    await ines.writes("Work starts on", stage.dates.monday.isoformat())
    await ines.writes("Work ends before", stage.dates.ends_before.isoformat())
    await ines.presses("Save")
    await ines.is_at(telling.deal)
    await ines.presses("Add a line")
    await ines.writes("Description", "Integration lead")
    await ines.writes("Staffing role", "senior_consultant")
    await ines.writes("Minutes", "4800")
    await ines.presses("Add a line")
    await ines.sees("€12,000.00")

    await ines.presses("Close as won")
    await expect(ines.page.locator("dialog[open]")).to_contain_text("Integration lead: 80 h")
    await ines.writes("Accepted quote", "Q-2026-014")
    await ines.presses("Close as won")
    await ines.sees("Waits for delivery")


async def _takes_over(priya: Person, ines: Person, telling: Telling) -> None:
    """What was won appears on the first page of delivery by itself, and what delivery made of it with sales."""
    await priya.presses(re.compile(f"Accept a handoff.*{telling.deal}"))
    await priya.is_at(telling.deal)
    await priya.sees("Every hourly line agrees with the estimate.")
    await priya.presses("Accept")
    await priya.presses("Accept")
    await priya.sees("Baseline beside now")
    await priya.sees("80 h asked of resourcing")
    await expect(ines.page.locator("#thread").get_by_role("link", name=telling.deal)).to_be_visible()


async def _staffs(marta: Person, telling: Telling) -> None:
    """Somebody is booked from the ranking."""
    name = BY_LOGIN[telling.consultant].name
    await marta.goes_to("Staffing requests")
    row = marta.page.get_by_role("row", name=telling.deal)
    await marta.presses("Senior consultant", within=row)
    await marta.is_at(telling.deal)
    await marta.presses(f"Book {name}")
    await marta.writes("Why overbook", "holidays are made up for")
    await marta.presses(f"Book {name}")
    await marta.sees("Booked for it")
    await expect(marta.page.get_by_role("heading", level=1)).to_contain_text("Covered")


async def _works(consultant: Person, telling: Telling) -> None:
    """Hours of last week, and the week is handed in."""
    await consultant.goes_to("My week")
    await consultant.presses("Week before")
    row = consultant.page.get_by_role("row", name=telling.deal).first
    for place, hours in enumerate(HOURS):
        await consultant.hand.write(row.locator("input[data-hours]").nth(place), hours)
    await expect(row.locator("[data-total-row]")).to_have_text(re.compile(TOTAL.replace(" ", r"\s")))
    await consultant.presses("Save and submit")
    by_project = consultant.page.locator(".panel", has_text="By project").get_by_role("row", name=telling.deal)
    await expect(by_project).to_contain_text("Submitted")


async def _approves(priya: Person, telling: Telling) -> None:
    """The manager approves the week."""
    await priya.goes_to("Approvals")
    row = priya.page.get_by_role("row", name=telling.deal)
    await priya.hand.press(row.get_by_role("link").last)
    await priya.is_at(BY_LOGIN[telling.consultant].name)
    await priya.presses("Approve")
    await priya.is_at("Approvals")
    await expect(row).to_have_count(0)


async def _drafts(owen: Person, telling: Telling) -> None:
    """What was approved is work in progress, and goes on a draft that opens into its hours."""
    await owen.goes_to("Work in progress")
    row = owen.page.get_by_role("row", name=telling.deal)
    await owen.presses("Draft invoice", within=row)
    await owen.presses("Draft invoice")
    await owen.is_at(f"Draft for {telling.firm}")
    await owen.sees(NET)
    await owen.hand.press(owen.page.get_by_text("What is behind this figure"))
    await owen.sees(BY_LOGIN[telling.consultant].name)


async def _issues(fatima: Person, owen: Person, telling: Telling) -> str:
    """Another person approves and issues; the clerk's page tells it by itself. Gives the number."""
    await fatima.presses(re.compile(f"Approve an invoice.*{telling.firm}"))
    await fatima.is_at(f"Draft for {telling.firm}")
    await fatima.presses("Approve")
    await fatima.presses("Issue")
    await fatima.presses("Issue")
    await fatima.is_at("INV-")
    await fatima.sees(GROSS)
    number = re.search(r"INV-\d+", await fatima.page.get_by_role("heading", level=1).inner_text())
    assert number
    await owen.is_at(number[0])
    return number[0]


async def _seals(viktor: Person, number: str) -> None:
    """The journal has the invoice; the month's entries become a batch that proves itself."""
    await viktor.goes_to("Journal")
    await viktor.sees(re.compile(number))
    await viktor.goes_to("Batches for the ERP")
    await viktor.presses("Seal a batch")
    await viktor.writes("Legal entity", "MER")
    await viktor.presses("Seal")
    await viktor.is_at("Batch")
    await viktor.presses("Prove it again")
    await expect(viktor.page.locator("#proof .tone-good").first).to_be_visible()
    await expect(viktor.page.locator("#proof .tone-bad")).to_have_count(0)

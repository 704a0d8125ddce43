"""The thread, played once from a CRM export to an acknowledged journal batch, under one span, and shown as a tree.

Every figure that is printed is read from the event logs, the databases and the batch; nothing is counted on the way.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import text

from deploy.suite import earning, selling
from deploy.suite.calendar import Dates
from deploy.suite.desk import Desk, Desks
from deploy.suite.founding import found
from deploy.suite.sample_export import write_sample_export
from deploy.suite.suite import Suite
from shared import traces
from shared.telemetry import SpanRecord, Telemetry, current_trace_id, span

Say = Callable[[str], None]
HIDDEN = traces.STATEMENTS | {"get"}  # reading moves nothing, and single statements are of no interest here
EVENTS = text("select count(*) from msg.event_log where correlation_id = any(:threads)")


CANDIDATES_AT_LEAST = 8
OBSTACLES = frozenset({"skill_missing", "on_leave", "overbooked", "cost_above_limit"})


class BooksDoNotBalance(Exception):
    """Beancount found something wrong with the sealed batch."""


class NotAsTold(Exception):
    """The story did not go as it should; the message says what is missing."""


@dataclass(frozen=True)
class Played:
    """What the story left behind: the threads it played, who was considered, its trace, the batch that closes it."""

    deals: tuple[selling.Deal, selling.Deal]
    ranking: dict[str, Any]
    trace_id: str
    batch: dict[str, Any]
    invoices: tuple[dict[str, Any], dict[str, Any]]

    @property
    def threads(self) -> list[Any]:
        """The ids of the two threads."""
        return [deal.opportunity_id for deal in self.deals]


async def play(desks: Desks, erp: Desk, dates: Dates, watched: Telemetry, say: Say) -> Played:
    """Play the whole thread as the people of the firm, under one span."""
    await found(desks, since=dates.monday.replace(month=1, day=1, year=dates.monday.year - 1))
    say("the firm is founded: people, calendars, price book, company")
    with watched.active(), span("the thread"):
        await _import(desks["helen"], say)
        return await tell(desks, erp, dates, watched, say)


async def tell(desks: Desks, erp: Desk, dates: Dates, watched: Telemetry, say: Say) -> Played:
    """Play what happens in a firm that is founded: from two deals to a sealed batch."""
    with watched.active(), span("from won to sealed"):
        trace_id = current_trace_id() or ""
        deals = await _sell(desks, dates, say)
        ranking = await _staff(desks, deals, dates, say)
        await _work(desks, deals, dates, say)
        invoices = await _invoice(desks, deals, dates, say)
        batch = await _close_books(desks, erp, dates, say)
    return Played(deals, ranking, trace_id, batch, invoices)


async def _import(desk: Desk, say: Say) -> None:
    with tempfile.TemporaryDirectory() as directory:
        done = await selling.import_export(desk, write_sample_export(Path(directory)))
    for counts in done["counts"]:
        say(
            f"imported {counts['file']}: read {counts['read']}, created {counts['created']},"
            f" rejected {counts['rejected']}"
        )


async def _sell(desks: Desks, dates: Dates, say: Say) -> tuple[selling.Deal, selling.Deal]:
    account = await selling.sign_up(desks["ines"], "Alpenglow AG", "München")
    by_hour = await selling.win_time_and_materials(desks["ines"], account, dates)
    fixed = await selling.win_fixed_fee(desks["ines"], account, dates)
    say("two deals are won: one by the hour, one by milestone")
    first = await selling.take_over(desks["priya"], by_hour)
    second = await selling.take_over(desks["priya"], fixed)
    for deal in (first, second):
        project = deal.project
        say(f"project {project['number']} stands with {len(project['tasks'])} tasks: {project['template']['rule']}")
    return first, second


async def _staff(desks: Desks, deals: tuple[selling.Deal, selling.Deal], dates: Dates, say: Say) -> dict[str, Any]:
    first, second = deals
    await selling.rank(desks["marta"], second, "senior_consultant")
    await selling.occupy(desks, second, dates)
    ranking = await selling.rank(desks["marta"], first, "senior_consultant")
    best = ranking["candidates"][0]
    say(f"{ranking['considered']} people considered; {best['name']} fits best ({best['score']})")
    for candidate in ranking["fallen_out"]:
        if candidate["obstructions"][0]["obstacle"] != "wrong_role":
            say(f"  {candidate['name']} falls out: {candidate['obstructions'][0]['reason']}")
    await selling.book(desks["marta"], first, "senior_consultant", "anna")
    return ranking


async def _work(desks: Desks, deals: tuple[selling.Deal, selling.Deal], dates: Dates, say: Say) -> None:
    worked = await earning.work_a_week(desks["anna"], deals[0], "senior_consultant", dates)
    approved = await earning.approve_weeks(desks["priya"], worked.sheets)
    say(f"{len(approved)} timesheets of Anna Berg are approved: {sum(sheet['minutes'] for sheet in approved)} minutes")
    await earning.correct(desks["priya"], worked.entries[1])
    say("one entry is corrected by a reversing entry")
    await earning.accept_milestone(desks["priya"], deals[1], dates)
    say("the client accepted the milestone")


async def _invoice(
    desks: Desks, deals: tuple[selling.Deal, selling.Deal], dates: Dates, say: Say
) -> tuple[dict[str, Any], dict[str, Any]]:
    contracts = [await earning.contract_of(desks["owen"], deal) for deal in deals]
    # Six entries, and the corrected one's reversal and replacement.
    items = await earning.work_in_progress(desks["owen"], contracts[0], at_least=8)
    unrated = [item for item in items if item["state"] == "unrated"]
    say(f"{len(items)} items in progress, {len(unrated)} without a rate")
    await earning.agree_rate(desks["owen"], contracts[0], "senior_consultant", dates)
    await earning.work_in_progress(desks["owen"], contracts[1], at_least=1)
    issued = [await earning.invoice(desks, contract, dates) for contract in contracts]
    for each in issued:
        behind = await earning.origin(desks["owen"], each)
        say(f"invoice {each['number']}: net {each['net']} {each['currency']}, {len(behind)} items behind its lines")
    return issued[0], issued[1]


async def _close_books(desks: Desks, erp: Desk, dates: Dates, say: Say) -> dict[str, Any]:
    await earning.recognise(desks["viktor"], dates)
    await earning.map_accounts(desks["viktor"])
    await earning.set_up_feeds(desks["viktor"])
    batch = await earning.seal(desks["viktor"], dates)
    await earning.acknowledge(erp, batch)
    say(
        f"batch {batch['number']} is sealed: {batch['entry_count']} entries, debit {batch['debit_total']}; acknowledged"
    )
    return batch


def must_be_as_told(played: Played, spans: Sequence[SpanRecord], services: Iterable[str]) -> None:
    """Refuse a story in which somebody was not considered, or a service not reached. Raises NotAsTold."""
    obstacles = {each["obstacle"] for one in played.ranking["fallen_out"] for each in one["obstructions"]}
    if played.ranking["considered"] < CANDIDATES_AT_LEAST or not obstacles >= OBSTACLES:
        raise NotAsTold(f"{played.ranking['considered']} candidates, of whom some fell out for {sorted(obstacles)}")
    if missing := set(services) - {span.service for span in spans}:
        raise NotAsTold(f"the trace does not reach {sorted(missing)}")


async def judge(desk: Desk, batch: dict[str, Any]) -> None:
    """Let beancount, a development tool that nobody here wrote, check the sealed batch. Raises BooksDoNotBalance."""
    books = await desk.read(f"/billing/api/v1/ledger-batches/{batch['id']}/beancount")
    checker = Path(sys.executable).with_name("bean-check")
    with tempfile.NamedTemporaryFile(suffix=".beancount") as file:
        file.write(books)
        file.flush()
        checking = await asyncio.create_subprocess_exec(
            checker, file.name, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await checking.communicate()
    if checking.returncode:
        raise BooksDoNotBalance(said.decode())


async def events_of(suite: Suite, played: Played) -> dict[str, int]:
    """How many events of the played threads each service's log holds, once everything has settled."""
    await suite.settled()
    counted = {}
    for name, member in suite.members.items():
        async with member.database.engine.connect() as connection:
            counted[name] = int(await connection.scalar(EVENTS, {"threads": played.threads}) or 0)
    return counted


def show(console: Console, played: Played, counted: dict[str, int], spans: Sequence[SpanRecord]) -> None:
    """Print the trace as a tree, and what the logs hold."""
    console.print(traces.as_rich_tree("trace", traces.tree(spans, hidden=HIDDEN)))
    for name, number in counted.items():
        console.print(f"{name}: {number} events of the two threads in the log")
    console.print(f"trace {played.trace_id}")

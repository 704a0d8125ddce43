"""The embedded suite is killed in the middle of the thread, again and again, and every effect happens once."""

import asyncio
import re
from collections.abc import Callable, Iterator

import httpx2
import pytest
import pytest_asyncio

from deploy.suite import tour
from deploy.suite.desk import Desk
from deploy.suite.issuer.client import log_in
from deploy.suite.people import PASSWORD
from shared import telemetry
from tests.support.embedded import DATA, EmbeddedProgram, Persistent, embedded_program, forget
from tests.support.processes import START_SECONDS
from tests.support.replays import digests, replay_everything
from tests.support.separate_services import NAMES, answers
from tests.support.slots import slot
from tests.support.story import OUTCOME, at_their_desks, founded, outcome, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What was just done, by the end of its address, when the suite is killed: the answer never arrives.
KILLED_AFTER = ("/close-as-won", "/approval", "/issue")
POSTGRES_KILLED_AFTER = "/correction"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


class Killing(Persistent):
    """Kills what answers as soon as it has answered, before anybody hears the answer."""

    def __init__(self, blow: Callable[[httpx2.Request], Callable[[], None] | None]) -> None:
        """Strike with what `blow` gives for a request that was just answered, if it gives anything."""
        super().__init__()
        self.blow = blow

    async def _ask(self, request: httpx2.Request) -> httpx2.Response | None:
        answer = await super()._ask(request)
        strike = self.blow(request) if answer is not None else None
        if answer is None or strike is None:
            return answer
        assert answer.is_success, answer.text
        await asyncio.to_thread(strike)
        return None


@pytest.fixture(scope="module")
def suite() -> Iterator[EmbeddedProgram]:
    """The suite as a program."""
    with embedded_program() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(suite: EmbeddedProgram) -> tour.Played:
    """The story, in spite of everything."""
    left = dict.fromkeys(KILLED_AFTER, suite.kill_and_start) | {POSTGRES_KILLED_AFTER: suite.kill_postgres}

    def blow(request: httpx2.Request) -> Callable[[], None] | None:
        deed = next((deed for deed in left if request.url.path.endswith(deed)), None)
        return left.pop(deed) if deed else None

    async with at_their_desks(Killing(blow), suite.url) as (desks, erp):
        story = await told(desks, erp, telemetry.watch("tour"))
    assert not left
    await suite.evidence.settled()
    return story


async def test_every_effect_happened_once_though_the_suite_was_killed_in_the_middle(
    suite: EmbeddedProgram, played: tour.Played
) -> None:
    assert suite.starts == 1 + len(KILLED_AFTER)
    assert "PostgreSQL was gone and runs again" in suite.printed()
    assert await outcome(suite.evidence) == OUTCOME
    await suite.evidence.every_event_had_each_effect_once()


async def test_the_thread_is_still_one_trace(suite: EmbeddedProgram, played: tour.Played) -> None:
    events = await suite.evidence.events_of(played.threads)

    assert {event.trace_id for event in events} == {played.trace_id}


async def test_a_second_suite_on_the_same_data_is_refused_and_the_first_goes_on(suite: EmbeddedProgram) -> None:
    second = suite.begin("deploy.suite", "demo")

    assert await asyncio.to_thread(second.process.wait, START_SECONDS) == 1
    assert re.fullmatch(r"Another process runs on \S+\. Stop it first\.\n", second.printed)
    assert answers(f"{suite.url}/services")


async def test_everything_replayed_to_everybody_changes_nothing_and_neither_does_it_when_nobody_remembers(
    suite: EmbeddedProgram, played: tour.Played
) -> None:
    evidence = suite.evidence
    before = await digests(evidence)

    async with httpx2.AsyncClient(base_url=suite.url, timeout=60) as http:
        sam = Desk(http, (await log_in(http, "sam", PASSWORD)).access_token)
        sent = await replay_everything(sam, evidence, "nothing is missing")
        assert await digests(evidence) == before
        for service in NAMES:
            await evidence.rows(service, "delete from msg.inbox")
        assert await replay_everything(sam, evidence, "everything is forgotten") == sent

    reactions = await evidence.reactions()
    assert (len(reactions), {row["status"] for row in reactions}) == (sent, {"done"})
    assert await digests(evidence) == before


@pytest.mark.long
async def test_the_suite_may_be_killed_after_every_kind_of_change() -> None:
    kinds: set[str] = set()

    with embedded_program() as suite:

        def blow(request: httpx2.Request) -> Callable[[], None] | None:
            kind = f"{request.method} {ID.sub('…', request.url.path)}"
            if request.method == "GET" or kind in kinds:
                return None
            kinds.add(kind)
            return suite.kill_and_start

        killing = Killing(lambda _: None)
        async with at_their_desks(killing, suite.url) as (desks, erp):
            dates = await founded(desks)
            killing.blow = blow
            await tour.tell(desks, erp, dates, telemetry.watch("tour"), say=print)
        await suite.evidence.settled()

        assert suite.starts == 1 + len(kinds)
        assert await outcome(suite.evidence) == OUTCOME
        await suite.evidence.every_event_had_each_effect_once()


@pytest.mark.long
async def test_told_to_stop_while_the_firm_is_made_the_demo_ends_well_and_its_postgresql_with_it() -> None:
    with slot("demo") as directory:
        forget(directory, DATA)
        directory.mkdir()
        try:
            suite = EmbeddedProgram(directory)
            demo = suite.begin("deploy.suite", "demo")
            await asyncio.to_thread(demo.until, (directory / DATA / "demo.json").exists, what="to make the firm")
            server = suite.postgres_process

            assert demo.stop() == 0, demo.printed
            assert not server.is_running()
        finally:
            forget(directory, DATA)

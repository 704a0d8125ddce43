"""The embedded suite is killed in the middle of the thread, again and again, and every effect happens once."""

import asyncio
from collections.abc import Callable, Iterator

import httpx2
import pytest
import pytest_asyncio

from deploy.suite import tour
from shared import telemetry
from tests.support.embedded import EmbeddedProgram, Persistent, embedded_program
from tests.support.story import OUTCOME, at_their_desks, outcome, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What was just done, by the end of its address, when the suite is killed: the answer never arrives.
KILLED_AFTER = ("/close-as-won", "/approval", "/issue")
POSTGRES_KILLED_AFTER = "/correction"


class Killing(Persistent):
    """Kills what answers as soon as it has answered, before anybody hears the answer: once after each deed."""

    def __init__(self, deeds: dict[str, Callable[[], None]]) -> None:
        super().__init__()
        self.left = dict(deeds)

    async def _ask(self, request: httpx2.Request) -> httpx2.Response | None:
        answer = await super()._ask(request)
        deed = next((deed for deed in self.left if request.url.path.endswith(deed)), None)
        if answer is None or deed is None:
            return answer
        assert answer.is_success, answer.text
        await asyncio.to_thread(self.left.pop(deed))
        return None


@pytest.fixture(scope="module")
def suite() -> Iterator[EmbeddedProgram]:
    """The suite as a program."""
    with embedded_program() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(suite: EmbeddedProgram) -> tour.Played:
    """The story, in spite of everything."""

    def kill_and_start() -> None:
        suite.kill()
        suite.start()

    killing = Killing({**dict.fromkeys(KILLED_AFTER, kill_and_start), POSTGRES_KILLED_AFTER: suite.kill_postgres})
    async with at_their_desks(killing, suite.url) as (desks, erp):
        story = await told(desks, erp, telemetry.watch("tour"))
    assert not killing.left
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

    assert await asyncio.to_thread(second.process.wait, 60) == 1
    assert "Another process runs on" in second.printed
    assert "Stop it first." in second.printed
    async with at_their_desks(Persistent(), suite.url) as (desks, _):
        assert await desks["ines"].get("/crm/api/v1/accounts")

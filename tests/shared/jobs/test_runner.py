"""A job goes on step by step, whoever does it: each step counts once, and what fails is tried again or given up."""

import asyncio

import pytest

from shared.database import connect
from shared.errors import Conflict
from shared.ids import new_id
from shared.jobs import Job, JobEnded, NoSuchJob
from shared.jobs.runner import ATTEMPTS_MAX
from shared.work import Work
from tests.shared.jobs.conftest import NORTHSTAR, PAGES, Desk, Later, finish
from tests.shared.messaging.suite import eventually


class OutOfPaper(Conflict):
    """There is no paper left."""


async def test_a_job_shows_how_far_it_is_while_it_runs(desk: Desk) -> None:
    job_id = await desk.ask(total=PAGES)
    runner = desk.runner()
    asked = await desk.find(job_id)

    await runner.step()
    under_way = await desk.find(job_id)
    await finish(runner)
    ended = await desk.find(job_id)

    assert (asked.state, asked.done, asked.total) == ("queued", 0, PAGES)
    assert (under_way.state, under_way.done, under_way.total, under_way.cursor) == ("running", 1, PAGES, {"after": 1})
    assert (ended.state, ended.done, ended.result) == ("done", PAGES, {"pages": PAGES})
    assert ended.finished_at is not None
    assert await desk.printed() == ["book 1", "book 2", "book 3"]


async def test_a_step_that_died_left_nothing_and_is_done_again(desk: Desk, later: Later) -> None:
    async def die_on_the_second_page(_: Work, job: Job) -> None:
        if job.done == 1:
            raise asyncio.CancelledError

    job_id = await desk.ask()
    desk.spell = die_on_the_second_page
    with pytest.raises(asyncio.CancelledError):
        await finish(desk.runner())
    stopped = await desk.find(job_id)
    assert (stopped.state, stopped.done, await desk.printed()) == ("running", 1, ["book 1"])

    desk.spell = None
    another = desk.runner()
    assert await finish(another) == 0, "the lease of the one that died still holds"
    later("61 seconds")
    assert await finish(another) == 2

    assert (await desk.find(job_id)).state == "done"
    assert await desk.printed() == ["book 1", "book 2", "book 3"]


async def test_a_step_is_tried_five_times_after_pauses_and_then_given_up_with_its_error(
    desk: Desk, later: Later
) -> None:
    async def jam(_: Work, __: Job) -> None:
        raise RuntimeError("the printer jams\nat address 0x7f")

    job_id = await desk.ask()
    desk.spell = jam
    for attempt in range(1, ATTEMPTS_MAX):
        assert await finish(desk.runner()) == 1, "a pause follows each failure"
        found = await desk.find(job_id)
        assert (found.state, found.attempts, found.error) == ("running", attempt, None)
        later(f"{attempt} minutes")
    await finish(desk.runner())

    found = await desk.find(job_id)
    assert (found.state, found.error) == ("failed", "RuntimeError: the printer jams")
    assert len(desk.seen) == ATTEMPTS_MAX
    assert await desk.printed() == []


async def test_failures_are_counted_anew_after_a_step_that_succeeded(desk: Desk, later: Later) -> None:
    async def jam_once_a_page(_: Work, job: Job) -> None:
        if desk.seen.count((job.id, job.done + 1)) < ATTEMPTS_MAX:
            raise RuntimeError("the printer jams")

    job_id = await desk.ask()
    desk.spell = jam_once_a_page
    for minute in range(PAGES * ATTEMPTS_MAX):
        await finish(desk.runner())
        later(f"{minute + 1} minutes")

    assert (await desk.find(job_id)).state == "done"
    assert await desk.printed() == ["book 1", "book 2", "book 3"]


async def test_a_refused_step_is_given_up_at_once_with_its_message(desk: Desk) -> None:
    async def refuse(_: Work, __: Job) -> None:
        raise OutOfPaper()

    job_id = await desk.ask()
    desk.spell = refuse
    await finish(desk.runner())

    found = await desk.find(job_id)
    assert (found.state, found.error, found.attempts) == ("failed", "There is no paper left.", 1)
    assert await desk.printed() == []


async def test_a_job_that_kills_every_process_is_given_up(desk: Desk, later: Later) -> None:
    async def kill(_: Work, __: Job) -> None:
        raise asyncio.CancelledError

    job_id = await desk.ask()
    desk.spell = kill
    for death in range(ATTEMPTS_MAX):
        with pytest.raises(asyncio.CancelledError):
            await desk.runner().step()
        later(f"{death + 1} minutes 1 second")
    await finish(desk.runner())

    found = await desk.find(job_id)
    assert (found.state, found.error) == ("failed", "The process died each time while it did this step.")
    assert len(desk.seen) == ATTEMPTS_MAX


async def test_a_cancelled_job_stops_and_keeps_what_it_did(desk: Desk) -> None:
    job_id = await desk.ask()
    runner = desk.runner()
    await runner.step()

    await desk.cancel(job_id)

    assert await finish(runner) == 0
    found = await desk.find(job_id)
    assert (found.state, found.done) == ("cancelled", 1)
    assert await desk.printed() == ["book 1"]


async def test_the_step_under_way_does_not_count_when_the_job_is_cancelled(desk: Desk) -> None:
    async def be_cancelled(_: Work, job: Job) -> None:
        if job.done == 1:
            await desk.cancel(job.id)

    job_id = await desk.ask()
    desk.spell = be_cancelled
    await finish(desk.runner())

    found = await desk.find(job_id)
    assert (found.state, found.done, found.error) == ("cancelled", 1, None)
    assert await desk.printed() == ["book 1"]


async def test_what_has_ended_cannot_be_cancelled(desk: Desk) -> None:
    job_id = await desk.ask()
    await finish(desk.runner())

    with pytest.raises(JobEnded):
        await desk.cancel(job_id)
    assert (await desk.find(job_id)).state == "done"


async def test_another_replica_takes_over_after_the_lease_and_the_slow_one_does_not_count(
    desk: Desk, later: Later
) -> None:
    async def be_slow(_: Work, job: Job) -> None:
        desk.spell = None
        later("61 seconds")
        await finish(desk.runner())

    job_id = await desk.ask()
    desk.spell = be_slow
    await desk.runner().step()

    found = await desk.find(job_id)
    assert (found.state, found.done) == ("done", PAGES)
    assert desk.seen.count((job_id, 1)) == 2
    assert await desk.printed() == ["book 1", "book 2", "book 3"]


async def test_many_replicas_do_each_step_once(desk: Desk) -> None:
    books = [await desk.ask(f"book {number:02}") for number in range(12)]

    await asyncio.gather(*(finish(desk.runner()) for _ in range(6)))
    await finish(desk.runner())

    assert sorted(desk.seen) == sorted((book, page) for book in books for page in range(1, PAGES + 1))
    assert await desk.printed() == [f"book {number:02} {page}" for number in range(12) for page in range(1, PAGES + 1)]


async def test_a_long_job_lets_a_short_one_pass(desk: Desk) -> None:
    first, second = await desk.ask("first"), await desk.ask("second")

    await finish(desk.runner())

    assert [book for book, _ in desk.seen] == [first, second] * PAGES


async def test_the_job_of_another_tenant_is_not_found(desk: Desk) -> None:
    ours = await desk.ask()
    theirs = await desk.ask(tenant=NORTHSTAR)

    for look in (desk.find, desk.cancel):
        with pytest.raises(NoSuchJob):
            await look(theirs)
        with pytest.raises(NoSuchJob):
            await look(new_id())
    await finish(desk.runner())

    assert (await desk.find(ours)).state == (await desk.find(theirs, tenant=NORTHSTAR)).state == "done"
    assert await desk.printed() == await desk.printed(NORTHSTAR) == ["book 1", "book 2", "book 3"]


async def test_a_kind_of_a_newer_version_is_left_to_it(desk: Desk) -> None:
    job_id = await desk.ask()

    assert await finish(desk.runner(type(desk.printing)("test.older", desk.printing.step))) == 0
    assert (await desk.find(job_id)).state == "queued"


async def test_a_runner_outlives_the_loss_of_its_database(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    stopping = asyncio.Event()

    async def stop_at_the_end(_: Work, job: Job) -> None:
        if job.done == PAGES - 1:
            stopping.set()

    async def has_failed() -> bool:
        return "no job can be taken up" in caplog.text

    runner = desk.runner()
    runner.database = connect("crm", desk.database.engine.url.set(port=1).render_as_string(hide_password=False))
    running = asyncio.create_task(runner.run(stopping))
    await eventually(has_failed)
    runner.database = desk.database
    desk.spell = stop_at_the_end
    job_id = await desk.ask()
    await running

    assert (await desk.find(job_id)).state == "done"

"""What is done by the calendar is done once in a period for every tenant, however many replicas there are."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from shared.actor import Actor
from shared.jobs import FORGET_ANSWERS, CalendarJob, Job, Progress
from shared.jobs.job import EPOCH
from shared.jobs.runner import CALENDAR_KEPT
from shared.jobs.upkeep import ANSWERS_KEPT
from shared.web import idempotency
from shared.work import Work, begin
from tests.shared.jobs.conftest import MERIDIAN, NOON, NORTHSTAR, Desk, Later, finish

DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


class Diary:
    """Notes who swept when."""

    def __init__(self) -> None:
        self.entries: list[tuple[UUID, str, str]] = []
        self.sweeping = CalendarJob("test.sweep", self._sweep, every=DAY)

    async def _sweep(self, work: Work, job: Job) -> Progress:
        self.entries.append((work.actor.tenant_id, job.payload["due"], work.actor.subject))
        return Progress(1, 1)


async def _two_tenants_are_known(desk: Desk) -> None:
    for tenant in (MERIDIAN, NORTHSTAR):
        async with begin(desk.database, Actor("anna", tenant), NOON):
            pass


@given(
    passed=st.timedeltas(timedelta(0), timedelta(days=50_000)),
    every=st.timedeltas(timedelta(minutes=1), timedelta(days=400)),
)
def test_every_instant_lies_in_exactly_one_period(passed: timedelta, every: timedelta) -> None:
    job = CalendarJob("test.any", Diary().sweeping.step, every)
    now = EPOCH + passed
    due = job.due(now)

    assert due <= now < due + every
    assert job.due(due) == job.due(due + every - timedelta(microseconds=1)) == due
    assert job.id_of(due) != job.id_of(due + every)


def test_days_begin_at_midnight() -> None:
    assert Diary().sweeping.due(NOON) == MONDAY


async def test_every_tenant_is_served_once_a_day_by_the_service_itself(desk: Desk) -> None:
    diary = Diary()
    await _two_tenants_are_known(desk)
    expected = []

    for day in range(3):
        morning, noon = MONDAY + day * DAY + timedelta(hours=1), NOON + day * DAY
        for now in (morning, noon):
            await finish(desk.runner(diary.sweeping, now=now))
        due = (MONDAY + day * DAY).isoformat()
        expected += [(tenant, due, "service:crm") for tenant in (MERIDIAN, NORTHSTAR)]

    assert sorted(diary.entries) == sorted(expected)


async def test_replicas_that_look_at_the_calendar_at_once_enter_a_job_once(desk: Desk) -> None:
    diary = Diary()
    await _two_tenants_are_known(desk)

    await asyncio.gather(*(finish(desk.runner(diary.sweeping)) for _ in range(6)))
    await finish(desk.runner(diary.sweeping))

    assert sorted(tenant for tenant, *_ in diary.entries) == [MERIDIAN, NORTHSTAR]


async def test_of_the_days_that_were_missed_only_the_last_is_made_up_for(desk: Desk) -> None:
    diary = Diary()
    await _two_tenants_are_known(desk)
    await finish(desk.runner(diary.sweeping, now=NOON))
    diary.entries.clear()

    await finish(desk.runner(diary.sweeping, now=NOON + 5 * DAY))

    assert {due for _, due, _ in diary.entries} == {(MONDAY + 5 * DAY).isoformat()}
    assert len(diary.entries) == 2


async def test_a_tenant_is_listed_by_its_first_commit_and_not_by_a_refusal(desk: Desk) -> None:
    with pytest.raises(LookupError):
        async with begin(desk.database, Actor("anna", MERIDIAN), NOON):
            raise LookupError
    assert await _listed(desk) == []

    async with begin(desk.database, Actor("anna", MERIDIAN), NOON):
        pass

    assert await _listed(desk) == [MERIDIAN]


async def test_rows_of_the_calendar_do_not_accumulate_and_those_of_people_stay(desk: Desk, later: Later) -> None:
    diary = Diary()
    await _two_tenants_are_known(desk)
    asked = await desk.ask()
    await finish(desk.runner(diary.sweeping, desk.printing))

    later(f"{CALENDAR_KEPT.days} days 1 minute")
    await finish(desk.runner(diary.sweeping, now=NOON))
    assert await _entered(desk) == 2, "the present period stays entered, or it would be done again"
    await finish(desk.runner(diary.sweeping, now=NOON + CALENDAR_KEPT))

    assert await _entered(desk) == 2
    assert len(diary.entries) == 4
    assert (await desk.find(asked)).state == "done"


async def test_old_answers_are_forgotten_every_day_for_every_tenant(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, young = NOON - ANSWERS_KEPT - timedelta(seconds=1), NOON - ANSWERS_KEPT
    for tenant in (MERIDIAN, NORTHSTAR):
        async with begin(desk.database, Actor("anna", tenant), NOON) as work:
            for number in range(5):
                await _keep_answer(work, b"old %d" % number, old)
            await _keep_answer(work, b"young", young)
    monkeypatch.setattr(idempotency, "FORGET_AT_ONCE", 2)

    steps = await finish(desk.runner(FORGET_ANSWERS))

    assert steps == 2 * 3, "five answers of each tenant, two at a time"
    for tenant in (MERIDIAN, NORTHSTAR):
        async with begin(desk.database, Actor("anna", tenant), NOON) as work:
            assert list(await work.session.scalars(text("select key from idempotency"))) == [b"young"]


async def _keep_answer(work: Work, key: bytes, at: datetime) -> None:
    statement = text("insert into idempotency (key, request, recorded_at) values (:key, '', :at)")
    await work.session.execute(statement, {"key": key, "at": at})


async def _listed(desk: Desk) -> list[UUID]:
    async with desk.database.engine.connect() as connection:
        return list(await connection.scalars(text("select id from msg.tenant")))


async def _entered(desk: Desk) -> int:
    async with desk.database.engine.connect() as connection:
        found = await connection.scalar(text("select count(*) from msg.job where kind = 'test.sweep'"))
        return int(found or 0)

"""Who is who does not depend on the order in which it is heard, and a changed log-in makes nobody a stranger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, date, datetime
from itertools import permutations
from uuid import UUID

import pytest

from deploy.suite.databases import ServiceDatabase
from services.billing.service import service
from shared import subjects
from shared.actor import Actor, the_service
from shared.contracts.resourcing import PersonChanged
from shared.database import Database, connect
from shared.work import begin

MERIDIAN, NORTHSTAR = UUID(int=1), UUID(int=2)
ANNA, BERT = UUID(int=11), UUID(int=12)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
News = tuple[PersonChanged, int]


@pytest.fixture
async def database(service_database: Callable[[str], ServiceDatabase]) -> AsyncIterator[Database]:
    """Give the database of billing."""
    opened = connect("billing", service_database("billing").app_url)
    yield opened
    await opened.engine.dispose()


def news(person: UUID, log_in: str | None, sequence: int, name: str = "somebody") -> News:
    """Tell of a person."""
    changed = PersonChanged(person_id=person, subject_id=log_in, name=name, employed_from=date(2026, 1, 1))
    return changed, sequence


async def hear(database: Database, told: Iterable[News], tenant: UUID = MERIDIAN) -> None:
    """Hear the news, each in a work of its own."""
    (remember,) = subjects.reactions(service.schema)
    for event, sequence in told:
        async with begin(database, the_service("billing", tenant), NOON) as work:
            await remember.handler(work, event, sequence)


async def person(database: Database, log_in: str, tenant: UUID = MERIDIAN) -> UUID | None:
    """Find the person who acts under a log-in."""
    async with begin(database, Actor(log_in, tenant), NOON) as work:
        found = await subjects.acting_person(work)
        assert found == await subjects.person_of(work, log_in)
        return found


async def are_same(database: Database, acting: str, other: str, tenant: UUID = MERIDIAN) -> bool:
    """Ask whether two log-ins belong to one person."""
    async with begin(database, Actor(acting, tenant), NOON) as work:
        return await subjects.is_same_person(work, other)


async def state(database: Database, tenant: UUID) -> list[tuple[object, ...]]:
    """Read both tables."""
    async with begin(database, Actor("anybody", tenant), NOON) as work:
        connection = await work.session.connection()
        people = await connection.exec_driver_sql("select person_id, subject, name, sequence from subjects order by 1")
        log_ins = await connection.exec_driver_sql("select subject, person_id, sequence from log_ins order by 1")
        return [tuple(row) for row in (*people, *log_ins)]


async def test_nobody_is_behind_a_log_in_that_was_never_announced(database: Database) -> None:
    assert await person(database, "anna") is None
    assert not await are_same(database, "anna", "bert")


async def test_a_log_in_is_the_same_as_itself_even_before_it_is_announced(database: Database) -> None:
    assert await are_same(database, "anna", "anna")


async def test_any_order_with_repeats_ends_in_the_same_state(database: Database) -> None:
    history = [
        news(ANNA, "anna", 1, "Anna"),
        news(BERT, None, 2, "Bert"),
        news(ANNA, "anna.b", 3, "Anna Berg"),
        news(BERT, "anna", 4, "Bert"),
    ]
    expected = [
        (ANNA, "anna.b", "Anna Berg", 3),
        (BERT, "anna", "Bert", 4),
        ("anna", BERT, 4),
        ("anna.b", ANNA, 3),
    ]

    for number, order in enumerate(permutations(history)):
        tenant = UUID(int=1000 + number)
        await hear(database, (*order, *order[:2]), tenant)
        assert await state(database, tenant) == expected, order


async def test_whoever_changed_the_log_in_is_still_the_one_who_did_it(database: Database) -> None:
    await hear(database, [news(ANNA, "anna", 1), news(BERT, "bert", 2), news(ANNA, "anna.berg", 3)])

    assert await person(database, "anna.berg") == await person(database, "anna") == ANNA
    assert await are_same(database, "anna.berg", "anna"), "or Anna could approve what she asked for as anna"
    assert await are_same(database, "anna", "anna.berg")
    assert not await are_same(database, "bert", "anna")


async def test_a_log_in_that_was_given_away_is_its_new_owners(database: Database) -> None:
    await hear(database, [news(ANNA, "desk", 1), news(ANNA, "anna", 2), news(BERT, "desk", 3)])

    assert await person(database, "desk") == BERT
    assert not await are_same(database, "anna", "desk")


async def test_a_person_without_a_log_in_is_behind_none(database: Database) -> None:
    await hear(database, [news(ANNA, None, 1, "Anna")])

    assert await state(database, MERIDIAN) == [(ANNA, None, "Anna", 1)]
    assert not await are_same(database, "anna", "bert")


async def test_the_same_log_in_at_another_tenant_is_somebody_else(database: Database) -> None:
    await hear(database, [news(ANNA, "anna", 1), news(ANNA, "anna.berg", 2)])
    await hear(database, [news(BERT, "anna", 1)], NORTHSTAR)

    assert await person(database, "anna") == ANNA
    assert await person(database, "anna", NORTHSTAR) == BERT
    assert await person(database, "anna.berg", NORTHSTAR) is None
    assert not await are_same(database, "anna.berg", "anna", NORTHSTAR)

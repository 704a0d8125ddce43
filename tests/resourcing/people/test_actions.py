"""What is done about people, on a real database."""

import asyncio
from decimal import Decimal
from uuid import UUID

import pytest

from services.resourcing.people.actions import change_person, set_cost_rate
from services.resourcing.people.model import CostRatesOverlap, PersonDetails
from shared.errors import Stale
from shared.ids import new_id
from tests.support.resourcing import HIRED, MONDAY, Resourcing, a_person


async def rate_from_monday(resourcing: Resourcing, person_id: UUID) -> None:
    async with resourcing.work() as work:
        await set_cost_rate(work, person_id, new_id(), starts_on=MONDAY, hourly_cost=Decimal("90"), currency="EUR")


async def test_two_rates_from_the_same_day_that_race_leave_one(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work)

    outcomes = await asyncio.gather(*(rate_from_monday(resourcing, anna) for _ in range(4)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ["CostRatesOverlap"] * 3 + ["NoneType"]
    rates = await resourcing.rows("cost_rates")
    assert sorted((rate["starts_on"], rate["ends_before"]) for rate in rates) == [(HIRED, MONDAY), (MONDAY, None)]


async def test_a_refused_rate_leaves_the_former_one_open(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work)
    await rate_from_monday(resourcing, anna)
    before = await resourcing.digest()

    with pytest.raises(CostRatesOverlap):
        await rate_from_monday(resourcing, anna)

    assert await resourcing.digest() == before


async def test_a_change_of_what_somebody_else_has_changed_is_refused(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work)
    async with resourcing.work() as work:
        await change_person(work, anna, PersonDetails("Anna Berg-Lind", HIRED), version=1)

    with pytest.raises(Stale):
        async with resourcing.work() as work:
            await change_person(work, anna, PersonDetails("Anna", HIRED), version=1)

    assert [person["name"] for person in await resourcing.rows("people")] == ["Anna Berg-Lind"]


async def test_people_and_their_cost_are_announced(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        await a_person(work)

    assert await resourcing.announced() == ["person.changed", "cost_rate.changed"]

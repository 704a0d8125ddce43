"""Taking the next number of a series."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from services.billing.numbering import store
from services.billing.numbering.model import DateGoesBack, written
from shared.work import Work


async def next_number(work: Work, *, series: str, dated_on: date = date.min) -> str:
    """Take the next number of `series`; see `next_numbers`."""
    [number] = await next_numbers(work, 1, series=series, dated_on=dated_on)
    return number


async def next_numbers(work: Work, count: int, *, series: str, dated_on: date) -> list[str]:
    """Take the next so many numbers of `series`, which stays locked until this work ends.

    Where numbers are dated, dates never go back. Raises DateGoesBack.
    """
    last = await store.take(work, count, series=series, dated_on=dated_on)
    if last is None:
        raise DateGoesBack(field="/issued_on")
    return [written(series, number) for number in range(last - count + 1, last + 1)]


async def is_begun(work: Work, series: Collection[str]) -> bool:
    """Whether any of these series has given a number, so that nobody else may go on with it."""
    return await store.is_begun(work, series)

"""What people do with sales people."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.crm.permissions import Permission
from services.crm.sales_people import store
from services.crm.sales_people.model import LogInSells, SalesPerson, SalesPersonExists, SellsNoMore
from shared.work import Work


async def add_sales_person(work: Work, person: SalesPerson) -> SalesPerson:
    """Put somebody on the list who sells from now on. Raises SalesPersonExists, LogInSells."""
    work.actor.must(Permission.KEEP_SALES_PEOPLE)
    if await store.is_known(work, person.id):
        raise SalesPersonExists()
    await _check_log_in(work, person.subject)
    store.add(work, person)
    return person


async def deactivate_sales_person(work: Work, person_id: UUID) -> SalesPerson:
    """Give nothing more to somebody; what is theirs stays so until it is given to others. Raises NoSuchSalesPerson."""
    work.actor.must(Permission.KEEP_SALES_PEOPLE)
    person = await store.get(work, person_id)
    person.is_active = False
    return person


async def reactivate_sales_person(work: Work, person_id: UUID) -> SalesPerson:
    """Let somebody sell again. Raises NoSuchSalesPerson, LogInSells."""
    work.actor.must(Permission.KEEP_SALES_PEOPLE)
    person = await store.get(work, person_id)
    if not person.is_active:
        await _check_log_in(work, person.subject)
    person.is_active = True
    return person


async def must_sell(work: Work, subject: str | None) -> None:
    """Refuse giving a record to somebody who sells no more. Raises SellsNoMore.

    A log-in that is on no list may own records: not every firm keeps one.
    """
    known = await store.active_by_log_in(work, subject) if subject else []
    if known and not any(known):
        raise SellsNoMore(field="/owner")


async def import_sales_people(work: Work, imported: Sequence[SalesPerson]) -> None:
    """Take over sales people from another system; whether they still sell is said here."""
    work.actor.must(Permission.IMPORT_RECORDS)
    await store.upsert(work, imported)


async def _check_log_in(work: Work, subject: str) -> None:
    if any(await store.active_by_log_in(work, subject)):
        raise LogInSells(field="/subject")

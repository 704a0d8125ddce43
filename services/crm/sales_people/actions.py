"""What people do with sales people."""

from __future__ import annotations

from collections.abc import Sequence

from services.crm.permissions import Permission
from services.crm.sales_people import store
from services.crm.sales_people.model import SalesPerson
from shared.work import Work


async def import_sales_people(work: Work, imported: Sequence[SalesPerson]) -> None:
    """Take over sales people from another system."""
    work.actor.must(Permission.IMPORT_RECORDS)
    await store.upsert(work, imported)

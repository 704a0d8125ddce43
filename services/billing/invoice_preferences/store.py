"""The table of what was agreed about invoices, and the contracts that it decides on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Boolean, Column, Integer, Uuid, select, text

from services.billing.invoice_preferences.model import Consolidation, Invoiced, InvoicePreferences, TimesheetAnnex
from services.billing.legal_entities.model import Language
from services.billing.tables import schema
from shared.database import belongs_to, choice
from shared.work import Work

invoice_preferences = schema.table(
    "invoice_preferences",
    Column("customer_id", Uuid, primary_key=True),
    choice("consolidation", Consolidation),
    choice("language", Language, nullable=True),
    Column("version", Integer, nullable=False),
    belongs_to("customer_id", "customers"),
)

timesheet_annexes = schema.table(
    "timesheet_annexes",
    Column("contract_id", Uuid, primary_key=True),
    Column("is_wanted", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("contract_id", "contracts"),
)

schema.map(TimesheetAnnex, timesheet_annexes, version=timesheet_annexes.c.version)
schema.map(InvoicePreferences, invoice_preferences, version=invoice_preferences.c.version)

INVOICED = """
    select contract.id, contract.customer_id, contract.legal_entity_id, contract.currency, contract.payment_terms_days,
           contract.project_id, contract.purchase_order, coalesce(preferred.consolidation, 'per_contract')
    from contracts contract left join invoice_preferences preferred on preferred.customer_id = contract.customer_id
"""
GIVEN = text(f"{INVOICED} where contract.id = any(:contracts) order by contract.number")
BESIDE = text(
    f"""
    {INVOICED} where contract.customer_id = (select customer_id from contracts where id = :contract_id)
                 and (contract.status = 'active' or contract.id = :contract_id)
    order by contract.number
    """  # noqa: S608 - put together from constants
)


async def find(work: Work, customer_id: UUID) -> InvoicePreferences | None:
    """What was agreed with a customer, if anything was."""
    wanted = select(InvoicePreferences).where(invoice_preferences.c.customer_id == customer_id)
    found: InvoicePreferences | None = await work.session.scalar(wanted)
    return found


async def find_all(work: Work, customer_ids: Collection[UUID]) -> Sequence[InvoicePreferences]:
    """What was agreed with each of the customers with whom anything was."""
    wanted = select(InvoicePreferences).where(invoice_preferences.c.customer_id.in_(customer_ids))
    return (await work.session.scalars(wanted)).all()


async def annex_of(work: Work, contract_id: UUID) -> TimesheetAnnex | None:
    """What was said about the annex of a contract, if anything was."""
    wanted = select(TimesheetAnnex).where(timesheet_annexes.c.contract_id == contract_id)
    found: TimesheetAnnex | None = await work.session.scalar(wanted)
    return found


async def keep(work: Work, agreed: InvoicePreferences | TimesheetAnnex) -> None:
    """Keep what was agreed, for the first time or anew."""
    work.session.add(agreed)
    await work.session.flush()


async def invoiced(work: Work, contract_ids: Sequence[UUID]) -> list[Invoiced]:
    """These contracts by number, as far as it decides what they are invoiced with."""
    return [_invoiced(row) for row in await work.session.execute(GIVEN, {"contracts": list(contract_ids)})]


async def beside(work: Work, contract_id: UUID) -> list[Invoiced]:
    """A contract and the active ones of the same customer, by number."""
    return [_invoiced(row) for row in await work.session.execute(BESIDE, {"contract_id": contract_id})]


def _invoiced(row: Sequence[object]) -> Invoiced:
    *terms, consolidation = row
    return Invoiced(*terms, Consolidation(consolidation))  # type: ignore[arg-type, call-arg]

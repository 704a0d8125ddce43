"""What became of a won deal, as delivery and billing tell it: read-only copies, each keyed so that twice is once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.crm.handoffs.model import Handoff


@dataclass(frozen=True)
class ProjectNews:
    """A project that delivers the deal; `closed_on` once it has ended."""

    project_id: UUID
    number: str | None
    name: str | None
    manager: str | None
    starts_on: date | None
    ends_before: date | None
    closed_on: date | None


@dataclass(frozen=True)
class InvoiceNews:
    """An invoice that went out for the deal."""

    invoice_id: UUID
    number: str
    issued_on: date
    due_on: date
    currency: str
    net: Decimal
    gross: Decimal


@dataclass(frozen=True)
class Sum:
    """An amount in one currency."""

    currency: str
    amount: Decimal


@dataclass(frozen=True)
class Thread:
    """All of it, for one deal or for all deals of an account."""

    handoff: Handoff | None
    projects: list[ProjectNews]
    invoices: list[InvoiceNews]
    invoiced: list[Sum]
    recognised: list[Sum]

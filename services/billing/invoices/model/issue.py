"""Issuing invoices: each as it goes out, and what becomes of all that were to be issued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.billing.invoices.model import FileKind, Totals
from shared.errors import Refused


@dataclass(frozen=True)
class SentOut:
    """An invoice as it goes out."""

    id: UUID
    number: str
    issued_on: date
    due_on: date
    sums: Totals
    files: Mapping[FileKind, bytes]


@dataclass
class Issue:
    """What became of invoices that were to be issued: the number of each that went out, and why others did not."""

    numbers: dict[UUID, str] = field(default_factory=dict)
    refused: dict[UUID, Refused] = field(default_factory=dict)

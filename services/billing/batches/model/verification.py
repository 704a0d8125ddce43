"""Proving a sealed batch again from its bytes, its predecessor and the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.billing.batches.model.batch import ExportBatch
from services.billing.batches.model.canonical import BatchedEntry, BatchedLine, digest, read_canonical
from services.billing.ledger.model.entries import JournalEntry, JournalLine
from shared.money import plain


@dataclass(frozen=True)
class Check:
    """One thing that must be true of a batch, and whether it is."""

    name: str
    holds: bool


def verified(batch: ExportBatch, *, before: bytes | None, journal: Sequence[JournalEntry]) -> list[Check]:
    """Every check of `batch`; `before` is the manifest of the one before it, `journal` the entries it names."""
    manifest: Mapping[str, Any] = json.loads(batch.manifest)
    entries = read_canonical(batch.canonical)
    amounts = [line.amount for entry in entries for line in entry.lines]
    debit = sum((amount for amount in amounts if amount > 0), Decimal())
    credit = -sum((amount for amount in amounts if amount < 0), Decimal())
    return [
        Check("canonical lines have the digest in the manifest", digest(batch.canonical) == manifest["sha256"]),
        Check("manifest has the digest on record", digest(batch.manifest) == batch.manifest_sha256),
        Check("entries and lines are counted", _counts(manifest) == (len(entries), len(amounts))),
        Check("control totals add up", _totals(manifest) == (plain(debit), plain(credit))),
        Check("debits equal credits", debit == credit),
        Check("chain continues the batch before", manifest["previous_sha256"] == (digest(before) if before else None)),
        Check("number follows the batch before", manifest["number"] == _number(before) + 1),
        Check("journal says the same", _told(journal) == _batched(entries)),
    ]


def _counts(manifest: Mapping[str, Any]) -> tuple[int, int]:
    return manifest["entry_count"], manifest["line_count"]


def _totals(manifest: Mapping[str, Any]) -> tuple[str, str]:
    return manifest["debit_total"], manifest["credit_total"]


def _number(manifest: bytes | None) -> int:
    return 0 if manifest is None else int(json.loads(manifest)["number"])


def _told(journal: Sequence[JournalEntry]) -> object:
    return sorted((one.id, one.posted_on, one.text, [_line(line, one) for line in one.lines]) for one in journal)


def _line(line: JournalLine, entry: JournalEntry) -> tuple[str, Decimal, str]:
    return line.account, line.amount, str(line.functional_amount.normalize()) if entry.is_translated else ""


def _batched(entries: Sequence[BatchedEntry]) -> object:
    return sorted(
        (one.id, one.posted_on, one.text, [(line.account, line.amount, _functional(line)) for line in one.lines])
        for one in entries
    )


def _functional(line: BatchedLine) -> str:
    return "" if line.functional_amount is None else str(line.functional_amount.normalize())

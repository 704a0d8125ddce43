"""A sealed batch: numbered without gaps, chained to the one before, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.billing.batches.model.canonical import (
    FORMAT,
    BatchedEntry,
    BatchedLine,
    canonical,
    canonical_json,
    digest,
)
from services.billing.batches.model.renderings.renderers import VERSIONS
from services.billing.ledger.model.accounts import Chart
from services.billing.ledger.model.entries import JournalEntry
from shared.errors import Conflict, NotFound
from shared.money import plain
from shared.reasons import because


class NoSuchBatch(NotFound):
    """There is no such batch, or it belongs to a legal entity whose batches you may not fetch."""


class AheadOfChain(Conflict):
    """You have batches that this chain does not have.

    Our books were set back, or yours belong to another system; stop posting and ask the controller.
    """


class NothingToSeal(Conflict):
    """Every entry of this month and currency is in a batch already.

    Look at the batches of the month; there is nothing left to do.
    """


class UnmappedAccounts(Conflict):
    """Some ledger accounts have no account in the ERP's books, so nothing was sealed.

    Map each of them, on the page of account mappings or with PUT /account-mappings/{id}, then seal again.
    """


class NothingToCorrect(Conflict):
    """Nothing in this batch is rejected, or what is went on in a correction already.

    A correction holds what the ERP rejected; a mistake in the books is reversed by an entry in a later batch.
    """


@dataclass(frozen=True)
class Link:
    """The end of a legal entity's chain: how many batches it has, and the digest of the last manifest."""

    number: int = 0
    manifest_sha256: str | None = None


@dataclass(frozen=True)
class Scope:
    """What one batch covers: a month and currency of a legal entity, for the books of `target`."""

    legal_entity: str
    period_starts_on: date
    currency: str
    target: str


@dataclass(frozen=True)
class Preview:
    """What a batch of `scope` would take now, and which of the accounts in it are not mapped, by code."""

    scope: Scope
    entry_count: int
    debit_total: Decimal
    credit_total: Decimal
    unmapped: Mapping[str, str]

    @property
    def may_be_sealed(self) -> bool:
        """Whether sealing would make a batch."""
        return self.entry_count > 0 and not self.unmapped


@dataclass(frozen=True)
class Corrected:
    """The batch whose rejected entries another one holds anew."""

    batch_id: UUID
    number: int
    manifest_sha256: str


@dataclass(frozen=True)
class ExportBatch:
    """A sealed batch with its exact bytes."""

    id: UUID
    scope: Scope
    number: int
    entry_count: int
    line_count: int
    debit_total: Decimal
    credit_total: Decimal
    thread_ids: tuple[UUID, ...]
    entry_ids: tuple[UUID, ...]
    canonical: bytes
    manifest: bytes
    sha256: str
    manifest_sha256: str
    previous_sha256: str | None
    sealed_at: datetime
    sealed_by: str
    corrects: Corrected | None = None


def batched(entries: Iterable[JournalEntry], chart: Chart, erp_accounts: Mapping[str, str]) -> list[BatchedEntry]:
    """The entries in the order of a batch, by day and id, with the ERP's accounts; raises UnmappedAccounts."""
    ordered = sorted(entries, key=lambda entry: (entry.posted_on, entry.id))
    used = {line.account for entry in ordered for line in entry.lines}
    unmapped = sorted(used - erp_accounts.keys())
    if unmapped:
        named = ", ".join(f"{code} {chart.accounts[code].name}" for code in unmapped)
        raise UnmappedAccounts(
            because("These ledger accounts are not mapped: %(named)s.", named=named), field="/target"
        )
    return [_batched(number, entry, chart, erp_accounts) for number, entry in enumerate(ordered, start=1)]


def seal(
    batch_id: UUID,
    scope: Scope,
    entries: Sequence[BatchedEntry],
    *,
    after: Link,
    at: datetime,
    by: str,
    corrects: Corrected | None = None,
) -> ExportBatch:
    """Close `entries` into the batch that follows the link `after`; raises NothingToSeal."""
    if not entries:
        raise NothingToSeal()
    content = canonical(entries)
    amounts = [line.amount for entry in entries for line in entry.lines]
    sealed = ExportBatch(
        id=batch_id,
        scope=scope,
        number=after.number + 1,
        entry_count=len(entries),
        line_count=len(amounts),
        debit_total=sum((amount for amount in amounts if amount > 0), Decimal()),
        credit_total=-sum((amount for amount in amounts if amount < 0), Decimal()),
        thread_ids=tuple(sorted({entry.thread_id for entry in entries if entry.thread_id is not None})),
        entry_ids=tuple(entry.id for entry in entries),
        canonical=content,
        manifest=b"",
        sha256=digest(content),
        manifest_sha256="",
        previous_sha256=after.manifest_sha256,
        sealed_at=at,
        sealed_by=by,
        corrects=corrects,
    )
    manifest = manifest_of(sealed)
    return replace(sealed, manifest=manifest, manifest_sha256=digest(manifest))


def manifest_of(batch: ExportBatch) -> bytes:
    """What a batch says of itself; its digest is what the next batch refers to, so that no link can be exchanged."""
    said: dict[str, Any] = {
        "batch_id": str(batch.id),
        "credit_total": plain(batch.credit_total),
        "currency": batch.scope.currency,
        "debit_total": plain(batch.debit_total),
        "entry_count": batch.entry_count,
        "format": FORMAT,
        "legal_entity": batch.scope.legal_entity,
        "line_count": batch.line_count,
        "number": batch.number,
        "period": f"{batch.scope.period_starts_on:%Y-%m}",
        "previous_sha256": batch.previous_sha256,
        "renderers": {renderer.value: version for renderer, version in VERSIONS.items()},
        "sealed_at": batch.sealed_at.isoformat(),
        "sealed_by": batch.sealed_by,
        "sha256": batch.sha256,
        "target": batch.scope.target,
    }
    if batch.corrects is not None:
        said["corrects"] = {
            "batch_id": str(batch.corrects.batch_id),
            "manifest_sha256": batch.corrects.manifest_sha256,
            "number": batch.corrects.number,
        }
    return canonical_json(said) + b"\n"


def _batched(number: int, entry: JournalEntry, chart: Chart, erp_accounts: Mapping[str, str]) -> BatchedEntry:
    return BatchedEntry(
        number=number,
        id=entry.id,
        posted_on=entry.posted_on,
        service_from=entry.service_from,
        service_before=entry.service_before,
        currency=entry.currency,
        text=entry.text,
        thread_id=entry.thread_id,
        source_kind=entry.source.kind.value,
        source_id=entry.source.id,
        source_leg=entry.source.leg,
        reverses_id=entry.reverses_id,
        functional_currency=entry.functional_currency if entry.is_translated else None,
        lines=tuple(
            BatchedLine(
                account=line.account,
                account_kind=chart.accounts[line.account].kind.value,
                account_name=chart.accounts[line.account].name,
                erp_account=erp_accounts[line.account],
                amount=line.amount,
                role=line.role.value if line.role is not None else None,
                contract_id=line.contract_id,
                contract_line_id=line.contract_line_id,
                project_id=line.project_id,
                functional_amount=line.functional_amount if entry.is_translated else None,
            )
            for line in entry.lines
        ),
    )

"""The canonical form of a batch: JSON lines of which every byte is determined by the entries.

One line per entry, keys sorted, no spaces, amounts as exact decimal strings, text as UTF-8. Everything else that is
made of a batch is made of these bytes. An entry in another currency than the books says what each line is in theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from shared.money import plain

FORMAT = "throughline-ledger-batch/1"


@dataclass(frozen=True)
class BatchedLine:
    """One side of an entry: debit positive; `erp_account` is where it goes in the target's books."""

    account: str
    account_kind: str
    account_name: str
    erp_account: str
    amount: Decimal
    role: str | None = None
    contract_id: UUID | None = None
    contract_line_id: UUID | None = None
    project_id: UUID | None = None
    functional_amount: Decimal | None = None
    """What it is in the functional currency, where that is another one."""


@dataclass(frozen=True)
class BatchedEntry:
    """One journal entry as a batch carries it, whole; `number` counts within the batch from 1."""

    number: int
    id: UUID
    posted_on: date
    service_from: date
    service_before: date
    currency: str
    text: str
    thread_id: UUID | None
    source_kind: str
    source_id: UUID
    source_leg: str
    reverses_id: UUID | None
    lines: tuple[BatchedLine, ...]
    functional_currency: str | None = None
    """What our books are kept in, where the entry is in another currency."""


def canonical(entries: Iterable[BatchedEntry]) -> bytes:
    """The bytes of `entries`, in the order given."""
    return b"".join(canonical_json(_entry_out(entry)) + b"\n" for entry in entries)


def read_canonical(content: bytes) -> list[BatchedEntry]:
    """The entries that `content` was made of: the inverse of `canonical`."""
    return [_entry_in(json.loads(line)) for line in content.split(b"\n") if line]


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """One JSON object with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(content: bytes) -> str:
    """SHA-256 of `content` in lower-case hexadecimal."""
    return sha256(content).hexdigest()


def _entry_out(entry: BatchedEntry) -> dict[str, Any]:
    return {
        "currency": entry.currency,
        "id": str(entry.id),
        "lines": [_line_out(line) for line in entry.lines],
        "number": entry.number,
        "posted_on": entry.posted_on.isoformat(),
        "reverses_id": _text(entry.reverses_id),
        "service_before": entry.service_before.isoformat(),
        "service_from": entry.service_from.isoformat(),
        "source": {"id": str(entry.source_id), "kind": entry.source_kind, "leg": entry.source_leg},
        "text": entry.text,
        "thread_id": _text(entry.thread_id),
        **({} if entry.functional_currency is None else {"functional_currency": entry.functional_currency}),
    }


def _line_out(line: BatchedLine) -> dict[str, Any]:
    return {
        "account": line.account,
        "account_kind": line.account_kind,
        "account_name": line.account_name,
        "amount": plain(line.amount),
        "contract_id": _text(line.contract_id),
        "contract_line_id": _text(line.contract_line_id),
        "erp_account": line.erp_account,
        "project_id": _text(line.project_id),
        "role": line.role,
        **({} if line.functional_amount is None else {"functional_amount": plain(line.functional_amount)}),
    }


def _entry_in(read: dict[str, Any]) -> BatchedEntry:
    source = read["source"]
    return BatchedEntry(
        number=read["number"],
        id=UUID(read["id"]),
        posted_on=date.fromisoformat(read["posted_on"]),
        service_from=date.fromisoformat(read["service_from"]),
        service_before=date.fromisoformat(read["service_before"]),
        currency=read["currency"],
        text=read["text"],
        thread_id=_id(read["thread_id"]),
        source_kind=source["kind"],
        source_id=UUID(source["id"]),
        source_leg=source["leg"],
        reverses_id=_id(read["reverses_id"]),
        lines=tuple(_line_in(line) for line in read["lines"]),
        functional_currency=read.get("functional_currency"),
    )


def _line_in(read: dict[str, Any]) -> BatchedLine:
    return BatchedLine(
        account=read["account"],
        account_kind=read["account_kind"],
        account_name=read["account_name"],
        erp_account=read["erp_account"],
        amount=Decimal(read["amount"]),
        role=read["role"],
        contract_id=_id(read["contract_id"]),
        contract_line_id=_id(read["contract_line_id"]),
        project_id=_id(read["project_id"]),
        functional_amount=Decimal(read["functional_amount"]) if "functional_amount" in read else None,
    )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _id(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)

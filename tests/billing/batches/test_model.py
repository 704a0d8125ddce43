"""A batch is its bytes: the same entries, the same bytes; whatever is read from them is what was sealed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.batches.model.batch import (
    Corrected,
    ExportBatch,
    Link,
    NothingToSeal,
    Scope,
    UnmappedAccounts,
    batched,
    seal,
)
from services.billing.batches.model.canonical import (
    BatchedEntry,
    BatchedLine,
    canonical,
    canonical_json,
    digest,
    read_canonical,
)
from services.billing.batches.model.verification import verified
from services.billing.ledger.model.entries import JournalEntry
from services.billing.ledger.model.posting import posted
from services.billing.ledger.model.translation import Translation
from tests.support.ledger import AT, CODES, a_batched_entry, a_chart, a_new_entry

MARCH = Scope("MER", date(2026, 3, 1), "EUR", "erp")
BATCH = UUID(int=7)
MAPPED = {code: f"E{code}" for code in CODES}

ids = st.uuids()
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
amounts = st.integers(-(10**15), 10**15).filter(bool).map(lambda cents: Decimal(cents).scaleb(-2))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
lines = st.builds(
    BatchedLine,
    account=st.sampled_from(CODES),
    account_kind=st.sampled_from(["asset", "liability", "equity", "income", "expense"]),
    account_name=texts,
    erp_account=texts,
    amount=amounts,
    role=st.none() | st.just("revenue"),
    contract_id=st.none() | ids,
    contract_line_id=st.none() | ids,
    project_id=st.none() | ids,
    functional_amount=st.none() | amounts,
)
entries = st.builds(
    BatchedEntry,
    number=st.integers(1, 10**6),
    id=ids,
    posted_on=days,
    service_from=days,
    service_before=days,
    currency=st.sampled_from(["EUR", "USD", "JPY"]),
    text=texts,
    thread_id=st.none() | ids,
    source_kind=st.just("invoice"),
    source_id=ids,
    source_leg=st.just("1"),
    reverses_id=st.none() | ids,
    lines=st.lists(lines, min_size=2, max_size=4).map(tuple),
    functional_currency=st.none() | st.just("CHF"),
)


def in_the_books(day: int = 31) -> JournalEntry:
    """Post 100.00 on a day in March."""
    entry = a_new_entry(on=date(2026, 3, day))
    return posted(entry, a_chart(), Translation(entry.currency), on=entry.on, at=AT, by="carla")


def a_batch(*posted_entries: JournalEntry, after: Link = Link()) -> ExportBatch:  # noqa: B008 - frozen
    """Seal entries, with every account mapped."""
    mapped = batched(posted_entries or [in_the_books()], a_chart(), MAPPED)
    return seal(BATCH, MARCH, mapped, after=after, at=AT, by="carla")


@given(st.lists(entries, max_size=5))
def test_what_is_read_from_the_bytes_is_what_was_written(sealed: list[BatchedEntry]) -> None:
    content = canonical(sealed)

    assert read_canonical(content) == sealed
    assert canonical(read_canonical(content)) == content
    assert content.count(b"\n") == len(sealed)


@given(amounts, st.integers(0, 4))
def test_one_amount_has_one_spelling(amount: Decimal, zeros: int) -> None:
    line = a_batched_entry().lines[0]
    longer = amount.quantize(Decimal(1).scaleb(-2 - zeros))

    spelled = {canonical([a_batched_entry(lines=(replace(line, amount=one),))]) for one in (amount, longer)}

    assert len(spelled) == 1


def test_keys_are_sorted_and_nothing_is_put_between() -> None:
    assert canonical_json({"b": "ä", "a": [1, None]}) == '{"a":[1,null],"b":"ä"}'.encode()


@given(st.permutations([in_the_books(day) for day in (1, 1, 15, 31)]))
def test_the_order_in_which_entries_come_does_not_change_a_byte(arrived: list[JournalEntry]) -> None:
    in_order = sorted(arrived, key=lambda entry: (entry.posted_on, entry.id))

    assert a_batch(*arrived).canonical == a_batch(*in_order).canonical


def test_a_batch_counts_and_adds_up_what_is_in_it() -> None:
    batch = a_batch(in_the_books(1), in_the_books(2))

    assert (batch.number, batch.entry_count, batch.line_count) == (1, 2, 4)
    assert (batch.debit_total, batch.credit_total) == (Decimal(200), Decimal(200))
    assert batch.thread_ids == (UUID(int=99),)
    manifest = json.loads(batch.manifest)
    assert (manifest["debit_total"], manifest["credit_total"], manifest["period"]) == ("200.00", "200.00", "2026-03")
    assert (manifest["sha256"], batch.sha256) == (digest(batch.canonical), digest(batch.canonical))


def test_a_batch_names_the_manifest_before_it() -> None:
    first = a_batch()

    second = a_batch(after=Link(first.number, first.manifest_sha256))

    assert (first.previous_sha256, second.previous_sha256) == (None, digest(first.manifest))
    assert second.number == 2


def test_a_correction_names_what_it_corrects_and_other_batches_say_nothing_of_it() -> None:
    first = a_batch()
    corrected = Corrected(first.id, first.number, first.manifest_sha256)
    lines = batched([in_the_books()], a_chart(), MAPPED)

    correction = seal(
        UUID(int=8), MARCH, lines, after=Link(1, first.manifest_sha256), at=AT, by="c", corrects=corrected
    )

    assert json.loads(correction.manifest)["corrects"] == {
        "batch_id": str(first.id),
        "manifest_sha256": first.manifest_sha256,
        "number": 1,
    }
    assert "corrects" not in json.loads(first.manifest)


def test_there_is_no_empty_batch() -> None:
    with pytest.raises(NothingToSeal):
        seal(BATCH, MARCH, [], after=Link(), at=AT, by="carla")


def test_accounts_without_a_mapping_are_named() -> None:
    with pytest.raises(UnmappedAccounts, match=r"not mapped: 1300 Contract assets, 4000 Service revenue\.") as refused:
        batched([in_the_books()], a_chart(), {"1200": "E1200"})

    assert "PUT /account-mappings" in str(refused.value.mend)
    assert refused.value.field == "/target"


def broken(batch: ExportBatch, journal: list[JournalEntry], before: bytes | None = None) -> list[str]:
    """Name the checks that fail."""
    return [check.name for check in verified(batch, before=before, journal=journal) if not check.holds]


def test_a_sealed_batch_proves_itself() -> None:
    journal = [in_the_books(1), in_the_books(2)]
    first = a_batch(*journal)
    second = a_batch(*journal, after=Link(1, first.manifest_sha256))

    assert broken(first, journal) == []
    assert broken(second, journal, before=first.manifest) == []


def test_a_changed_byte_a_lost_link_or_another_journal_is_found() -> None:
    entry = in_the_books()
    batch = a_batch(entry)
    changed = replace(batch, canonical=batch.canonical.replace(b'"100.00"', b'"100.01"'))

    assert "canonical lines have the digest in the manifest" in broken(changed, [entry])
    assert "debits equal credits" in broken(changed, [entry])
    assert broken(batch, [entry], before=a_batch().manifest) == [
        "chain continues the batch before",
        "number follows the batch before",
    ]
    assert broken(batch, []) == ["journal says the same"]
    assert broken(replace(batch, manifest=batch.manifest + b" "), [entry]) == ["manifest has the digest on record"]

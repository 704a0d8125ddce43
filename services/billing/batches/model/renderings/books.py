"""A batch as plain-text books.

The tools that read them accept small differences unless told otherwise; both texts tell them to accept none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.billing.batches.model.canonical import BatchedEntry, BatchedLine
from services.billing.batches.model.renderings.sealed import one_line
from shared.money import plain

ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}


TAGS = ("entry", "source", "service", "thread", "reverses")


def account_name(line: BatchedLine) -> str:
    """The account as both tools name it, for example `Assets:1300`."""
    return f"{ROOTS[line.account_kind]}:{line.account}"


def hledger(entries: Sequence[BatchedEntry]) -> str:
    """The journal that hledger and ledger read."""
    # Six digits behind the point, as many as an amount can have: the tools balance to what the commodity shows.
    parts = [f"commodity {currency}\n    format 1000.000000 {currency}\n" for currency in _currencies(entries)]
    parts += [f"account {name}\n" for name in _accounts(entries)]
    parts += [f"tag {name}\n" for name in TAGS]
    parts += ["\n" + _hledger_entry(entry) for entry in _by_day(entries)]
    return "".join(parts)


def _hledger_entry(entry: BatchedEntry) -> str:
    rows = [f"{entry.posted_on} * ({entry.number}) {one_line(entry.text, forbidden=';|')}"]
    rows += [f"    ; {key}: {value}" for key, value in _tags(entry).items()]
    rows += [f"    {account_name(line)}    {said}" for line in entry.lines for said in _amounts(line, entry)]
    return "\n".join(rows) + "\n"


def beancount(entries: Sequence[BatchedEntry]) -> str:
    """The books that beancount reads."""
    parts = ['option "inferred_tolerance_default" "*:0"\n', 'option "tolerance_multiplier" "0"\n']
    parts += [f'option "operating_currency" "{currency}"\n' for currency in _currencies(entries)]
    first = min((entry.posted_on for entry in entries), default=None)
    parts += [f'{first} open {name}\n  name: "{_quoted(title)}"\n' for name, title in _accounts(entries).items()]
    parts += ["\n" + _beancount_entry(entry) for entry in _by_day(entries)]
    return "".join(parts)


def _beancount_entry(entry: BatchedEntry) -> str:
    rows = [f'{entry.posted_on} * "{_quoted(entry.text)}"']
    rows += [f'  {key}: "{value}"' for key, value in _tags(entry).items()]
    rows += [f"  {account_name(line)}  {said}" for line in entry.lines for said in _amounts(line, entry)]
    return "\n".join(rows) + "\n"


def _tags(entry: BatchedEntry) -> dict[str, str]:
    values = (
        entry.id,
        f"{entry.source_kind}/{entry.source_id}/{entry.source_leg}",
        f"{entry.service_from}/{entry.service_before}",
        entry.thread_id,
        entry.reverses_id,
    )
    return {tag: str(value) for tag, value in zip(TAGS, values, strict=True) if value is not None}


def _amounts(line: BatchedLine, entry: BatchedEntry) -> Iterator[str]:
    """What a line says: its amount, at what it is in our books where they are kept in another currency.

    An exchange difference is nought in the entry's currency, and is said in that of the books alone.
    """
    amount, functional = f"{plain(line.amount)} {entry.currency}", line.functional_amount
    if functional is None:
        yield amount
        return
    is_one_sided = line.amount * functional <= 0
    if line.amount:
        yield f"{amount} @@ {plain(Decimal() if is_one_sided else abs(functional))} {entry.functional_currency}"
    if functional and is_one_sided:
        yield f"{plain(functional)} {entry.functional_currency}"


def _currencies(entries: Sequence[BatchedEntry]) -> list[str]:
    both = {currency for entry in entries for currency in (entry.currency, entry.functional_currency)}
    return sorted(currency for currency in both if currency is not None)


def _accounts(entries: Sequence[BatchedEntry]) -> dict[str, str]:
    named = {account_name(line): line.account_name for entry in entries for line in entry.lines}
    return dict(sorted(named.items()))


def _by_day(entries: Sequence[BatchedEntry]) -> list[BatchedEntry]:
    return sorted(entries, key=lambda entry: (entry.posted_on, entry.number))


def _quoted(text: str) -> str:
    return one_line(text).replace("\\", "\\\\").replace('"', '\\"')

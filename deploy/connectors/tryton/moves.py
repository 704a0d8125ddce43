"""Entries as moves of Tryton: each at most one posted move, found again by the id of its entry.

The module `throughline` beside this file has Tryton's database refuse a second move of an entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from deploy.connectors.tryton.rpc import Tryton, TrytonRefused

TOGETHER = 200  # moves in a call: Tryton's work grows with them, and a call should not take a minute
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Taken:
    """What became of an entry: the number of its move, or why there is none."""

    entry_id: str
    number: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Books:
    """Where the moves of a company go: ids by what entries call it."""

    company: int
    journal: int
    currency: str
    accounts: Mapping[str, int]
    periods: Sequence[tuple[date, date, int]]

    def move(self, document: str, entry: Entry) -> dict[str, Any]:
        """What Tryton is to post for an entry. Raises TrytonRefused."""
        if entry["currency"] != self.currency:
            raise TrytonRefused(f"These books are in {self.currency}, the entry is in {entry['currency']}.")
        posted_on = date.fromisoformat(entry["posted_on"])
        return {
            "company": self.company,
            "journal": self.journal,
            "period": self._period(posted_on),
            "date": posted_on,
            "description": f"{document} {entry['text']}",
            "throughline_entry": entry["id"],
            "lines": [["create", [self._line(line) for line in entry["lines"]]]],
        }

    def _line(self, line: Mapping[str, Any]) -> dict[str, Any]:
        amount, code = Decimal(line["amount"]), line["erp_account"]
        if code not in self.accounts:
            raise TrytonRefused(f"There is no account {code} in these books.")
        return {
            "account": self.accounts[code],
            "debit": max(amount, Decimal()),
            "credit": max(-amount, Decimal()),
            "description": f"{line['account']} {line['account_name']}",
        }

    def _period(self, day: date) -> int:
        for first, last, period in self.periods:
            if first <= day <= last:
                return period
        raise TrytonRefused(f"There is no period for {day} in these books.")


async def books_of(tryton: Tryton, journal: str) -> Books:
    """The books of the company that the session is in, for moves of the journal with that code."""
    company = tryton.context["company"]
    own = ["company", "=", company]
    [kept] = await tryton.read("company.company", [["id", "=", company]], "currency.code")
    [into] = await tryton.read("account.journal", [["code", "=", journal]], "code")
    accounts = await tryton.read("account.account", [own, ["type", "!=", None]], "code")
    periods = await tryton.read("account.period", [own, ["type", "=", "standard"]], "start_date", "end_date")
    return Books(
        company=company,
        journal=into["id"],
        currency=kept["currency."]["code"],
        accounts={one["code"]: one["id"] for one in accounts},
        periods=[(one["start_date"], one["end_date"], one["id"]) for one in periods],
    )


async def take(tryton: Tryton, books: Books, batch: int, entries: Sequence[Entry]) -> list[Taken]:
    """Have each entry of a batch as a posted move, or say why not; what is a move already stays as it is."""
    found = []
    for part in _parts(entries):
        ids = [entry["id"] for entry in part]
        known = await _numbers(tryton, ids)
        reasons = await _post(tryton, books, batch, [entry for entry in part if entry["id"] not in known])
        numbers = await _numbers(tryton, ids)  # asked, not remembered: a twin of this program may have been quicker
        found += [Taken(one, numbers[one]) if one in numbers else Taken(one, reason=reasons[one]) for one in ids]
    return found


async def _numbers(tryton: Tryton, entry_ids: Sequence[str]) -> dict[str, str]:
    moves = await tryton.read("account.move", [["throughline_entry", "in", entry_ids]], "throughline_entry", "number")
    return {move["throughline_entry"]: move["number"] for move in moves}


async def _post(tryton: Tryton, books: Books, batch: int, entries: Sequence[Entry]) -> dict[str, str]:
    """Post all entries at once; where one is refused, half by half, until it is known which ones, and why."""
    if not entries:
        return {}
    try:
        moves = [books.move(f"TL-{batch}-{entry['number']}", entry) for entry in entries]
        await tryton.call("account.move.post_entries", moves)
    except TrytonRefused as refusal:
        if len(entries) == 1:
            return {entries[0]["id"]: str(refusal)}
        half = len(entries) // 2
        first = await _post(tryton, books, batch, entries[:half])
        return first | await _post(tryton, books, batch, entries[half:])
    return {}


def _parts(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for first in range(0, len(entries), TOGETHER):
        yield entries[first : first + TOGETHER]

"""Plain-text accounting tools that nobody here wrote, asked whether they accept our books and what they add up to."""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from beancount import loader
from beancount.core import realization

LEDGER_FORMAT = "%(account)\t%(quantity(scrub(display_total)))\n"
Balances = Mapping[str, Decimal]


class Rejected(AssertionError):
    """A tool does not accept the books."""


@dataclass(frozen=True)
class Judges:
    """The three tools; each gives every account's balance that is not zero, or raises Rejected."""

    hledger: Path
    ledger: Path
    directory: Path

    def judge(self, *, hledger: str, beancount: str) -> Balances:
        """What all three tools agree on."""
        found = [self.by_beancount(beancount), self.by_hledger(hledger), self.by_ledger(hledger)]
        assert found[0] == found[1] == found[2]
        return found[0]

    def by_beancount(self, text: str) -> Balances:
        """What beancount makes of `text`."""
        entries, errors, _ = loader.load_string(text)
        if errors:
            raise Rejected(errors[0].message)
        root = realization.realize(entries)  # type: ignore[no-untyped-call]
        found = {
            node.account: sum((position.units.number or Decimal() for position in node.balance), Decimal())
            for node in realization.iter_children(root, leaf_only=True)  # type: ignore[no-untyped-call]
        }
        return _not_zero(found)

    def by_hledger(self, text: str) -> Balances:
        """What hledger makes of `text`."""
        journal = self._file(text)
        self._run(self.hledger, "-f", journal, "check", "--strict", "ordereddates")
        answer = self._run(self.hledger, "-f", journal, "balance", "--flat", "--no-total", "-O", "csv")
        rows = list(csv.reader(io.StringIO(answer)))[1:]
        return _not_zero({account: Decimal(total.split()[0]) for account, total in rows})

    def by_ledger(self, text: str) -> Balances:
        """What ledger makes of `text`."""
        strict = ("-f", self._file(text), "--pedantic", "--strict", "balance", "--flat", "--no-total")
        answer = self._run(self.ledger, *strict, "--balance-format", LEDGER_FORMAT)
        rows = [row.split("\t") for row in answer.splitlines() if "\t" in row]
        return _not_zero({account: Decimal(total.split()[0]) for account, total in rows})

    def _file(self, text: str) -> str:
        path = self.directory / "books.journal"
        path.write_text(text)
        return str(path)

    def _run(self, program: Path, *arguments: str) -> str:
        done = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Rejected(done.stderr)
        return done.stdout


def _not_zero(balances: Balances) -> Balances:
    return {account: balance for account, balance in balances.items() if balance}

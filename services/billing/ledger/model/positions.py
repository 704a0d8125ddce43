"""One net position per contract (IFRS 15.105): what is earned ahead of invoices is an asset, the reverse a liability.

Whoever posts to either of the two accounts of a contract only says by how much its position changes. An invoice first
takes the asset down, and what is left is a liability; revenue first takes the liability down, and the rest is an asset.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from services.billing.ledger.model.accounts import POSITION_ROLES, AccountCode, Chart, PostingRole
from services.billing.ledger.model.entries import JournalEntry, NewEntry, NewLine, Source, SourceKind


@dataclass(frozen=True)
class ContractPosition:
    """The balances of a contract's two accounts, debit positive; settled, one of them is nought."""

    asset: Decimal = Decimal()
    liability: Decimal = Decimal()

    @property
    def net(self) -> Decimal:
        """What was earned less what was billed."""
        return self.asset + self.liability

    @property
    def is_settled(self) -> bool:
        """Whether it stands on the side that it belongs to."""
        return self == position_of(self.net)

    def until(self, after: ContractPosition) -> dict[PostingRole, Decimal]:
        """What has to be posted for this position to become the one `after`; nothing where nothing changes."""
        changes = {
            PostingRole.CONTRACT_ASSET: after.asset - self.asset,
            PostingRole.CONTRACT_LIABILITY: after.liability - self.liability,
        }
        return {role: amount for role, amount in changes.items() if amount}


def position_of(net: Decimal) -> ContractPosition:
    """The position that a net balance comes to."""
    return ContractPosition(max(net, Decimal()), min(net, Decimal()))


def contracts_of(entry: NewEntry) -> set[UUID]:
    """The contracts whose position `entry` changes."""
    return {line.contract_id for line in entry.lines if line.contract_id is not None and _changes_position(line)}


def split(entry: NewEntry, positions: MutableMapping[UUID, ContractPosition]) -> NewEntry:
    """`entry` with each change of a position on the account where it belongs; `positions` are then those after it."""
    return replace(entry, lines=[part for line in entry.lines for part in _parts(line, positions)])


def settlement(cause: JournalEntry, contract_id: UUID, standing: ContractPosition, chart: Chart) -> NewEntry:
    """The entry that brings a contract back on one side after `cause`, which was posted to fixed accounts."""
    sides = standing.until(position_of(standing.net))
    return NewEntry(
        legal_entity=cause.legal_entity,
        currency=cause.currency,
        on=cause.posted_on,
        text=f"One net position per contract, after: {cause.text}",
        source=Source(SourceKind.POSITION, cause.id, str(contract_id)),
        lines=[
            NewLine(AccountCode(chart.account_for(role).code, role), amount, contract_id)
            for role, amount in sides.items()
        ],
        thread_id=cause.thread_id,
    )


def _parts(line: NewLine, positions: MutableMapping[UUID, ContractPosition]) -> Iterator[NewLine]:
    if line.contract_id is None or not _changes_position(line):
        yield line
        return
    before = positions.get(line.contract_id, ContractPosition())
    after = position_of(before.net + line.amount)
    positions[line.contract_id] = after
    for role, amount in before.until(after).items():
        yield replace(line, account=role, amount=amount)


def _changes_position(line: NewLine) -> bool:
    return line.account in POSITION_ROLES

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
from services.billing.ledger.model.translation import Translation, part_of


@dataclass(frozen=True)
class Standing:
    """What stands on an account, debit positive, and what of it in the functional currency."""

    amount: Decimal = Decimal()
    functional: Decimal = Decimal()

    def __add__(self, other: Standing) -> Standing:
        return Standing(self.amount + other.amount, self.functional + other.functional)

    def __sub__(self, other: Standing) -> Standing:
        return Standing(self.amount - other.amount, self.functional - other.functional)


@dataclass(frozen=True)
class ContractPosition:
    """The balances of a contract's two accounts; settled, one of them is nought."""

    asset: Standing = Standing()
    liability: Standing = Standing()

    @property
    def net(self) -> Standing:
        """What was earned less what was billed."""
        return self.asset + self.liability

    @property
    def is_settled(self) -> bool:
        """Whether it stands on the side that it belongs to."""
        return self == position_of(self.net)

    def until(self, after: ContractPosition) -> dict[PostingRole, Standing]:
        """What has to be posted for this position to become the one `after`; nothing where nothing changes."""
        changes = {
            PostingRole.CONTRACT_ASSET: after.asset - self.asset,
            PostingRole.CONTRACT_LIABILITY: after.liability - self.liability,
        }
        return {role: change for role, change in changes.items() if change != Standing()}

    def changed(self, amount: Decimal, translation: Translation) -> Standing:
        """What the position is, net, when it changes by `amount`.

        What adds to it comes at the rate of the day; what takes from it takes its part of what stands there, and only
        what goes beyond comes at the rate of the day.
        """
        net = self.net
        if net.amount * amount >= 0:
            return net + Standing(amount, translation.of(amount))
        if abs(amount) >= abs(net.amount):
            beyond = net.amount + amount
            return Standing(beyond, translation.of(beyond))
        taken = part_of(net.functional, part=amount, whole=net.amount, currency=translation.currency)
        return net + Standing(amount, taken)


def position_of(net: Standing) -> ContractPosition:
    """The position that a net balance comes to; where nothing is left, nothing is left in the functional currency."""
    if not net.amount:
        return ContractPosition()
    return ContractPosition(liability=net) if net.amount < 0 else ContractPosition(asset=net)


def contracts_of(entry: NewEntry) -> set[UUID]:
    """The contracts whose position `entry` changes."""
    return {line.contract_id for line in entry.lines if line.contract_id is not None and _changes_position(line)}


def split(entry: NewEntry, positions: MutableMapping[UUID, ContractPosition], translation: Translation) -> NewEntry:
    """`entry` with each change of a position on the account where it belongs; `positions` are then those after it."""
    return replace(entry, lines=[part for line in entry.lines for part in _parts(line, positions, translation)])


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
            NewLine(
                AccountCode(chart.account_for(role).code, role),
                change.amount,
                contract_id,
                functional_amount=change.functional,
            )
            for role, change in sides.items()
        ],
        thread_id=cause.thread_id,
    )


def _parts(
    line: NewLine, positions: MutableMapping[UUID, ContractPosition], translation: Translation
) -> Iterator[NewLine]:
    if line.contract_id is None or not _changes_position(line):
        yield line
        return
    before = positions.get(line.contract_id, ContractPosition())
    after = position_of(before.changed(line.amount, translation))
    positions[line.contract_id] = after
    is_added = before.is_settled and before.net.amount * line.amount >= 0
    for role, change in before.until(after).items():
        yield replace(
            line, account=role, amount=change.amount, functional_amount=None if is_added else change.functional
        )


def _changes_position(line: NewLine) -> bool:
    return line.account in POSITION_ROLES

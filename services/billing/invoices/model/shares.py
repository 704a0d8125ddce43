"""What of an invoice, or of a credit note, is of each of its contracts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.billing.invoices.model import Line, Tax
from shared.money import Money


@dataclass(frozen=True)
class Share:
    """The part of one contract."""

    contract_id: UUID
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """What is to be paid of it."""
        return self.net + self.tax


def shares_of(lines: Sequence[Line], taxes: Sequence[Tax], currency: str) -> list[Share]:
    """The part of each contract, in the order of the lines; together they are net and tax to the cent."""
    nets: dict[UUID, Decimal] = defaultdict(Decimal)
    for line in lines:
        nets[line.contract_id] += line.net
    owed: dict[UUID, Decimal] = defaultdict(Decimal)
    for tax in taxes:
        for contract_id, amount in _parts(tax, [line for line in lines if _is_taxed(line, tax)], currency):
            owed[contract_id] += amount
    return [Share(contract_id, net, owed[contract_id]) for contract_id, net in nets.items()]


def _parts(tax: Tax, lines: Sequence[Line], currency: str) -> Iterator[tuple[UUID, Decimal]]:
    """The tax of each line by its net: what it comes to so far is rounded, and the last takes the rest."""
    net, given = Decimal(), Decimal()
    for number, line in enumerate(lines, 1):
        net += line.net
        so_far = tax.tax
        if number < len(lines) and tax.net:
            so_far = Money(tax.tax * net / tax.net, currency).rounded().amount
        yield line.contract_id, so_far - given
        given = so_far


def _is_taxed(line: Line, tax: Tax) -> bool:
    return (line.tax_category, line.tax_rate) == (tax.category, tax.rate)

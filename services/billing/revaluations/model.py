"""Revaluing open monetary balances: what they are worth at the rate of a month's last day, until the next (IAS 21).

What is monetary is money, or a right or a duty to so much of it: bank, receivables and their allowance, contract
assets, what is recoverable, customers' credit, provisions for losses. Contract liabilities are owed in work and keep
the rate they came at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from services.billing.exchange_rates.model import KeptRate
from services.billing.ledger.model.accounts import AccountCode, Chart, PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, Source, SourceKind
from services.billing.ledger.model.translation import Translation
from shared.period import Period

REVALUATIONS = UUID("0f2f9d4e-0d3b-5b53-8a7f-3f1a2a0f6c07")
MONETARY = frozenset(
    {
        PostingRole.CASH,
        PostingRole.RECEIVABLE,
        PostingRole.ALLOWANCE,
        PostingRole.CONTRACT_ASSET,
        PostingRole.RECOVERABLE,
        PostingRole.CUSTOMER_CREDIT,
        PostingRole.LOSS_PROVISION,
    }
)


@dataclass(frozen=True)
class OpenBalance:
    """What stands on a monetary account in a foreign currency, and at what in the books; debit positive.

    `rate` is that of the last day, none where nobody entered it.
    """

    account: str
    name: str
    currency: str
    balance: Decimal
    functional_currency: str
    stands_at: Decimal
    rate: KeptRate | None

    @property
    def worth(self) -> Decimal | None:
        """What it is worth in the functional currency; unknown without a rate."""
        if not self.balance:
            return Decimal()
        return None if self.rate is None else self.rate.translate(self.balance, into=self.functional_currency)

    @property
    def difference(self) -> Decimal | None:
        """What is posted: positive for a gain on an asset."""
        return None if self.worth is None else self.worth - self.stands_at

    @property
    def is_revalued(self) -> bool:
        """Whether it stands at what it is worth."""
        return self.difference == 0


def monetary_accounts(chart: Chart) -> set[str]:
    """The numbers of the accounts that take, or took, what is monetary."""
    of_roles = {code for role, code in chart.roles.items() if role in MONETARY}
    return of_roles | {rule.account for rule in chart.rules if rule.role in MONETARY}


def last_day_of(month: Period) -> date:
    """The day at whose rate balances are revalued."""
    return list(month.days())[-1]


def revaluation_id(legal_entity: str, month: Period) -> UUID:
    """What the entries of a month are posted for."""
    return uuid5(REVALUATIONS, f"{legal_entity}/{month.starts_on}")


def entry_for(
    currency: str, balances: Sequence[OpenBalance], *, legal_entity: str, month: Period, turn: int
) -> NewEntry:
    """The entry that brings the balances of one currency to what they are worth, the `turn`-th one of its month."""
    day = last_day_of(month)
    lines = [
        NewLine(AccountCode(one.account), Decimal(), functional_amount=one.difference)
        for one in balances
        if one.difference
    ]
    over = sum((line.functional_amount or Decimal() for line in lines), Decimal())
    if over:
        lines.append(NewLine(PostingRole.FX_UNREALISED, Decimal(), functional_amount=-over))
    rate = next((one.rate for one in balances if one.rate is not None), None)
    return NewEntry(
        legal_entity=legal_entity,
        currency=currency,
        on=day,
        text=f"Open balances in {currency} at the rate of {day}",
        source=Source(SourceKind.REVALUATION, revaluation_id(legal_entity, month), leg=f"{currency}/{turn}"),
        lines=lines,
        translation=Translation(balances[0].functional_currency, None if rate is None else rate.id),
    )


def by_currency(balances: Iterable[OpenBalance]) -> dict[str, list[OpenBalance]]:
    """The balances that do not stand at what they are worth, by currency."""
    found: dict[str, list[OpenBalance]] = {}
    for one in balances:
        if not one.is_revalued:
            found.setdefault(one.currency, []).append(one)
    return found

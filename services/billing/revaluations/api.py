"""Revaluation of open balances over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from services.billing.exchange_rates.api import ExchangeRateFigure
from services.billing.exchange_rates.model import MissingExchangeRate
from services.billing.ledger.api import EntryView
from services.billing.ledger.model.accounts import NoBooks
from services.billing.ledger.model.entries import EntryDiffers
from services.billing.periods.model import BadMonth, PeriodClosed, month
from services.billing.revaluations.actions import open_balances, revalue
from services.billing.revaluations.model import OpenBalance
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import InWork, View, WorkRoute, key_required, refusals

router = APIRouter(prefix="/periods", tags=["periods"], route_class=WorkRoute)


class OpenBalanceView(View):
    """A balance in a foreign currency: what it stands at in the books, and what it is worth on the last day.

    Without a rate of that day, `rate`, `worth` and `difference` are not known.
    """

    account: str
    name: str
    currency: str
    balance: Amount
    functional_currency: str
    stands_at: Amount
    rate: ExchangeRateFigure | None
    worth: Amount | None
    difference: Amount | None

    @classmethod
    def of(cls, one: OpenBalance) -> OpenBalanceView:
        """Show `one`."""
        said = {name: getattr(one, name) for name in cls.model_fields if name != "rate"}
        return cls(**said, rate=None if one.rate is None else ExchangeRateFigure.model_validate(one.rate))


class OpenBalancesView(View):
    balances: list[OpenBalanceView]


class RevaluedView(View):
    """The entries of the last day; each is taken back on the next."""

    entries: list[EntryView]


@router.get("/{legal_entity}/{period}/open-balances", responses=refusals(NotPermitted, NoBooks, BadMonth))
async def show(legal_entity: str, period: str, work: InWork) -> OpenBalancesView:
    """What open balances in foreign currencies stand at, and what they are worth on a month's last day."""
    found = await open_balances(work, legal_entity, month(period))
    return OpenBalancesView(balances=[OpenBalanceView.of(one) for one in found])


@router.post(
    "/{legal_entity}/{period}/revaluation",
    status_code=201,
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoBooks, BadMonth, MissingExchangeRate, PeriodClosed, EntryDiffers),
)
async def post(legal_entity: str, period: str, work: InWork) -> RevaluedView:
    """Bring open balances to what they are worth on a month's last day, and back on the next; once, however often."""
    made = await revalue(work, legal_entity, month(period))
    return RevaluedView(entries=[EntryView.model_validate(one) for one in made])

"""What open balances stand at and are worth at the end of a month, and revaluing them."""

from __future__ import annotations

from services.billing.exchange_rates.actions import known_rates_on, rates_on
from services.billing.ledger.actions import post_until_next_month
from services.billing.ledger.model.entries import JournalEntry, SourceKind
from services.billing.ledger.queries import books_of, functional_currency, legs_of, trial_balance
from services.billing.permissions import Permission
from services.billing.revaluations.model import (
    OpenBalance,
    by_currency,
    entry_for,
    last_day_of,
    monetary_accounts,
    revaluation_id,
)
from shared.period import Period
from shared.work import Work


async def open_balances(work: Work, legal_entity: str, month: Period) -> list[OpenBalance]:
    """The monetary balances in foreign currencies at the end of a month. Raises NoBooks."""
    accounts = monetary_accounts(await books_of(work, legal_entity))
    books, day = await functional_currency(work, legal_entity), last_day_of(month)
    found = [
        one
        for one in await trial_balance(work, legal_entity, up_to=day)
        if one.account in accounts and one.currency != books and one.functional_currency == books
        if one.balance or one.functional_balance
    ]
    rates = await known_rates_on(work, {(one.currency, books, day) for one in found})
    return [
        OpenBalance(
            account=one.account,
            name=one.name,
            currency=one.currency,
            balance=one.balance,
            functional_currency=books,
            stands_at=one.functional_balance,
            rate=rates.get((one.currency, books, day)),
        )
        for one in found
    ]


async def revalue(work: Work, legal_entity: str, month: Period) -> list[JournalEntry]:
    """Bring open balances in foreign currencies to what they are worth on a month's last day, and back on the next.

    Gives the entries of that day, one for each currency. Done again it posts what came since, or nothing. Raises
    NoBooks, MissingExchangeRate, PeriodClosed; EntryDiffers where somebody else did it at the same moment.
    """
    work.actor.must(Permission.CLOSE_PERIODS)
    wanted = by_currency(await open_balances(work, legal_entity, month))
    day = last_day_of(month)
    unknown = [one for balances in wanted.values() for one in balances if one.worth is None]
    await rates_on(work, {(one.currency, one.functional_currency, day) for one in unknown})
    legs = await legs_of(work, SourceKind.REVALUATION, revaluation_id(legal_entity, month))
    made = []
    for currency, balances in wanted.items():
        turn = 1 + sum(leg.startswith(f"{currency}/") for leg in legs)
        entry = entry_for(currency, balances, legal_entity=legal_entity, month=month, turn=turn)
        posted, _ = await post_until_next_month(work, entry)
        made.append(posted)
    return made

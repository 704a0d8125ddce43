"""What is posted where the provisions for losses change."""

from __future__ import annotations

from collections.abc import Sequence

from services.billing.exchange_rates.actions import rates_on
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry
from services.billing.ledger.model.positions import Standing
from services.billing.ledger.queries import functional_currency, standing_of_contracts
from services.billing.recognition.model.earned import LossProvision, last_day_of
from services.billing.recognition.model.losses import at_rate, provided_entry
from shared.period import Period
from shared.work import Work


async def provided_entries(
    work: Work, provisions: Sequence[LossProvision], *, legal_entity: str, period: Period
) -> list[NewEntry]:
    """The entry for each provision that changes; all of one in a foreign currency is at the rate of its day then.

    Raises MissingExchangeRate.
    """
    books, day = await functional_currency(work, legal_entity), last_day_of(period)
    foreign = [one for one in provisions if one.currency != books]
    rates = await rates_on(work, {(one.currency, books, day) for one in foreign})
    contracts = [one.contract_id for one in foreign]
    role = PostingRole.LOSS_PROVISION
    standing = await standing_of_contracts(work, role, contracts, functional_currency=books) if contracts else {}
    entries = []
    for one in provisions:
        entry = provided_entry(one, legal_entity=legal_entity, period=period)
        if rate := rates.get((one.currency, books, day)):
            stood = standing.get(one.contract_id, Standing())
            entry = at_rate(entry, one, rate, stood=stood, into=books)
        entries.append(entry)
    return entries

"""Closing a month of the books."""

from __future__ import annotations

from services.billing.batches.queries import unsealed_in
from services.billing.closing.model import UnsealedEntries
from services.billing.ledger.queries import books_of
from services.billing.periods.actions import take_for_closing
from services.billing.periods.model import FiscalPeriod
from services.billing.permissions import Permission
from shared.contracts.billing import PeriodClosed
from shared.period import Period
from shared.reasons import because
from shared.work import Work


async def close_period(work: Work, legal_entity: str, month: Period) -> FiscalPeriod:
    """Close a month whose entries are all in batches; from then on nothing is posted into it.

    The month is locked first, so nothing comes in between the look and the closing. Raises NoBooks,
    UnsealedEntries, EarlierPeriodOpen, PeriodNotOpen.
    """
    work.actor.must(Permission.CLOSE_PERIODS)
    await books_of(work, legal_entity)
    period = await take_for_closing(work, legal_entity, month)
    waiting = await unsealed_in(work, legal_entity, starts_on=month.starts_on)
    if waiting:
        raise UnsealedEntries(
            because(
                "%(waiting)s entries of %(legal_entity)s in %(month)s are in no batch.",
                waiting=waiting,
                legal_entity=legal_entity,
                month=f"{month.starts_on:%Y-%m}",
            )
        )
    period.close()
    work.publish(
        PeriodClosed(
            period_id=period.id,
            legal_entity=legal_entity,
            starts_on=period.starts_on,
            ends_before=period.ends_before,
            closed_by=work.actor.subject,
            closed_at=work.now,
        )
    )
    return period

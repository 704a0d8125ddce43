"""Taking entries of other systems into the books."""

from __future__ import annotations

from collections.abc import Sequence

from services.billing.ledger.actions import post_entries
from services.billing.ledger.model.accounts import Chart
from services.billing.ledger.model.entries import JournalEntry
from services.billing.ledger.queries import books_of
from services.billing.outside_entries.model import OutsideEntry, check_accounts, entry_of
from services.billing.permissions import Permission
from shared.work import Work


async def bring_in(
    work: Work, entries: Sequence[OutsideEntry], *, legal_entity: str, system: str
) -> list[JournalEntry]:
    """Post entries of another system, all or none, each once for its reference.

    Brought again, they change nothing; raises EntryDiffers where one says something else than before, NoBooks,
    KeptHere, and what posting raises.
    """
    await checked(work, entries, legal_entity=legal_entity)
    return await post_entries(work, [entry_of(one, legal_entity=legal_entity, system=system) for one in entries])


async def checked(work: Work, entries: Sequence[OutsideEntry], *, legal_entity: str) -> Chart:
    """The chart that these entries go to, once whoever asks may post them there.

    Raises NoBooks, KeptHere.
    """
    work.actor.must(Permission.ADJUST_LEDGER)
    chart = await books_of(work, legal_entity)
    check_accounts(entries, chart)
    return chart

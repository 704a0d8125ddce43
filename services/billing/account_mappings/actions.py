"""Mapping ledger accounts to the ERP's."""

from __future__ import annotations

from uuid import UUID

from services.billing.account_mappings import store
from services.billing.account_mappings.model import AccountMapping
from services.billing.ledger.model.accounts import AccountCode
from services.billing.ledger.queries import books_of
from services.billing.permissions import Permission
from shared.work import Work


async def map_account(
    work: Work, mapping_id: UUID, *, legal_entity: str, target: str, account: str, erp_account: str
) -> AccountMapping:
    """Say which account of `target` stands for one of ours from now on. Raises NoBooks, NoSuchAccount."""
    work.actor.must(Permission.KEEP_CHART)
    chart = await books_of(work, legal_entity)
    chart.account_for(AccountCode(account))
    version = await store.next_version(work, legal_entity=legal_entity, target=target, account=account)
    mapping = AccountMapping(
        mapping_id, legal_entity, target, account, erp_account, version, work.now, work.actor.subject
    )
    await store.add(work, mapping)
    return mapping

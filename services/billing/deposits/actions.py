"""Asking for deposits, and drawing them down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.actions import locked_contract
from services.billing.contracts.model import Contract
from services.billing.deposits import store
from services.billing.deposits.model import (
    ASKED,
    DEPOSIT_RULE,
    DRAWDOWN_RULE,
    DRAWN,
    Advance,
    drawdown,
    left_to_ask,
)
from services.billing.invoice_preferences.actions import languages_of
from services.billing.legal_entities.model import Language
from services.billing.permissions import Permission
from services.billing.work_in_progress.actions import add_items
from services.billing.work_in_progress.model import BillableItem
from shared.ids import new_id
from shared.work import Work


async def ask_deposit(work: Work, contract_id: UUID, *, amount: Decimal | None, description: str) -> None:
    """Let a deposit or an advance be invoiced next: an amount, or what was not asked yet of the agreed one.

    It is drawn down on later invoices. Raises NoSuchContract, ContractNotActive, NoDepositAgreed, DepositAskedAlready.
    """
    work.actor.must(Permission.PREPARE_INVOICES)
    contract = await locked_contract(work, contract_id)
    contract.must_be_active()
    wanted = amount
    if wanted is None:
        asked = (await store.sums(work, [contract.id])).get(contract.id, Advance()).asked
        wanted = left_to_ask(contract.deposit, asked=asked, currency=contract.currency)
    language = (await _languages(work, [contract]))[contract.id]
    note = description or ASKED[language].format(number=contract.number)
    await add_items(work, [_item(contract, DEPOSIT_RULE, wanted, day=work.now.date(), note=note)])


async def draw_down(work: Work, contracts: Sequence[Contract], *, up_to: date, method: str | None = None) -> None:
    """Let what is open on locked contracts, of one method or all, draw down their deposits on the next drafts."""
    advances = await store.sums(work, [contract.id for contract in contracts])
    nets = await store.open_nets(work, list(advances), up_to=up_to, method=method)
    languages = await _languages(work, contracts)
    day, items = min(up_to, work.now.date()), []
    for contract in contracts:
        found = advances.get(contract.id, Advance())
        wanted = drawdown(left=found.invoiced - found.drawn, net=nets.get(contract.id, Decimal()))
        change = -wanted - found.open_drawdown
        if change:
            note = DRAWN[languages[contract.id]].format(number=contract.number)
            items.append(_item(contract, DRAWDOWN_RULE, change, day=day, note=note))
    await add_items(work, items)


async def _languages(work: Work, contracts: Sequence[Contract]) -> dict[UUID, Language]:
    """What the next invoice of each contract is written in."""
    between = {contract.id: (contract.customer_id, contract.legal_entity_id) for contract in contracts}
    found = await languages_of(work, between.values())
    return {contract_id: found[each] for contract_id, each in between.items()}


def _item(contract: Contract, rule: str, value: Decimal, *, day: date, note: str) -> BillableItem:
    return BillableItem(
        id=new_id(),
        contract_id=contract.id,
        project_id=contract.project_id or contract.id,
        thread_id=contract.thread_id,
        day=day,
        note=note,
        is_billable=True,
        currency=contract.currency,
        rule=rule,
        value=value,
    )

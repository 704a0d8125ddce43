"""Asking for deposits, and drawing them down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.actions import locked_contract
from services.billing.contracts.model import Contract
from services.billing.deposits import store
from services.billing.deposits.model import ASKED, DEPOSIT_RULE, DRAWDOWN_RULE, DRAWN, NoDepositAgreed, drawdown
from services.billing.invoice_preferences.actions import language_of
from services.billing.legal_entities.model import Language
from services.billing.permissions import Permission
from services.billing.work_in_progress.actions import add_items
from services.billing.work_in_progress.model import BillableItem
from shared.ids import new_id
from shared.work import Work


async def ask_deposit(work: Work, contract_id: UUID, *, amount: Decimal | None, description: str) -> None:
    """Let a deposit or an advance be invoiced next, the agreed one or another. It is drawn down on later invoices.

    Raises NoSuchContract, ContractNotActive, NoDepositAgreed.
    """
    work.actor.must(Permission.PREPARE_INVOICES)
    contract = await locked_contract(work, contract_id)
    contract.must_be_active()
    wanted = contract.deposit if amount is None else amount
    if not wanted:
        raise NoDepositAgreed(field="/amount")
    note = description or ASKED[await _language(work, contract)].format(number=contract.number)
    await add_items(work, [_item(contract, DEPOSIT_RULE, wanted, day=work.now.date(), note=note)])


async def draw_down(work: Work, contract: Contract, *, up_to: date) -> None:
    """Let what is open on a locked contract draw down its deposit on the draft that is made next."""
    found = await store.sums(work, contract.id)
    net = await store.open_net(work, contract.id, up_to=up_to)
    wanted = drawdown(left=found.invoiced - found.drawn, net=net)
    change = -wanted - found.open_drawdown
    if change:
        note = DRAWN[await _language(work, contract)].format(number=contract.number)
        await add_items(work, [_item(contract, DRAWDOWN_RULE, change, day=min(up_to, work.now.date()), note=note)])


async def _language(work: Work, contract: Contract) -> Language:
    return await language_of(work, customer_id=contract.customer_id, legal_entity_id=contract.legal_entity_id)


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

"""What happens to contracts: drafted from the sale, active or voided as delivery answers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.contracts import store
from services.billing.contracts.model import (
    Amendment,
    Contract,
    ContractLine,
    Method,
    NoSuchContract,
    SoldOn,
    check_terms,
    contract_id_of,
)
from services.billing.customers.actions import remember_buyer
from services.billing.legal_entities.actions import legal_entity_of, seller_for
from services.billing.legal_entities.model import LegalEntity
from services.billing.numbering.actions import next_number
from services.billing.rates.actions import agree_sold_rate, hold_rates, value_waiting_work
from shared.contracts.billing import ContractActivated
from shared.contracts.crm import OpportunityClosedWon, SoldLine
from shared.money import Money
from shared.work import Work

SERIES = "C-"


async def draft_contract(work: Work, sale: OpportunityClosedWon, *, sequence: int) -> None:
    """Draft the contract of a won deal, with the rates that were sold; the latest news of the same deal counts.

    Raises NoDefaultLegalEntity.
    """
    await hold_rates(work)
    await remember_buyer(work, sale.account, sold_on=sale.closed_on, opportunity_id=sale.opportunity_id)
    seller = await seller_for(work, sale.account.legal_entity)
    contract = await store.get(work, contract_id_of(sale.opportunity_id))
    if contract is None:
        number = await next_number(work, series=SERIES)
        contract = _drafted(sale, number=number, seller=seller, sequence=sequence)
        await store.add(work, contract)
    elif sequence > contract.sold_sequence:
        again = _drafted(sale, number=contract.number, seller=seller, sequence=sequence)
        amendments = await store.amendments_of(work, contract.id)
        contract = await store.replace(work, again.continuing(contract, amendments))
    else:
        return
    await _agree_rates(work, contract, starts_on=min(sale.closed_on, sale.starts_on))
    await value_waiting_work(work, contract_id=contract.id)


async def amend_contract(work: Work, amendment: Amendment, *, is_checked: bool = False) -> bool:
    """Let an amendment count from its day on, with the lines and rates it brings; whether it is news.

    Lines and amounts that were billed stay as they are. `is_checked` refuses what leaves a line with less than
    nothing. Raises NoSuchContract, NewLineIncomplete, NegativeTerm.
    """
    await hold_rates(work)
    contract = await locked_contract(work, amendment.contract_id)
    if not await store.add_amendment(work, amendment):
        return False
    amendments = await store.amendments_of(work, contract.id)
    contract.add_lines(amendments)
    if is_checked:
        check_terms(contract, amendments)
    await store.keep(work)
    new = {change.line_id for change in amendment.changes}
    await _agree_rates(work, contract, starts_on=amendment.effective_on, added=new)
    await value_waiting_work(work, contract_id=contract.id)
    return True


async def note_order(work: Work, contract: Contract, *, number: str, budget: Decimal | None) -> None:
    """Bill a locked contract under another purchase order, or another budget of the same."""
    contract.note_order(number, budget, at=work.now)
    await store.keep(work)


async def amendments_of(work: Work, contract_id: UUID) -> list[Amendment]:
    """What was amended on a contract, in the order in which it came or comes into force."""
    return await store.amendments_of(work, contract_id)


async def activate_contract(work: Work, *, opportunity_id: UUID, project_id: UUID, sequence: int) -> None:
    """Let the contract be billed, because delivery accepted the work. Raises NoSuchContract."""
    contract = await contract_of(work, opportunity_id)
    if not contract.activate(project_id=project_id, sequence=sequence):
        return
    seller = await legal_entity_of(work, contract.legal_entity_id)
    work.publish(
        ContractActivated(
            thread_id=contract.thread_id,
            contract_id=contract.id,
            number=contract.number,
            opportunity_id=contract.opportunity_id,
            account_id=contract.customer_id,
            legal_entity=seller.code,
            currency=contract.currency,
            amount=contract.amount,
        )
    )


async def void_contract(work: Work, *, opportunity_id: UUID, sequence: int) -> None:
    """Take the contract out of billing, because delivery returned the work. Raises NoSuchContract."""
    (await contract_of(work, opportunity_id)).void(sequence=sequence)


async def contract_of(work: Work, opportunity_id: UUID) -> Contract:
    """The contract of a won opportunity, locked until this work ends. Raises NoSuchContract."""
    return await locked_contract(work, contract_id_of(opportunity_id))


async def lock_contracts(work: Work, contract_ids: Collection[UUID]) -> None:
    """Let nobody else bill these contracts until this work ends."""
    await store.lock(work, contract_ids)


async def sold_on(work: Work, contract_line_id: UUID) -> SoldOn | None:
    """A contract line with its contract's currency, if there is such a line."""
    return await store.sold_on(work, contract_line_id)


async def locked_contract(work: Work, contract_id: UUID) -> Contract:
    """One contract, locked until this work ends, so that its work is billed by one at a time. Raises NoSuchContract."""
    found = await store.get(work, contract_id)
    if found is None:
        raise NoSuchContract()
    return found


async def locked_contracts(work: Work, contract_ids: Collection[UUID]) -> list[Contract]:
    """Contracts by number, locked until this work ends, always in the same order."""
    return await store.get_all(work, contract_ids)


async def _agree_rates(
    work: Work, contract: Contract, *, starts_on: date, added: Collection[UUID] | None = None
) -> None:
    """Let the rates count that its lines were sold at, or those of the lines that an amendment has `added`."""
    for line in contract.lines:
        is_meant = line.added_by is None if added is None else line.added_by is not None and line.id in added
        if is_meant and line.hourly_rate is not None and line.staffing_role is not None:
            await agree_sold_rate(
                work,
                contract_line_id=line.id,
                staffing_role=line.staffing_role,
                hourly_rate=Money(line.hourly_rate, contract.currency),
                starts_on=starts_on,
            )


def _drafted(sale: OpportunityClosedWon, *, number: str, seller: LegalEntity, sequence: int) -> Contract:
    return Contract(
        id=contract_id_of(sale.opportunity_id),
        number=number,
        opportunity_id=sale.opportunity_id,
        customer_id=sale.account.account_id,
        legal_entity_id=seller.id,
        name=sale.name,
        currency=sale.currency,
        amount=sale.amount,
        purchase_order=sale.purchase_order,
        purchase_order_budget=sale.purchase_order_budget,
        billing_increment_minutes=sale.billing_increment_minutes,
        deposit=sale.deposit,
        payment_terms_days=sale.payment_terms_days,
        starts_on=sale.starts_on,
        ends_before=sale.ends_before,
        sold_sequence=sequence,
        thread_id=sale.thread_id or sale.opportunity_id,
        lines=[_line(line, position) for position, line in enumerate(sale.lines, 1)],
    )


def _line(sold: SoldLine, position: int) -> ContractLine:
    return ContractLine(
        id=sold.line_id,
        position=position,
        description=sold.description,
        method=Method(sold.method.value),
        product=sold.product,
        amount=sold.amount,
        staffing_role=sold.staffing_role,
        minutes=sold.minutes,
        hourly_rate=sold.hourly_rate,
        milestone_due_on=sold.milestone_due_on,
        cap=sold.cap,
        monthly_fee=sold.monthly_fee,
        months=sold.months,
        monthly_minutes=sold.monthly_minutes,
        rollover_months=sold.rollover_months,
        overage_rate=sold.overage_rate,
        markup_percent=sold.markup_percent,
        is_agent=sold.is_agent,
        recognition_method=sold.recognition_method,
    )

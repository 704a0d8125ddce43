"""What happens to contracts: drafted from the sale, active or voided as delivery answers."""

from __future__ import annotations

from uuid import UUID

from services.billing.contracts import store
from services.billing.contracts.model import Contract, ContractLine, Method, NoSuchContract, contract_id_of
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
        contract = await store.replace(work, again.continuing(contract))
    else:
        return
    for line in contract.lines:
        if line.hourly_rate is not None and line.staffing_role is not None:
            await agree_sold_rate(
                work,
                contract_line_id=line.id,
                staffing_role=line.staffing_role,
                hourly_rate=Money(line.hourly_rate, contract.currency),
                starts_on=min(sale.closed_on, sale.starts_on),
            )
    await value_waiting_work(work, contract_id=contract.id)


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


async def locked_contract(work: Work, contract_id: UUID) -> Contract:
    """One contract, locked until this work ends, so that its work is billed by one at a time. Raises NoSuchContract."""
    found = await store.get(work, contract_id)
    if found is None:
        raise NoSuchContract()
    return found


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
    )

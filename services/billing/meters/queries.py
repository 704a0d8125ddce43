"""Reading the meters of a contract."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.caps.queries import caps
from services.billing.contracts.actions import amendments_of
from services.billing.contracts.model import Amendment, Contract, Method, terms_on
from services.billing.contracts.queries import contract as contract_found
from services.billing.deposits.queries import deposit
from services.billing.fee_progress.queries import measured
from services.billing.meters.model import Meter, MeterKind
from services.billing.progress.model import Measurement, latest
from services.billing.purchase_orders.queries import in_force
from services.billing.retainers.queries import RetainerFound, retainers
from shared.work import Work


@dataclass(frozen=True)
class Metered:
    """A contract with its meters, and its retainers month by month."""

    contract: Contract
    meters: list[Meter]
    retainers: list[RetainerFound]


async def metered(work: Work, contract_id: UUID) -> Metered:
    """How far the limits of a contract are used today. Raises NoSuchContract."""
    contract, today = await contract_found(work, contract_id), work.now.date()
    found: list[Meter] = []
    order = await in_force(work, contract_id)
    if order.number:
        found.append(Meter(MeterKind.PURCHASE_ORDER, order.number, order.spent, order.budget))
    for cap in await caps(work, contract, today):
        found.append(Meter(MeterKind.CAP, cap.description, cap.recorded, cap.cap, cap.line_id))
    amendments = await amendments_of(work, contract_id)
    found += _progress(contract, amendments, await measured(work, contract_id))
    monthly = await retainers(work, contract_id)
    found += _months(monthly, today)
    paid = await deposit(work, contract)
    if paid.asked or paid.agreed:
        limit = paid.invoiced if paid.invoiced else (paid.asked or paid.agreed)
        found.append(Meter(MeterKind.DEPOSIT, contract.number, paid.drawn, limit))
    return Metered(contract, found, monthly)


def _progress(
    contract: Contract, amendments: Iterable[Amendment], measurements: Iterable[Measurement]
) -> Iterable[Meter]:
    for line in contract.lines:
        if line.method is Method.FIXED_FEE_PERCENT:
            counts = latest(measurements, line.id)
            fee = terms_on(line, amendments, None if counts is None else counts.measured_on).amount
            done = Decimal() if counts is None else counts.of(fee, contract.currency)
            yield Meter(MeterKind.PROGRESS, line.description, done, fee, line.id)


def _months(monthly: Iterable[RetainerFound], today: date) -> Iterable[Meter]:
    for one in monthly:
        begun = [month for month in one.months if month.starts_on <= today]
        if begun:
            month = begun[-1]
            there = Decimal(month.granted + month.carried_in)
            yield Meter(MeterKind.RETAINER, one.description, Decimal(month.worked), there, one.line_id, is_minutes=True)

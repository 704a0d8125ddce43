"""A contract that will end in a loss: all of it is provided for at once, where the contract's policy says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from services.billing.exchange_rates.model import KeptRate
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, Source, SourceKind, entry_id
from services.billing.ledger.model.leaving import leaving
from services.billing.ledger.model.positions import Standing
from services.billing.recognition.model.earned import (
    LossProvision,
    MeasuredLine,
    last_day_of,
    recognised_line_id,
)
from services.billing.recognition.model.methods import CostEstimate, RecognitionMethod
from shared.money import Money
from shared.period import Period

LEG = "loss"


def provision(price: Decimal, estimates: Iterable[CostEstimate], currency: str) -> Decimal:
    """The part of the expected loss that is still to come: it is released as revenue and cost are recognised.

    So what was lost by now and what is provided for come to the whole expected loss, on every day. An estimate of the
    whole project has those of its lines in it.
    """
    known = {one.measurement_id: one for one in estimates}.values()
    counted = [one for one in known if one.contract_line_id is None] or known
    spent = sum((one.to_date for one in counted), Decimal())
    whole = sum((one.at_completion for one in counted), Decimal())
    loss = whole - price
    if loss <= 0:
        return Decimal()
    return Money(loss * (whole - min(spent, whole)) / whole, currency).rounded().amount


def provisions_for(lines: Iterable[MeasuredLine], month: Period, *, run_id: UUID | None) -> list[LossProvision]:
    """What changes of the provisions of contracts that provide for losses; an earlier month changes nothing of them."""
    by_contract: dict[UUID, list[MeasuredLine]] = {}
    for one in lines:
        is_by_cost = one.obligation.method is RecognitionMethod.COST_TO_COST
        if one.provides_for_losses and is_by_cost and not one.is_recognised_after(month):
            by_contract.setdefault(one.line.contract_id, []).append(one)
    found = [_provision_for(of_contract, run_id) for of_contract in by_contract.values()]
    return [one for one in found if one.amount]


def provided_entry(one: LossProvision, *, legal_entity: str, period: Period) -> NewEntry:
    """Debit the loss, credit the provision; the other way round where it is released."""
    sides = ((PostingRole.CONTRACT_LOSS, one.amount), (PostingRole.LOSS_PROVISION, -one.amount))
    return NewEntry(
        legal_entity=legal_entity,
        currency=one.currency,
        on=last_day_of(period),
        text=f"Provision for the loss on {one.contract_number}, {period.starts_on:%Y-%m}",
        source=_source(one.id),
        lines=[NewLine(role, amount, one.contract_id) for role, amount in sides],
        difference=PostingRole.CONTRACT_LOSS,
    )


def at_rate(entry: NewEntry, one: LossProvision, rate: KeptRate, *, stood: Standing, into: str) -> NewEntry:
    """`entry` with all of the provision at the rate of its day, not only what is posted: it is an estimate.

    What the rate made of the part that `stood` there goes with the loss, so that of a provision that is released
    nothing is left in the books.
    """
    worth = rate.translate(stood.amount - one.amount, into=into)
    return leaving(entry, PostingRole.LOSS_PROVISION, Money(worth - stood.functional, into))


def _provision_for(lines: Sequence[MeasuredLine], run_id: UUID | None) -> LossProvision:
    first = lines[0]
    estimates = [one.estimate for one in lines if one.estimate is not None]
    price = sum((one.obligation.price for one in lines), Decimal())
    due = provision(price, estimates, first.line.currency)
    provision_id = None if run_id is None else recognised_line_id(run_id, first.line.contract_id)
    return LossProvision(
        id=provision_id,
        contract_id=first.line.contract_id,
        contract_number=first.line.contract_number,
        currency=first.line.currency,
        amount=due - first.provided,
        cumulative=due,
        entry_id=None if provision_id is None else entry_id(_source(provision_id)),
    )


def _source(provision_id: UUID | None) -> Source:
    if provision_id is None:
        raise ValueError("a preview posts nothing")
    return Source(SourceKind.RECOGNITION, provision_id, LEG)

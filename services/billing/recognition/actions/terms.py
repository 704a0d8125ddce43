"""What is agreed on how a contract's revenue is recognised."""

from __future__ import annotations

from uuid import UUID

from services.billing.contracts.actions import locked_contract
from services.billing.permissions import Permission
from services.billing.progress.model import Measure
from services.billing.recognition.model.methods import RecognitionMethod, method_of
from services.billing.recognition.model.terms import (
    CostsNothing,
    NotMeasured,
    RecognitionTerms,
    UninstalledMaterials,
)
from services.billing.recognition.store import obligations
from shared.work import Work


async def set_recognition_terms(
    work: Work,
    contract_id: UUID,
    *,
    percent_precision: int | None,
    provides_for_losses: bool,
    measured_by: Measure,
    reason: str,
) -> RecognitionTerms:
    """Say how a contract reckons and whether it provides for losses, from its next run on. Raises NoSuchContract."""
    work.actor.must(Permission.ADJUST_LEDGER)
    await locked_contract(work, contract_id)
    await work.because(reason)
    terms = await obligations.terms_of(work, contract_id) or RecognitionTerms(contract_id)
    terms.percent_precision, terms.provides_for_losses = percent_precision, provides_for_losses
    terms.measured_by = measured_by
    await obligations.keep_terms(work, terms)
    return terms


async def record_materials(work: Work, contract_id: UUID, materials: UninstalledMaterials) -> UninstalledMaterials:
    """Keep materials out of the progress that a line has made; what was recorded stays.

    Raises NoSuchContract, NoSuchSoldLine, NotMeasured, CostsNothing.
    """
    work.actor.must(Permission.ADJUST_LEDGER)
    contract = await locked_contract(work, contract_id)
    line = contract.line(materials.contract_line_id)
    if materials.cost <= 0:
        raise CostsNothing(field="/cost")
    if method_of(line.method, line.recognition_method) is not RecognitionMethod.COST_TO_COST:
        raise NotMeasured(field="/contract_line_id")
    await obligations.add_materials(work, materials)
    return materials

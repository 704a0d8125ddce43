"""Which contracts share an invoice, and what of it is of each of them."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.invoice_preferences.model import Consolidation, Invoiced, units
from services.billing.invoices.model import Line, taxes_on, totals
from services.billing.invoices.model.shares import shares_of
from services.billing.legal_entities.model import TaxCategory
from tests.support.billing import MONDAY, MONTH_END

NORTH, SOUTH, EAST = UUID(int=1), UUID(int=2), UUID(int=3)
SHARED = {"customer_id": UUID(int=9), "legal_entity_id": UUID(int=8), "currency": "EUR", "payment_terms_days": 30}
amounts = st.decimals(-100_000, 100_000, places=2)
contracts = st.sampled_from([NORTH, SOUTH, EAST])


def invoiced(contract_id: UUID, consolidation: Consolidation, **different: object) -> Invoiced:
    """Describe a contract of one customer, on a project and under an order of its own."""
    told = {"project_id": contract_id, "purchase_order": f"PO-{contract_id}", **SHARED, **different}
    return Invoiced(id=contract_id, consolidation=consolidation, **told)  # type: ignore[arg-type]


def a_line(contract_id: UUID, net: Decimal, rate: int) -> Line:
    """Describe a fee on a contract."""
    taxed_by = TaxCategory.STANDARD, Decimal(rate)
    return Line(1, contract_id, None, None, "Work", None, net, net, MONDAY, MONTH_END, *taxed_by)


@pytest.mark.parametrize(
    ("consolidation", "shared", "together"),
    [
        (Consolidation.PER_CONTRACT, {"project_id": EAST, "purchase_order": "PO-1"}, False),
        (Consolidation.PER_PROJECT, {"project_id": EAST}, True),
        (Consolidation.PER_PROJECT, {"purchase_order": "PO-1"}, False),
        (Consolidation.PER_PROJECT, {"project_id": None}, False),
        (Consolidation.PER_PURCHASE_ORDER, {"purchase_order": "PO-1"}, True),
        (Consolidation.PER_PURCHASE_ORDER, {"project_id": EAST}, False),
        (Consolidation.PER_PURCHASE_ORDER, {"purchase_order": None}, False),
        (Consolidation.PER_CUSTOMER, {}, True),
    ],
)
def test_what_was_agreed_decides_what_shares_an_invoice(
    consolidation: Consolidation, shared: dict[str, object], together: bool
) -> None:
    found = units([invoiced(each, consolidation, **shared) for each in (NORTH, SOUTH)])

    assert found == {NORTH: NORTH, SOUTH: NORTH if together else SOUTH}


@pytest.mark.parametrize(
    "different", [{"legal_entity_id": EAST}, {"customer_id": EAST}, {"currency": "CHF"}, {"payment_terms_days": 14}]
)
def test_who_sells_and_buys_the_currency_and_the_terms_are_never_mixed(different: dict[str, object]) -> None:
    found = units(
        [invoiced(NORTH, Consolidation.PER_CUSTOMER), invoiced(SOUTH, Consolidation.PER_CUSTOMER, **different)]
    )

    assert found == {NORTH: NORTH, SOUTH: SOUTH}


@given(st.lists(st.tuples(contracts, amounts, st.sampled_from([7, 19])), min_size=1, max_size=12))
def test_the_shares_of_contracts_are_the_whole_to_the_cent(told: list[tuple[UUID, Decimal, int]]) -> None:
    lines = [a_line(*each) for each in told]
    nets = {
        (TaxCategory.STANDARD, line.tax_rate): sum(
            (each.net for each in lines if each.tax_rate == line.tax_rate), Decimal()
        )
        for line in lines
    }
    if sum(nets.values()) <= 0:
        return
    taxes = taxes_on(nets, [], "EUR")

    shares = shares_of(lines, taxes, "EUR")

    assert sum(share.net for share in shares) == totals(taxes).net
    assert sum(share.tax for share in shares) == totals(taxes).tax
    assert {share.contract_id for share in shares} == {line.contract_id for line in lines}
    assert all(share.gross == share.gross.quantize(Decimal("0.01")) for share in shares)

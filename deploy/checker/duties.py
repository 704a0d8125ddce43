"""Duties: what one person has made, another one decides on."""

from __future__ import annotations

from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look

OWN_WRITE_OFFS = "select id from write_offs where status = 'approved' and decided_by = proposed_by order by id"
OWN_INVOICES = "select id from invoices where approved_by = prepared_by order by id"


@invariant("A-4", Strength.LOCAL)
async def nobody_approves_their_own_invoice(look: Look) -> list[str]:
    """Whoever approves an invoice is not who prepared it."""
    return [f"invoice {row['id']} was approved by its preparer" for row in await look.rows("billing", OWN_INVOICES)]


@invariant("A-4", Strength.LOCAL)
async def nobody_agrees_to_their_own_write_off(look: Look) -> list[str]:
    """Whoever agrees to give a claim up is not who proposed it."""
    return [
        f"write-off {row['id']} was agreed to by its proposer" for row in await look.rows("billing", OWN_WRITE_OFFS)
    ]
